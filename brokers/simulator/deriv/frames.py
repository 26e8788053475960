"""Whether a request frame is one that its API takes, and which call it makes."""

import json
from collections.abc import Mapping
from typing import Any

from brokers.simulator.deriv.errors import Refused
from brokers.simulator.deriv.shapes import Api, shapes_of

_LONGEST_PASSTHROUGH = 3500  # bytes

FRAMES = {api: shapes_of(api) for api in Api}


def call_of(api: Api, frame: Mapping[str, Any]) -> str:
    """The call that a frame makes. Raises Refused for one that the API does not have."""
    for name in FRAMES[api]:
        if name in frame:
            return name
    raise Refused("UnrecognisedRequest", "Unrecognised request.")


def check(api: Api, call: str, frame: Mapping[str, Any]) -> None:
    """Raises Refused (InputValidationFailed), naming the field that the API does not allow, misses or cannot read."""
    fault = FRAMES[api][call].fault(frame)
    if fault is None and len(json.dumps(frame.get("passthrough", {}))) > _LONGEST_PASSTHROUGH:
        fault = ("passthrough", "passthrough: at most 3500 bytes are carried.")
    if fault is not None:
        name, message = fault
        raise Refused("InputValidationFailed", f"Input validation failed: {message}", {name: message})
