"""Addresses: which are offered, where they may lead, and that nothing repeats them."""

import logging
import socket
import threading
from typing import Any

import pytest
import requests

from brokers.interface import Secret
from tests.sinks import HttpSink, http_sink
from tests.trading.notifications.messages import channel_to, shout
from trading import sealed
from trading.models import (
    NotificationDelivery,
    Severity,
)
from trading.notifications import channels, delivery, services
from trading.notifications.errors import InvalidAddress, NotDelivered
from trading.notifications.network import PrivateAddress, public_only


class TestAddresses:
    @pytest.mark.parametrize(
        ("url", "service"),
        [
            ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "discord"),
            ("https://discord.com/api/webhooks/4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "discord"),
            ("tgram://123456789:AbcDefGhiJklMnoPqrStuVwx/77/", "tgram"),
            ("mailtos://me:secret@example.com", "mailtos"),
            (" ntfys://a-topic ", "ntfys"),
        ],
    )
    def test_services(self, url: str, service: str) -> None:
        assert services.service_of(Secret(url)) == service

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "hello",
            "nope://x",
            "file:///etc/passwd",
            "syslog://",
            "dbus://",
            "gnome://",
            "windows://",
            "macosx://",
            "rsyslog://example.com",
            "mqtt://example.com/topic",
            "json://",
            "json://one.example , json://two.example",
            "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/?template=/etc/passwd",
            "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js?template=file:///etc/passwd",
            "fcm://project/token/?keyfile=/etc/passwd",
        ],
    )
    def test_what_is_not_offered(self, url: str) -> None:
        with pytest.raises(InvalidAddress) as caught:
            services.service_of(Secret(url))
        assert not url or url not in str(caught.value)

    @pytest.mark.parametrize(
        "host",
        ["localhost", "127.0.0.1", "10.0.0.8", "192.168.1.1:8080", "169.254.169.254", "[::1]", "[fd00::1]", "0.0.0.0"],
    )
    @pytest.mark.parametrize("scheme", ["json", "xmls", "form", "gotify", "mailto"])
    def test_private_addresses_need_leave(self, settings: Any, host: str, scheme: str) -> None:
        path = "Aabcdefghi12345" if scheme == "gotify" else "?from=a@example.com&to=b@example.com"
        url = Secret(f"{scheme}://{host}/{path}")
        with pytest.raises(InvalidAddress):
            services.service_of(url)
        settings.NOTIFY_PRIVATE = True
        if "[" not in host or scheme in ("json", "xmls", "form"):
            services.service_of(url)

    def test_the_list_of_services(self) -> None:
        listed = services.services()
        schemes = {scheme for item in listed for scheme in item["schemes"]}
        assert {"discord", "tgram", "mailto", "mailtos", "slack", "ntfy", "json"} <= schemes
        assert not schemes & {"syslog", "dbus", "gnome", "kde", "windows", "macosx", "mqtt", "vapid"}
        assert len(listed) > 100


