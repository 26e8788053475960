"""What the value objects refuse."""

import math


def need_positive(value_object: object, *names: str) -> None:
    for name in names:
        value = getattr(value_object, name)
        if not (math.isfinite(value) and value > 0):
            raise ValueError(f"{name}: a number above 0 is needed, not {value!r}")


def need_not_negative(value_object: object, *names: str) -> None:
    for name in names:
        value = getattr(value_object, name)
        if not (math.isfinite(value) and value >= 0):
            raise ValueError(f"{name}: a number of at least 0 is needed, not {value!r}")


def need_finite(value_object: object, *names: str) -> None:
    for name in names:
        value = getattr(value_object, name)
        if not math.isfinite(value):
            raise ValueError(f"{name}: a finite number is needed, not {value!r}")
