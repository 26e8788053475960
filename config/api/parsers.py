"""Reading request bodies without trusting them."""

import io
import json
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
            data = super().parse(io.BytesIO(raw), media_type, parser_context)
            if b"\\ud" in raw.lower():
                # Half a surrogate pair is no character: an answer that quotes it could not be sent.
                json.dumps(data, ensure_ascii=False).encode()
        except (RecursionError, LookupError):
            raise ParseError("The body is nested too deep, or in an unknown encoding.") from None
        except UnicodeEncodeError:
            raise ParseError("The body holds half a surrogate pair.") from None
        return data
