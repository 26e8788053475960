"""The OpenAPI document."""

import pytest
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema


@pytest.fixture(scope="module")
def schema() -> dict:
    GENERATOR_STATS.reset()
    document = SchemaGenerator().get_schema(request=None, public=True)
    assert not GENERATOR_STATS._warn_cache, GENERATOR_STATS._warn_cache
    assert not GENERATOR_STATS._error_cache, GENERATOR_STATS._error_cache
    return document


def test_it_is_valid_and_generated_without_a_warning(schema: dict) -> None:
    validate_schema(schema)


def test_every_operation_documents_the_error_shape(schema: dict) -> None:
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            if path != "/api/health/":
                reference = operation["responses"]["default"]["content"]["application/json"]["schema"]["$ref"]
                assert reference == "#/components/schemas/Error", (method, path)


def test_every_path_of_the_issue_is_there(schema: dict) -> None:
    wanted = {
        "/api/dev/paper/start/",
        "/api/dev/paper/reset/",
        "/api/dev/paper/status/",
        "/api/dev/paper/trades/",
        "/api/dev/paper/summary/",
        "/api/dev/paper/settings/",
        "/api/dev/paper/trades/{trade_id}/close/",
        "/api/accounts/",
        "/api/accounts/{account_id}/equity/",
        "/api/signals/",
        "/api/signals/{public_id}/",
        "/api/trades/",
        "/api/decisions/",
        "/api/events/",
        "/api/market/symbols/",
        "/api/market/candles/",
        "/api/strategies/",
        "/api/webhooks-config/",
        "/api/webhooks/{secret_id}/",
        "/api/health/",
    }
    assert wanted <= set(schema["paths"])


@pytest.mark.parametrize(
    "path",
    [
        "/api/dev/paper/start/",
        "/api/dev/paper/reset/",
        "/api/dev/paper/trades/{trade_id}/close/",
        "/api/signals/",
        "/api/webhooks-config/",
        "/api/webhooks/{secret_id}/",
    ],
)
def test_idempotency_keys_are_documented(schema: dict, path: str) -> None:
    headers = {item["name"] for item in schema["paths"][path]["post"]["parameters"] if item["in"] == "header"}
    assert "Idempotency-Key" in headers


def test_the_pages_need_nothing_from_elsewhere(client: Client, db: None) -> None:
    assert client.get("/api/schema/").status_code == 200
    page = client.get("/api/docs/").content.decode()
    assert "swagger-ui" in page
    assert "https://" not in page
    assert "http://" not in page
