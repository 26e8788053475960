"""Whether a request frame is one that Deriv's documentation allows, by the JSON Schemas in deriv_schemas/."""

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from jsonschema import Draft7Validator
from jsonschema.exceptions import best_match

_FOLDER = Path(__file__).parent / "deriv_schemas"

Api = Literal["current", "legacy"]


@functools.cache
def schemas(api: Api) -> dict[str, Draft7Validator]:
    """By the call's name."""
    found = {}
    for file in sorted((_FOLDER / api).glob("*.json")):
        schema = json.loads(file.read_text())
        Draft7Validator.check_schema(schema)
        found[file.stem] = Draft7Validator(schema)
    return found


def call_of(api: Api, frame: Mapping[str, Any]) -> str:
    """The call that a frame makes. Raises AssertionError for a frame that makes none, or several."""
    calls = [name for name in schemas(api) if name in frame]
    assert len(calls) == 1, f"one call of the {api} API is needed in a frame, not {calls or sorted(frame)}"
    return calls[0]


def validate(api: Api, frame: Mapping[str, Any] | str | bytes) -> str:
    """The call that the frame (an object, or its JSON text) makes.

    Raises AssertionError naming the field that `api` ("current" or "legacy") does not allow, misses, or cannot read.
    A token in it is not repeated.
    """
    shown: dict[str, Any] = json.loads(frame) if isinstance(frame, str | bytes) else dict(frame)
    call = call_of(api, shown)
    error = best_match(schemas(api)[call].iter_errors(shown))
    if error is not None:
        where = "/".join(str(part) for part in error.absolute_path) or call
        message = "the token is not one" if where.startswith(("authorize", "tokens")) else error.message
        raise AssertionError(f"{call} ({api}): {where}: {message}")
    return call
