"""The legacy v3 API's frames: `symbol`, `product_type`, and a token sent on the socket."""

from brokers.adapters.deriv.frames import CommonFrames, Frame


class LegacyFrames(CommonFrames):
    name = "legacy"
    symbol_field = "symbol"

    def active_symbols(self) -> Frame:
        return {"active_symbols": "brief", "product_type": "basic"}


def authorize(token: str) -> Frame:
    return {"authorize": token}
