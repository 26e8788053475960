"""Keys: stored, tried out, removed, and read from the environment."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from brokers import credentials, vault
from brokers.catalog import BrokerClosed, UnknownBroker, brokers
from brokers.credentials import CredentialInUse, InvalidCredentials
from brokers.errors import AuthenticationFailed, BrokerUnavailable
from brokers.interface import ConnectionState, ConnectionStatus, Environment, Secret
from brokers.models import BrokerCredential, CredentialStatus
from tests.brokers.venue import Venue, fake_venue, keys_of
from tests.trading.factories import make_user
from trading.accounts import opening
from trading.models import AccountMode


def secrets(broker: str = "delta", **changes: str) -> dict[str, Secret]:
    return {name: Secret(text) for name, text in {**keys_of(broker), **changes}.items()}


def add(owner: Any, broker: str = "delta", environment: str = "test", **more: Any) -> BrokerCredential:
    given = {"secrets": secrets(broker), **more}
    return credentials.add(owner_id=owner.pk, broker=broker, environment=environment, **given)


@pytest.fixture
def owner(db: None) -> Any:
    return make_user()


@pytest.fixture
def venue() -> Any:
    with fake_venue() as made:
        yield made


class TestAdding:
    def test_they_are_kept_encrypted_and_untested(self, owner: Any) -> None:
        row = add(owner, label="mine", account_id="A1")
        row.refresh_from_db()
        assert (row.status, row.fields, row.account_id) == (CredentialStatus.UNTESTED, ["api_key", "api_secret"], "A1")
        revealed = credentials.reveal(credential=row)
        assert (revealed.get("api_key"), revealed.get("api_secret")) == ("good-key-1", "good-secret-1")
        assert (revealed.environment, revealed.account_id) == (Environment.TEST, "A1")

    def test_labels_are_found_for_those_who_give_none(self, owner: Any) -> None:
        labels = [add(owner).label, add(owner).label, add(owner).label, add(owner, environment="live").label]
        assert labels == ["Delta Exchange test", "Delta Exchange test 2", "Delta Exchange test 3", "Delta Exchange"]

    def test_a_label_is_the_owners_own(self, owner: Any) -> None:
        add(owner, label="mine")
        add(make_user(), label="mine")
        with pytest.raises(InvalidCredentials) as caught:
            add(owner, label="mine")
        assert list(caught.value.fields) == ["label"]
        assert BrokerCredential.objects.count() == 2

    def test_blanks_around_a_pasted_key_are_dropped(self, owner: Any) -> None:
        row = add(owner, secrets=secrets(api_key="  good-key-1\n"))
        assert vault.unseal(row)["api_key"] == Secret("good-key-1")

    @pytest.mark.parametrize(
        ("broker", "given", "field"),
        [
            ("delta", {"api_key": "k"}, "credentials.api_secret"),
            ("delta", {"api_key": " ", "api_secret": "s"}, "credentials.api_key"),
            ("delta", {"api_key": "k", "api_secret": "s", "token": "t"}, "credentials.token"),
            ("okx", {"api_key": "k", "api_secret": "s"}, "credentials.password"),
            ("delta", {"api_key": "a\0b", "api_secret": "s"}, "credentials.api_key"),
            ("delta", {"api_key": "k" * 9000, "api_secret": "s"}, "credentials.api_key"),
            ("deriv", {"token": "t", "app_id": "1", "api": "v9"}, "credentials.api"),
            ("paper", {}, "broker"),
            ("nowhere", {}, "broker"),
        ],
    )
    def test_what_is_wrong_is_named(self, owner: Any, broker: str, given: dict[str, str], field: str) -> None:
        with pytest.raises(InvalidCredentials) as caught:
            add(owner, broker, secrets={name: Secret(text) for name, text in given.items()})
        assert field in caught.value.fields
        assert not BrokerCredential.objects.exists()

    def test_no_test_environment(self, owner: Any) -> None:
        with pytest.raises(InvalidCredentials, match="MEXC has no test environment"):
            add(owner, "mexc")

    def test_a_closed_broker(self, owner: Any) -> None:
        with pytest.raises(BrokerClosed, match="2026-09-23"):
            add(owner, "bitmex", environment="live")


class TestValidating:
    def test_accepted(self, owner: Any, venue: Venue) -> None:
        row = add(owner)
        found = credentials.validate(credential=row)
        assert (row.status, row.error) == (CredentialStatus.VALID, "")
        assert row.checked_at is not None
        assert found.account_type == "demo"
        assert row.last_check["balances"][0]["currency"] == "USDT"
        assert venue.left == 1, "the connection is given back"

    def test_not_accepted(self, owner: Any, venue: Venue) -> None:
        row = add(owner, secrets=secrets(api_key="another"))
        with pytest.raises(AuthenticationFailed):
            credentials.validate(credential=row)
        assert (row.status, row.error) == (CredentialStatus.INVALID, "The keys are not accepted.")
        assert venue.left == 1

    @pytest.mark.parametrize("state", [ConnectionState.DISCONNECTED, ConnectionState.CONNECTING])
    def test_out_of_reach_says_nothing_of_the_keys(self, owner: Any, venue: Venue, state: ConnectionState) -> None:
        row = add(owner)
        credentials.validate(credential=row)
        venue.trouble = lambda _: ConnectionStatus(state, error="no route")
        with pytest.raises(BrokerUnavailable, match="no route"):
            credentials.validate(credential=row)
        assert (row.status, row.error) == (CredentialStatus.VALID, "no route")

    def test_refused_by_status(self, owner: Any, venue: Venue) -> None:
        row = add(owner)
        venue.trouble = lambda _: ConnectionStatus(ConnectionState.REFUSED, error="key expired")
        with pytest.raises(AuthenticationFailed, match="key expired"):
            credentials.validate(credential=row)
        assert row.status == CredentialStatus.INVALID

    def test_a_failing_goodbye_changes_nothing(
        self, owner: Any, venue: Venue, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(given: Any) -> None:
            raise OSError(given.get("api_secret"))

        venue.disconnect_trouble = fail
        row = add(owner)
        credentials.validate(credential=row)
        assert row.status == CredentialStatus.VALID
        assert "disconnecting from a broker failed: OSError" in caplog.text
        assert "good-secret-1" not in caplog.text

    def test_a_key_that_the_ring_lacks(self, owner: Any, venue: Venue) -> None:
        row = add(owner)
        BrokerCredential.objects.update(key_id="gone")
        row.refresh_from_db()
        with pytest.raises(vault.UnknownKey, match="'gone'"):
            credentials.validate(credential=row)
        assert not venue.seen


class TestRemoving:
    def test_gone(self, owner: Any) -> None:
        credentials.remove(credential=add(owner))
        assert not BrokerCredential.objects.exists()

    def test_not_while_an_account_uses_them(self, owner: Any, venue: Venue) -> None:
        row = add(owner)
        opening.book(opening.prepare(owner_id=owner.pk, name="Demo", mode=AccountMode.DEMO, credential_id=row.pk))
        with pytest.raises(CredentialInUse, match="Delta Exchange test"):
            credentials.remove(credential=row)
        assert BrokerCredential.objects.exists()


class TestEnvironment:
    def test_each_brokers_names(self) -> None:
        for info in brokers():
            if not info.credentials or info.state == "CLOSED":
                continue
            variables = {
                f"{info.id.upper()}_{field.name.upper()}": "current" if field.choices else f"value of {field.name}"
                for field in info.credentials
            }
            found = credentials.from_environment(info.id, variables)
            assert found is not None
            assert set(found.secrets) == {field.name for field in info.credentials}
            assert found.environment == (Environment.TEST if info.testnet_available else Environment.LIVE)
            assert credentials.from_environment(info.id, {}) is None

    @pytest.mark.parametrize(
        ("text", "environment"),
        [("live", "live"), ("LIVE", "live"), ("real", "live"), ("testnet", "test"), ("demo", "test"), ("", "test")],
    )
    def test_environments(self, text: str, environment: str) -> None:
        variables = {"DERIBIT_API_KEY": "k", "DERIBIT_API_SECRET": "s", "DERIBIT_ENVIRONMENT": text}
        found = credentials.from_environment("deribit", variables)
        assert found is not None
        assert found.environment == environment

    @pytest.mark.parametrize(
        ("broker", "variables", "named"),
        [
            ("deribit", {"DERIBIT_API_SECRET": "s"}, "DERIBIT_API_KEY"),
            ("okx", {"OKX_API_KEY": "k", "OKX_API_SECRET": "s"}, "OKX_PASSWORD"),
            ("deriv", {"DERIV_TOKEN": "t"}, "DERIV_APP_ID"),
            ("delta", {"DELTA_API_KEY": "k", "DELTA_API_SECRET": "s", "DELTA_ENVIRONMENT": "x"}, "DELTA_ENVIRONMENT"),
            ("mexc", {"MEXC_API_KEY": "k", "MEXC_API_SECRET": "s", "MEXC_ENVIRONMENT": "test"}, "MEXC_ENVIRONMENT"),
        ],
    )
    def test_what_is_wrong_is_named(self, broker: str, variables: dict[str, str], named: str) -> None:
        with pytest.raises(InvalidCredentials) as caught:
            credentials.from_environment(broker, variables)
        assert list(caught.value.fields) == [named]

    @pytest.mark.parametrize(("broker", "error"), [("paper", UnknownBroker), ("bitmex", BrokerClosed)])
    def test_brokers_without_keys(self, broker: str, error: type[Exception]) -> None:
        with pytest.raises(error):
            credentials.from_environment(broker, {"BITMEX_API_KEY": "k", "BITMEX_API_SECRET": "s"})

    def test_import(self, owner: Any) -> None:
        variables = {"DERIBIT_API_KEY": "one", "DERIBIT_API_SECRET": "two", "DERIV_TOKEN": "t", "DERIV_APP_ID": "1089"}
        stored = credentials.import_from_environment(owner_id=owner.pk, variables=variables)
        assert [row.label for row in stored] == ["Deribit test (environment)", "Deriv test (environment)"]
        assert credentials.import_from_environment(owner_id=owner.pk, variables=variables) == []
        changed = credentials.import_from_environment(
            owner_id=owner.pk, variables={**variables, "DERIBIT_API_SECRET": "three"}
        )
        assert [row.pk for row in changed] == [stored[0].pk], "the row stays, and with it the account that uses it"
        assert vault.unseal(changed[0])["api_secret"] == Secret("three")
        assert BrokerCredential.objects.count() == 2

    def test_the_command(self, owner: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
        monkeypatch.setenv("DELTA_API_KEY", "the-key-of-delta")
        monkeypatch.setenv("DELTA_API_SECRET", "the-secret-of-delta")
        call_command("import_credentials", owner.username)
        said = capsys.readouterr().out
        assert "Delta Exchange test (environment)" in said
        assert "the-key" not in said
        with pytest.raises(CommandError, match="nobody"):
            call_command("import_credentials", "nobody")
        monkeypatch.setenv("DELTA_ENVIRONMENT", "elsewhere")
        with pytest.raises(CommandError, match="DELTA_ENVIRONMENT"):
            call_command("import_credentials", owner.username)
