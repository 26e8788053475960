"""Dotted paths into a backtest's config, such as strategies.0.params.fast or settings.sizing.percent."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from analytics.backtest.config import BacktestConfig
from signals.strategies.registry import validate_params

ROOTS = ("strategies", "account", "settings", "fill_model", "default_stop_percent", "default_target_percent")


class UnknownPath(ValueError):
    """The config has nothing there that could be searched."""


def complete(config: Mapping[str, Any]) -> dict[str, Any]:
    """The validated config with every setting that it leaves to its default."""
    found = BacktestConfig.read(config).as_json()
    found["strategies"] = [
        {"name": item["name"], "params": validate_params(item["name"], item["params"])} for item in found["strategies"]
    ]
    return found


def check_path(whole: Mapping[str, Any], path: str) -> None:
    """Raises UnknownPath where the `complete` config has no single setting at `path`."""
    here: Any = whole
    for depth, part in enumerate(steps := path.split(".")):
        if depth == 0 and part not in ROOTS:
            raise UnknownPath(f"Search in one of {', '.join(ROOTS)}.")
        if isinstance(here, Mapping) and part in here:
            here = here[part]
        elif isinstance(here, list | tuple) and part.isascii() and part.isdigit() and int(part) < len(here):
            here = here[int(part)]
        else:
            raise UnknownPath(f"There is no {'.'.join(steps[: depth + 1])} in the config.")
    if isinstance(here, Mapping | list | tuple) or path.endswith((".name", ".currency")):
        raise UnknownPath("This is no single setting whose values could be searched.")


def with_params(config: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the config with the value of each path put in; the paths were checked."""
    changed = copy.deepcopy(dict(config))
    for path in params:  # all of them before the first is changed: half of a change may make no sense
        _complete_document(changed, path.split(".")[:-1])
    for path, value in params.items():
        *parents, last = path.split(".")
        here: Any = changed
        for part in parents:
            here = here[int(part)] if isinstance(here, list) else here.setdefault(part, {})
        here[int(last) if isinstance(here, list) else last] = value
    return changed


def _complete_document(config: dict[str, Any], parents: Sequence[str]) -> None:
    """Write out the parameter that is a document and has a setting changed inside: it is not told by halves."""
    if len(parents) < 4 or parents[0] != "strategies":
        return
    _, place, _, name = parents[:4]
    chosen = config["strategies"][int(place)]
    told = dict(chosen.get("params") or {})
    chosen["params"] = {**told, name: validate_params(chosen["name"], told)[name]}