class TestNetwork:
    """Where the name says nothing, the connection is judged."""

    def test_a_connection_to_this_machine_is_refused(self, sink: HttpSink) -> None:
        address = f"http://127.0.0.1:{sink.port}/"
        with public_only() as refused, pytest.raises(requests.ConnectionError):
            requests.post(address, json={}, timeout=5)
        assert refused == ["127.0.0.1"]
        assert not sink.posts
        requests.post(address, json={}, timeout=5)
        assert len(sink.posts) == 1, "outside it is as ever"

    def test_a_name_that_leads_here_is_refused(
        self, sink: HttpSink, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.NOTIFY_PRIVATE = False
        here = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", sink.port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: here)
        url = Secret(f"json://hooks.example.com:{sink.port}/x")
        assert services.service_of(url) == "json"
        with pytest.raises(NotDelivered, match="private network"):
            services.send(url, title="t", body="b", severity=Severity.INFO)
        assert not sink.posts

    def test_a_redirect_that_leads_here_is_refused(
        self, sink: HttpSink, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The first server passes for a public one; where it sends the message on to does not."""
        settings.NOTIFY_PRIVATE = False
        monkeypatch.setattr(services, "is_public_ip_address", lambda host: True)
        monkeypatch.setattr("trading.notifications.network.is_public_ip_address", lambda host: host == "127.0.0.1")
        with http_sink() as inner:
            sink.location = f"http://127.0.0.2:{inner.port}/admin"
            with pytest.raises(NotDelivered, match="private network"):
                services.send(Secret(sink.url()), title="t", body="b", severity=Severity.INFO)
            assert len(sink.posts) == 1
            assert not inner.posts

    def test_datagrams_and_unix_sockets(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram, public_only():
            with pytest.raises(PrivateAddress):
                datagram.sendto(b"x", ("127.0.0.1", 9))
            with pytest.raises(PrivateAddress):
                datagram.connect(("localhost", 9))
        with socket.socket(socket.AF_UNIX) as local, public_only(), pytest.raises(PrivateAddress):
            local.connect("/tmp/nothing-listens-here")

    def test_other_threads_are_not_touched(self, sink: HttpSink) -> None:
        answers: list[int] = []
        thread = threading.Thread(
            target=lambda: answers.append(requests.post(sink.url(scheme="http"), json={}, timeout=5).status_code)
        )
        with public_only():
            thread.start()
            thread.join()
        assert answers == [200]


class TestSecrets:
    URL = "json://someone:hunter2%2Fsecret@127.0.0.1:{port}/tok3n-in-path?+X-Key=key-in-header"
    PARTS = ("hunter2", "tok3n-in-path", "key-in-header")

    def test_the_row_shows_nothing(self, owner: Any, sink: HttpSink) -> None:
        channel = channel_to(owner, self.URL.format(port=sink.port))
        shown = f"{vars(channel)} {channel} {channels.shown(channel)}"
        assert not [part for part in self.PARTS if part in shown]
        assert sealed.url_of(channel).reveal() == self.URL.format(port=sink.port)
        channel.service = "tgram"
        with pytest.raises(Exception, match="not as they were stored"):
            sealed.url_of(channel)

    @pytest.mark.parametrize("statuses", [[200], [401], [500]])
    def test_neither_log_nor_error_holds_it(
        self, owner: Any, sink: HttpSink, caplog: pytest.LogCaptureFixture, statuses: list[int]
    ) -> None:
        caplog.set_level(logging.DEBUG)
        sink.statuses = statuses
        channel_to(owner, self.URL.format(port=sink.port))
        delivery.deliver(shout(owner).deliveries.get().pk)
        told = caplog.text + "".join(str(vars(record)) for record in caplog.records)
        told += NotificationDelivery.objects.get().error
        assert "[secret]" in caplog.text
        assert not [part for part in self.PARTS if part in told]

    def test_a_service_whose_library_fails_quotes_nothing(
        self, owner: Any, sink: HttpSink, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        url = Secret(self.URL.format(port=sink.port))

        def fail(*_: object, **__: object) -> None:
            raise RuntimeError(f"no way to {url.reveal()} with hunter2/secret, tok3n-in-path")

        monkeypatch.setattr("apprise.plugins.custom_json.NotifyJSON.send", fail)
        with pytest.raises(NotDelivered) as caught:
            services.send(url, title="t", body="b", severity=Severity.INFO)
        assert "[secret]" in str(caught.value)
        assert not [part for part in self.PARTS if part in str(caught.value)]

    def test_a_changed_address_is_audited_without_it(self, owner: Any, sink: HttpSink) -> None:
        channel = channel_to(owner, sink.url("old-secret"))
        channels.change(channel_id=channel.pk, changes={"label": "New"}, url=Secret(sink.url("new-secret")))
        channels.remove(channel_id=channel.pk)
        events = [event.payload for event in owner.events.filter(type="audit").order_by("number")]
        assert [event["action"] for event in events] == [
            "notifications.channel_added",
            "notifications.channel_changed",
            "notifications.channel_removed",
        ]
        assert events[1]["before"] == {"label": "Channel 0"}
        assert events[1]["after"] == {"label": "New", "url_replaced": True}
        assert "secret" not in str(events)
