"""The services that apprise knows (https://github.com/caronc/apprise): which are offered, and a message to one of them.

Apprise takes 20 MB: this module, and with it apprise, is imported where a message is sent or an address is checked.
"""

import base64
import ipaddress
import logging
import re
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from typing import Any

import apprise
from apprise.manager_attachment import AttachmentManager
from django.conf import settings

from brokers.interface import Secret
from brokers.redaction import forms_of, redact, watched
from trading.models import Severity
from trading.notifications.errors import InvalidAddress, NotDelivered
from trading.notifications.network import is_public_ip_address, public_only

# They act on this machine, write files here, or talk from threads of their own, where `public_only` does not hold.
_LOCAL = {"syslog", "dbus", "glib", "gnome", "kde", "qt", "macosx", "windows", "blink1", "vapid"}
_REFUSED = _LOCAL | {"rsyslog", "mqtt", "mqtts", "xmpp", "xmpps", "smpp", "smpps"}
_TIMEOUT_SECONDS = 8.0
_LONGEST_ERROR = 200
_TYPES = {
    Severity.INFO: apprise.NotifyType.INFO,
    Severity.WARNING: apprise.NotifyType.WARNING,
    Severity.CRITICAL: apprise.NotifyType.FAILURE,
}

# Templates, keys and attachments that an address may name would be read from this machine's files.
AttachmentManager().remove(*AttachmentManager().schemas())


@lru_cache(maxsize=1)
def services() -> tuple[dict[str, Any], ...]:
    """The services offered, by name: {name, schemes, docs: a page that says how its address is written}."""
    listed = []
    for item in apprise.Apprise().details()["schemas"]:
        schemes = sorted({*(item["protocols"] or ()), *(item["secure_protocols"] or ())} - _REFUSED)
        if schemes:
            listed.append({"name": str(item["service_name"]), "schemes": schemes, "docs": str(item["setup_url"])})
    return tuple(sorted(listed, key=lambda item: item["name"].lower()))


def service_of(url: Secret) -> str:
    """The scheme of the service that the address is for. Raises InvalidAddress; no message repeats the address."""
    with watched(_secrets_in(url)):
        plugin = _plugin(url)
    scheme = url.reveal().partition("://")[0].strip().lower()
    known = sorted(str(name) for name in plugin.schemas())
    return scheme if scheme in known else known[0]


def send(url: Secret, *, title: str, body: str, severity: Severity) -> None:
    """One message. Raises NotDelivered with a reason that holds nothing of the address; InvalidAddress."""
    secrets = _secrets_in(url)
    with watched(secrets), _overheard() as said, _limits() as refused:
        plugin = _plugin(url)
        if type(plugin).__name__ == "NotifyTelegram":
            plugin.notify_url = f"{settings.TELEGRAM_URL.rstrip('/')}/bot"
        plugin.socket_connect_timeout = plugin.socket_read_timeout = _TIMEOUT_SECONDS
        try:
            done = plugin.notify(
                body=body, title=title, notify_type=_TYPES[severity], body_format=apprise.NotifyFormat.TEXT
            )
        except Exception as error:  # a plugin's own trouble: its text may quote the address
            said.append(f"{type(error).__name__}: {error}")
            done = False
    if not done:
        raise NotDelivered(_reason(refused, said, secrets))


def _plugin(url: Secret) -> Any:
    """Apprise's object for the address."""
    text = url.reveal().strip()
    try:
        plugin: Any = apprise.Apprise.instantiate(text, suppress_exceptions=False)
    except Exception:  # apprise tells of a wrong address in many ways, and quotes it in most
        plugin = None
    if not isinstance(plugin, apprise.NotifyBase):
        raise InvalidAddress("This is no address of a service that Signalist can send to.")
    if set(map(str, plugin.schemas())) & _REFUSED:
        raise InvalidAddress("This service is not offered.")
    if not settings.NOTIFY_PRIVATE and _is_private(str(getattr(plugin, "host", "") or "")):
        raise InvalidAddress("Addresses in a private network need SIGNALIST_NOTIFY_PRIVATE=1 (docs/alerts.md).")
    return plugin


def _is_private(host: str) -> bool:
    """Whether this names the local network at first sight; every other name is judged when it is connected to."""
    host = host.strip("[]").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return not is_public_ip_address(host)


def _limits() -> Any:
    return nullcontext([]) if settings.NOTIFY_PRIVATE else public_only()


def _reason(refused: list[str], said: list[str], secrets: frozenset[str]) -> str:
    if refused:
        return "It leads into a private network, which needs SIGNALIST_NOTIFY_PRIVATE=1."
    text = " ".join(redact(said[-1], secrets).split()) if said else "The service did not accept the message."
    return text[:_LONGEST_ERROR]


def _secrets_in(url: Secret) -> frozenset[str]:
    """The address and every part of it, as a service's library may write them: passwords, tokens, chat numbers."""
    text = url.reveal().strip()
    rest = text.partition("://")[2] or text
    parts = {part for part in re.split(r"[/:@?&=,;#+\s]+", rest) if part}
    plain = {text, rest, *parts, *map(urllib.parse.unquote, parts), *map(urllib.parse.unquote_plus, parts)}
    login = urllib.parse.unquote(rest.partition("/")[0].rpartition("@")[0])
    pairs = {login, login.replace(":", "\0"), f"\0{login.replace(':', chr(0))}"} if login else set()
    encoded = {base64.b64encode(item.encode()).decode() for item in plain | pairs}
    return forms_of(plain | pairs | encoded)


@contextmanager
def _overheard() -> Iterator[list[str]]:
    """What apprise says in this thread, warnings and worse: it tells the reason of a failure nowhere else."""
    said: list[str] = []
    thread = threading.get_ident()

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == thread:
                said.append(record.getMessage())

    logger, ear = logging.getLogger("apprise"), Ear(logging.WARNING)
    logger.addHandler(ear)
    try:
        yield said
    finally:
        logger.removeHandler(ear)
