"""What a search may be told: the bounds of its space, its method and its stretches of time."""

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from django.conf import settings
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from analytics.backtest.validation import validate_config
from analytics.models import BacktestKind
from analytics.search.draws import grid_size
from analytics.search.paths import UnknownPath, check_path, complete, with_params
from analytics.search.scores import MAXIMIZABLE
from analytics.search.space import GRID, METHODS, Dimension, read_space
from signals.api.strict import NumberField, StrictSerializer

MOST_DIMENSIONS, MOST_VALUES, MOST_FOLDS = 10, 1000, 50
_TRIES = 30  # settings of the others that a value is checked with


class RangeSerializer(StrictSerializer):
    """Either `values`, or `low` and `high` (inclusive) with a `step`, or `log`; whole numbers step by 1."""

    values = serializers.ListField(child=serializers.JSONField(), min_length=1, max_length=MOST_VALUES, required=False)
    low = NumberField(-1e12, 1e12, required=False)
    high = NumberField(-1e12, 1e12, required=False)
    step = NumberField(0.0, 1e12, open_low=True, required=False, allow_null=True)
    log = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        # As they were given: 5 is a whole number, and 5.0 is not.
        given = {name: self.initial_data[name] if name in ("low", "high", "step") else attrs[name] for name in attrs}
        if ("values" in given) == ("low" in given and "high" in given) or ("values" in given and len(given) > 1):
            raise ValidationError("Give either values, or low and high.")
        if any(isinstance(item, str) for name, item in given.items() if name != "values"):
            raise ValidationError("Numbers are needed.")
        listed = given.get("values", [])
        if any(
            isinstance(item, dict | list) or (isinstance(item, float) and not math.isfinite(item)) for item in listed
        ):
            raise ValidationError({"values": ["Single values are needed."]})
        if len({json.dumps(item) for item in listed}) < len(listed):
            raise ValidationError({"values": ["One of them is there twice."]})
        return given


class SearchSerializer(StrictSerializer):
    method = serializers.ChoiceField(METHODS, default=GRID)
    space = serializers.DictField(
        child=serializers.DictField(), help_text="By dotted path into the config: a range or a list of values."
    )
    trials = serializers.IntegerField(min_value=1, max_value=1_000_000, default=100, help_text="Random and bayesian.")
    maximize = serializers.ChoiceField(MAXIMIZABLE, default="risk.sharpe", help_text="A figure, by its dotted name.")
    seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=1)
    out_of_sample_percent = NumberField(0.0, 90.0, default=0.0, help_text="Of the time, its last part; 0: none.")
    folds = serializers.IntegerField(min_value=2, max_value=MOST_FOLDS, default=5, help_text="Of a walk-forward.")
    anchored = serializers.BooleanField(default=False, help_text="Every fold begins at the start.")

    def validate_space(self, given: dict[str, Any]) -> dict[str, Any]:
        if not 1 <= len(given) <= MOST_DIMENSIONS:
            raise ValidationError(f"From 1 to {MOST_DIMENSIONS} settings can be searched.")
        found, wrong = {}, {}
        for path, item in given.items():
            asked = RangeSerializer(data=item)
            if asked.is_valid():
                found[path] = asked.validated_data
            else:
                wrong[path] = asked.errors
        if wrong:
            raise ValidationError(wrong)
        return found


def validate_search(given: Mapping[str, Any], *, kind: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """The search as the planner takes it, every key there; `config` was validated. A RUN has none: {}.

    Every path must exist, and each of its values (of a range, both ends) give a valid config beside some values of the
    others. Raises ValidationError naming the field.
    """
    if kind == BacktestKind.RUN:
        if given:
            raise ValidationError("A RUN searches nothing.")
        return {}
    asked = SearchSerializer(data=given)
    asked.is_valid(raise_exception=True)
    search: dict[str, Any] = dict(asked.validated_data)
    space = _space(search["space"], config)
    if kind == BacktestKind.WALK_FORWARD:
        search["out_of_sample_percent"] = search["out_of_sample_percent"] or 25.0
    else:
        search["folds"] = 1
    search["trials"] = _trials(search, space)
    _check_values(config, space)
    return search


def _space(given: Mapping[str, Any], config: Mapping[str, Any]) -> tuple[Dimension, ...]:
    whole = complete(config)
    for path in given:
        try:
            check_path(whole, path)
        except UnknownPath as error:
            raise ValidationError({"space": {path: [str(error)]}}) from None
    try:
        return read_space(given)
    except ValueError as error:
        path, _, message = str(error).partition(": ")
        raise ValidationError({"space": {path: [f"{message[0].upper()}{message[1:]}."]}}) from None


def _trials(search: Mapping[str, Any], space: tuple[Dimension, ...]) -> int:
    """How many settings a fold tries."""
    count, name = int(search["trials"]), "trials"
    if search["method"] == GRID:
        endless = next((item.path for item in space if not item.is_finite), None)
        if endless is not None:
            raise ValidationError({"space": {endless: ["A grid needs a step or values."]}})
        count, name = grid_size(space), "space"
    most = settings.BACKTEST_MAX_TRIALS
    if count * search["folds"] > most:
        raise ValidationError({name: [f"These are {count * search['folds']:,} trials; at most {most:,} are run."]})
    return count


def _check_values(config: Mapping[str, Any], space: tuple[Dimension, ...]) -> None:
    """Some values go only with some of another setting (a fast average below the slow one): a few are tried."""
    rng = np.random.default_rng(0)
    for item in space:
        for value in item.ends():
            problem = None
            for attempt in range(_TRIES):
                others = {other.path: other.draw(rng) for other in space} if attempt else {}
                if (problem := _problem(config, {**others, item.path: value})) is None:
                    break
            if problem is not None:
                raise ValidationError({"space": {item.path: [f"{value!r}: {problem}"]}})


def _problem(config: Mapping[str, Any], params: Mapping[str, Any]) -> str | None:
    """Why the config with these values is not valid; None: it is."""
    try:
        validate_config(with_params(config, params))
    except ValidationError as error:
        return problem_of(error)
    return None


def problem_of(error: ValidationError) -> str:
    """The first message of it, with its field."""
    from signals.api.strict import dotted

    name, messages = next(iter(dotted(error.detail).items()))
    return f"{name}: {messages[0]}"
