"""Every endpoint of the API, read from the URLs, so that a test about all of them forgets none."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.urls import URLPattern, URLResolver

_PARAMETER = re.compile(r"<(?P<kind>\w+):(?P<name>\w+)>")
_NOWHERE = {"int": "999999999", "str": "x", "uuid": "00000000-0000-4000-8000-000000000000"}


class Endpoint(NamedTuple):
    """A method of a route, e.g. ("delete", "accounts/<int:account_id>/"), without the leading "api/"."""

    method: str
    route: str

    @property
    def is_safe(self) -> bool:
        return self.method == "get"

    @property
    def parameters(self) -> list[str]:
        return [match["name"] for match in _PARAMETER.finditer(self.route)]

    def path(self, **values: Any) -> str:
        """Its address; parameters that are not given are of the right kind, and point nowhere."""

        def value(match: re.Match[str]) -> str:
            return str(values.get(match["name"], _NOWHERE[match["kind"]]))

        return "/api/" + _PARAMETER.sub(value, self.route)

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.route}"


def endpoints() -> list[Endpoint]:
    from config.urls import api_urls

    return list(_walk(api_urls, ""))


def _walk(patterns: Any, prefix: str) -> Iterator[Endpoint]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            view = getattr(pattern.callback, "cls", None)
            for method in view.http_method_names if view is not None else ["get"]:
                if method not in ("head", "options", "trace") and (view is None or hasattr(view, method)):
                    yield Endpoint(method, route)
