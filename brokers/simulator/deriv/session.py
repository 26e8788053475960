"""One WebSocket of either API: frames in, replies and streams out, with the faults that were asked for."""

import json
from collections.abc import Callable, Mapping

from aiohttp import WSMsgType, web

from brokers.interface import Quote
from brokers.simulator.deriv import frames, streams
from brokers.simulator.deriv.accounts import Account, Token
from brokers.simulator.deriv.contracts import Tick
from brokers.simulator.deriv.desk import DeskEvent
from brokers.simulator.deriv.errors import Refused
from brokers.simulator.deriv.gate import Gate
from brokers.simulator.deriv.render import Json, Numbers
from brokers.simulator.deriv.shapes import Api
from brokers.simulator.deriv.subscriptions import Subscription, Subscriptions
from brokers.simulator.deriv.terms import Terms
from brokers.simulator.faults import FaultKind
from brokers.simulator.line import Line

Handler = Callable[["Session", Json], list[Json]]

_REPLY_TYPES = {"ticks": "tick"}
_FAULT_ERRORS = {
    FaultKind.RATE_LIMITED: ("RateLimit", "You have reached the rate limit for {call}."),
    FaultKind.MAINTENANCE: ("ServiceUnavailable", "Sorry, the service is under maintenance. Please try again later."),
}


class Session:
    """`account` is None on the public socket, and on a legacy one before `authorize`.

    Stale market data (a fault) is shown to the call it befalls, and a stream that it opens stays silent.
    """

    def __init__(
        self,
        gate: Gate,
        api: Api,
        handlers: Mapping[str, Handler],
        line: Line,
        account: Account | None,
        address: str,
        app_id: int,
    ) -> None:
        self.gate, self.api, self.app_id = gate, api, app_id
        self.desk = gate.desk
        self.account = account
        self.token: Token | None = None
        self.proposals: dict[str, Terms] = {}
        self.subscriptions = Subscriptions(lambda: gate.options.max_subscriptions)
        self.numbers = Numbers(api, gate.next_seed())
        self.stale = False
        self._handlers = handlers
        self._line = line
        self._address = address

    async def run(self, socket: web.WebSocketResponse) -> None:
        """Serve the socket until either side ends it, or it has been silent for too long."""
        self.desk.market.add_listener(self._on_quote)
        self.desk.add_listener(self._on_event)
        try:
            while True:
                message = await socket.receive(timeout=self.gate.options.idle_seconds)
                if message.type != WSMsgType.TEXT:
                    break
                self._receive(message.data)
        except TimeoutError:
            await socket.close()
        finally:
            self.desk.market.remove_listener(self._on_quote)
            self.desk.remove_listener(self._on_event)

    # Frames in.

    def _receive(self, text: str) -> None:
        try:
            frame = json.loads(text, parse_constant=_no_number)
        except ValueError:
            frame = None
        if not isinstance(frame, dict):
            self._send({"error": {"code": "InvalidRequest", "message": "Invalid JSON."}, "msg_type": "error"})
            return
        try:
            call = frames.call_of(self.api, frame)
            frames.check(self.api, call, frame)
        except Refused as refused:
            self._reply(frame, [self._error(next(iter(frame), "error"), refused)])
            return
        self._act(call, frame)

    def _act(self, call: str, frame: Json) -> None:
        fault = self.gate.faults.draw(call)
        kind = fault.kind if fault is not None else None
        if fault is not None and kind == FaultKind.DELAY:
            self._line.later(fault.seconds, lambda: self._reply(frame, self._answer(call, frame)))
            return
        if kind == FaultKind.DISCONNECT_BEFORE:
            self._line.cut()
            return
        if kind in (FaultKind.RATE_LIMITED, FaultKind.SERVER_ERROR, FaultKind.MAINTENANCE):
            self._reply(frame, [self._error(call, self._fault_error(kind, call))])
            return
        self.stale = kind == FaultKind.STALE_BOOK
        try:
            answers = self._answer(call, frame)
        finally:
            self.stale = False
        if kind == FaultKind.DROP_REPLY:
            return
        if kind == FaultKind.DISCONNECT_AFTER:
            self._line.cut()
            return
        for _ in range(2 if kind == FaultKind.DUPLICATE else 1):
            self._reply(frame, answers)

    def _fault_error(self, kind: FaultKind, call: str) -> Refused:
        if kind == FaultKind.SERVER_ERROR:
            code = "InternalError" if self.api == Api.CURRENT else "InternalServerError"
            return Refused(code, "Sorry, an error occurred while processing your request.")
        code, message = _FAULT_ERRORS[kind]
        return Refused(code, message.format(call=call))

    def _answer(self, call: str, frame: Json) -> list[Json]:
        try:
            who = f"user {self.account.user_id}" if self.account else f"address {self._address}"
            if not self.gate.within_budget(who, call):
                raise Refused("RateLimit", f"You have reached the rate limit for {call}.")  # noqa: TRY301
            return self._handlers[call](self, frame)
        except Refused as refused:
            return [self._error(call, refused)]

    def _error(self, call: str, refused: Refused) -> Json:
        error: Json = {"code": refused.code, "message": refused.message}
        if refused.details:
            error["details"] = refused.details
        return {"error": error, "msg_type": _REPLY_TYPES.get(call, call)}

    # What handlers use.

    def need_account(self, scope: str = "read") -> Account:
        """Raises Refused where nobody is logged in, or the token lacks the scope."""
        if self.account is None:
            raise Refused("AuthorizationRequired", "Please log in.")
        if self.token is not None and scope not in self.token.scopes:
            raise Refused("PermissionDenied", f"Permission denied, requires {scope} scope.")
        return self.account

    def tick(self, symbol: str) -> Tick:
        market = self.desk.market
        quote = market.stale_quote(symbol) if self.stale else market.quote(symbol)
        return Tick(quote.time, quote.last, quote.volatility)

    def subscribe(self, stream: Subscription, name: str) -> Subscription:
        stream.stale = self.stale
        return self.subscriptions.add(stream, name)

    # Messages out.

    def _reply(self, frame: Json, answers: list[Json]) -> None:
        for answer in answers:
            self._send(_echoed(answer, frame))

    def _send(self, message: Json) -> None:
        self._line.send(message)

    def _on_quote(self, quote: Quote) -> None:
        """Ticks are not befallen by faults: there are too many of them."""
        for stream, message in streams.of_quote(self, quote):
            self._send(_echoed(message, stream.request))

    def _on_event(self, event: DeskEvent) -> None:
        if self.account is not event.account:
            return
        for stream, message in streams.of_event(self, event):
            self._line.push(message["msg_type"], _echoed(message, stream.request))


def _no_number(text: str) -> None:
    """NaN and Infinity, which Python reads, are not JSON."""
    raise ValueError(text)


def _echoed(message: Json, frame: Json) -> Json:
    echo = {name: "<not shown>" if name in ("authorize", "tokens") else value for name, value in frame.items()}
    shared = {name: frame[name] for name in ("req_id", "passthrough") if name in frame}
    return message | {"echo_req": echo} | shared
