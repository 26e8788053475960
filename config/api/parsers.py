"""Reading request bodies without trusting them."""

import io
from typing import Any

from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

MAX_BYTES = 256 * 1024


class BodyTooLarge(APIException):
    status_code = 413
    default_code = "body_too_large"
    default_detail = f"The body is larger than {MAX_BYTES} bytes."


class BoundedJSONParser(JSONParser):
    """JSON of a sane size and depth."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        raw = stream.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise BodyTooLarge
        try:
            return super().parse(io.BytesIO(raw), media_type, parser_context)
        except (RecursionError, LookupError):
            raise ParseError("The body is nested too deep, or in an unknown encoding.") from None
