"""What the linked chat may ask: how things stand, a pause, a resumption, the kill switch."""

import secrets
from collections.abc import Callable
from datetime import timedelta

from trading import sealed
from trading.accounts.account_checks import AccountConflict
from trading.audit import audit
from trading.audit.roles import Role, role_of
from trading.killswitch import killswitch
from trading.market import wall_now
from trading.models import TelegramBot
from trading.notifications import channels
from trading.rules.session_states import PAUSE, RESUME
from trading.sessions import sessions
from trading.telegram import bots, reports
from trading.telegram.message import Message

CONFIRM_WITHIN = timedelta(seconds=60)
TOO_OLD = timedelta(minutes=2)  # a resumption that comes later is asked for again
HELP = (
    "/status – accounts, sessions, kill switch\n"
    "/positions – open trades\n"
    "/pause – pause every running session\n"
    "/resume – resume every paused session\n"
    "/kill – stop all trading (asks for confirmation)\n"
    "/kill close – the same, and close every position"
)
_KILL, _KILL_CLOSE = "kill", "kill close"
_LOOK_ONLY = "You may look on, but not act: an administrator decides that."


def answer(bot: TelegramBot, message: Message) -> str | None:
    """Carry the message out and what to say to it. Changes the bot, which the caller has locked and saves.

    A chat that is not the linked one is not answered, unless it sends the code that links it.
    """
    if message.chat_id != bot.chat_id:
        return _link(bot, message)
    handle = _COMMANDS.get(message.command)
    return handle(bot, message) if handle else f"I do not know {message.command[:40] or 'that'}.\n{HELP}"


def engage_if_confirmed(bot: TelegramBot, message: Message) -> None:
    """Engage the owner's kill switch where the message is the confirmation of the /kill before it."""
    if message.command == "/kill" and _confirms(bot, message) and _may_act(bot):
        killswitch.engage(
            owner_id=bot.owner_id,
            actor_id=bot.owner_id,
            reason="/kill in Telegram",
            close_positions=bot.pending_command == _KILL_CLOSE,
        )


def _link(bot: TelegramBot, message: Message) -> str | None:
    code = message.argument if message.command == "/start" else message.command
    given, wanted = code.upper().encode(), bot.link_code.encode()
    if not bots.code_is_good(bot) or not secrets.compare_digest(given, wanted):
        bot.ignored += 1
        return None
    bot.chat_id, bot.link_code, bot.link_code_at = message.chat_id, "", None
    bot.pending_command = bot.pending_code = ""
    channels.follow_telegram(owner_id=bot.owner_id, token=sealed.token_of(bot), chat_id=message.chat_id)
    audit.record(
        owner_id=bot.owner_id, action="telegram.linked", subject="telegram bot", before=None, after={"linked": True}
    )
    return f"Linked. Warnings and worse are sent here, too.\n{HELP}"


def _help(bot: TelegramBot, message: Message) -> str:
    return HELP


def _status(bot: TelegramBot, message: Message) -> str:
    return reports.status(bot.owner)


def _positions(bot: TelegramBot, message: Message) -> str:
    return reports.positions(bot.owner)


def _pause(bot: TelegramBot, message: Message) -> str:
    return _take_all(bot, PAUSE, "paused")


def _resume(bot: TelegramBot, message: Message) -> str:
    late = wall_now() - message.sent_at
    if late > TOO_OLD:
        return f"That was sent {late.total_seconds() / 60:.0f} minutes ago. Send /resume again if you still mean it."
    return _take_all(bot, RESUME, "resumed")


def _take_all(bot: TelegramBot, action: str, done: str) -> str:
    """The step for every session that it is meant for; what is refused is told with its reason."""
    if not _may_act(bot):
        return _LOOK_ONLY
    try:
        changed, refused = sessions.take_all(owner_id=bot.owner_id, action=action, reason="Telegram")
    except AccountConflict as error:
        return str(error)
    count = len(changed)
    return "\n".join([f"{count} session{'' if count == 1 else 's'} {done}.", *(item.message for item in refused)])


def _kill(bot: TelegramBot, message: Message) -> str:
    if not _may_act(bot):
        return _LOOK_ONLY
    if message.argument.lower() in ("", "close"):
        bot.pending_command = _KILL_CLOSE if message.argument else _KILL
        bot.pending_code, bot.pending_at = f"{secrets.randbelow(1_000_000):06d}", wall_now()
        closing = " and closes every position" if message.argument else ""
        return (
            f"This stops all trading{closing}. Send /kill {bot.pending_code} "
            f"within {CONFIRM_WITHIN.seconds} s to confirm."
        )
    confirmed, also = _confirms(bot, message), bot.pending_command == _KILL_CLOSE
    bot.pending_command = bot.pending_code = ""  # one try
    if not confirmed:
        return "That is not the code, or it came too late. Nothing was stopped; send /kill for a new one."
    return f"The kill switch is engaged{', and positions are being closed' if also else ''}. Lift it in the dashboard."


def _confirms(bot: TelegramBot, message: Message) -> bool:
    """Whether the message holds the code, in time: by Telegram's clock or ours, whichever is kinder."""
    if not bot.pending_code or bot.pending_at is None:
        return False
    in_time = min(wall_now(), message.sent_at) - bot.pending_at <= CONFIRM_WITHIN
    return in_time and secrets.compare_digest(message.argument.encode(), bot.pending_code.encode())


def _may_act(bot: TelegramBot) -> bool:
    return role_of(bot.owner) != Role.VIEWER


_COMMANDS: dict[str, Callable[[TelegramBot, Message], str]] = {
    "/start": _help,
    "/help": _help,
    "/status": _status,
    "/positions": _positions,
    "/pause": _pause,
    "/resume": _resume,
    "/kill": _kill,
}
