"""The trading floor's own secrets in the vault: the addresses of notification channels, the tokens of Telegram bots."""

from brokers import vault
from brokers.interface import Secret
from trading.models import NotificationChannel, TelegramBot

URL, TOKEN = "url", "token"


def seal_url(channel: NotificationChannel, url: Secret) -> None:
    """Encrypt the address into the row; the caller saves it. It is bound to the row's service."""
    vault.seal(channel, {URL: url})


def url_of(channel: NotificationChannel) -> Secret:
    """The address, for the length of a call. Raises VaultError."""
    return vault.unseal(channel)[URL]


def seal_token(bot: TelegramBot, token: Secret) -> None:
    vault.seal(bot, {TOKEN: token})


def token_of(bot: TelegramBot) -> Secret:
    """The bot's token, for the length of a call. Raises VaultError."""
    return vault.unseal(bot)[TOKEN]
