"""The bins in which a day's trades are counted, fine enough to be put together to any histogram's."""

import numpy as np
from numpy.typing import NDArray

R_WIDTH = 0.05  # multiples of the risk; every round width of a histogram from 0.1 on is a multiple of it
_MOST_R = 50.0


def r_bins(r: NDArray[np.float64]) -> NDArray[np.int64]:
    """The bin n of each R multiple, [n, n + 1) * R_WIDTH; those beyond 50 R are counted at the ends. No NaN."""
    # A hair is added, for 0.15 / 0.05 is a little less than 3.
    return np.floor(np.clip(r, -_MOST_R, _MOST_R) / R_WIDTH + 1e-9).astype(np.int64)
