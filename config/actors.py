"""Who acts in a request."""

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from trading.audit.actors import acting

_Sync = Callable[[HttpRequest], HttpResponseBase]
_Async = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@sync_and_async_middleware
def actor_middleware(get_response: _Sync | _Async) -> _Sync | _Async:
    """Every request starts with nobody acting; who is let in (config/api/authentication.py, config/admin_site.py) acts
    until it ends.
    """
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            with acting(None, ""):
                return await get_response(request)  # type: ignore[misc, no-any-return]

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        with acting(None, ""):
            return get_response(request)  # type: ignore[return-value]

    return answer
