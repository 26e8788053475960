"""The current API's frames (developers.deriv.com/docs): `underlying_symbol`, and no authorize on the socket."""

from brokers.adapters.deriv.frames import CommonFrames, Frame


class CurrentFrames(CommonFrames):
    name = "current"
    symbol_field = "underlying_symbol"

    def active_symbols(self) -> Frame:
        return {"active_symbols": "brief"}
