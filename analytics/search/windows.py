"""The stretches of time of a search: what parameters are chosen on, and what they are then proved on.

Times are epoch ms UTC; a window holds the candles that open in [start, end).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Fold:
    """`inside` is searched, `outside` comes right after it."""

    inside: Window
    outside: Window


def split(whole: Window, out_percent: float, step: int) -> tuple[Window, Window]:
    """The last `out_percent` (0-100) of the time, and what is before; `step` is a candle's length, which both keep to.

    With 0 the second window is empty. Raises ValueError where one would be empty otherwise.
    """
    at = _aligned(whole, whole.end - whole.length * out_percent / 100, step)
    parts = Window(whole.start, at), Window(at, whole.end)
    if not parts[0].length or (out_percent > 0 and not parts[1].length):
        raise ValueError("the time is too short to be split")
    return parts


def walk_forward(whole: Window, folds: int, out_percent: float, step: int, *, anchored: bool) -> list[Fold]:
    """`folds` windows that are searched, each with the window right after it, which together cover the time from the
    first of them to the end without a gap or an overlap.

    `out_percent` (0-100, neither end) is the share of a fold's own time that it is proved on (anchored: of the first
    fold's). Rolling folds are of one length; anchored ones all begin at the start. As in Pardo, The Evaluation and
    Optimization of Trading Strategies (2008), ch. 11. Raises ValueError where a window would be empty.
    """
    share = out_percent / 100
    inside = whole.length * (1 - share) / (1 - share + folds * share)
    outside = (whole.length - inside) / folds
    edges = [_aligned(whole, whole.start + inside + index * outside, step) for index in range(folds)] + [whole.end]
    found = []
    for index in range(folds):
        start = whole.start if anchored else _aligned(whole, whole.start + index * outside, step)
        found.append(Fold(Window(start, edges[index]), Window(edges[index], edges[index + 1])))
    if any(not part.length for fold in found for part in (fold.inside, fold.outside)):
        raise ValueError(f"the time is too short for {folds} folds")
    return found


def _aligned(whole: Window, moment: float, step: int) -> int:
    return whole.start + round((moment - whole.start) / step) * step
