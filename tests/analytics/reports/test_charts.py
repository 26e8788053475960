from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.reports.charts.bars import columns, histogram, rows
from analytics.reports.charts.curves import curve
from analytics.reports.charts.scales import ticks, time_ticks
from analytics.reports.charts.shapes import Area, Bar, Drawing, Label, Line, Stroke
from analytics.reports.charts.svg import svg

values = st.floats(-1e7, 1e7, allow_subnormal=False).map(lambda value: round(value, 6))
SIZE = {"width": 400.0, "height": 150.0}


def shapes_of(drawing: Drawing, kind: type) -> list:
    return [shape for shape in drawing.shapes if isinstance(shape, kind)]


def all_points(drawing: Drawing) -> list[tuple[float, float]]:
    found = [point for shape in shapes_of(drawing, Stroke) + shapes_of(drawing, Area) for point in shape.points]
    found += [point for shape in shapes_of(drawing, Line) for point in (shape.start, shape.end)]
    for bar in shapes_of(drawing, Bar):
        found += [(bar.x, bar.y), (bar.x + bar.width, bar.y + bar.height)]
    return found + [shape.at for shape in shapes_of(drawing, Label)]


def assert_inside(drawing: Drawing) -> None:
    for x, y in all_points(drawing):
        assert -0.01 <= x <= drawing.width + 0.01
        assert -0.01 <= y <= drawing.height + 0.01


@given(st.lists(st.tuples(values, values), min_size=1, max_size=20))
def test_curves_stay_inside(pairs: list[tuple[float, float]]) -> None:
    series = [(1.6e9 + 3600.0 * place, value) for place, (value, _) in enumerate(pairs)]
    beside = [(1.6e9 + 3600.0 * place, value) for place, (_, value) in enumerate(pairs)]
    drawing = curve(series, beside=beside, base=0.0, label="curve", **SIZE)
    assert_inside(drawing)
    line = shapes_of(drawing, Stroke)[-1]
    for ((_, value), (_, y)), ((_, other), (_, other_y)) in pairwise(zip(series, line.points, strict=True)):
        assert (value < other) == (y > other_y) or abs(y - other_y) < 1e-6


@given(st.lists(values, min_size=1, max_size=24))
def test_bars_stay_inside_and_point_the_right_way(found: list[float]) -> None:
    drawing = columns([str(place) for place in range(len(found))], found, label="bars", **SIZE)
    assert_inside(drawing)
    bars = shapes_of(drawing, Bar)
    assert [bar.role for bar in bars] == ["up" if value >= 0 else "down" for value in found]
    longest = max(range(len(found)), key=lambda place: abs(found[place]))
    assert max(bar.height for bar in bars) == pytest.approx(bars[longest].height)
    lying = rows(["name"] * len(found), found, ["text"] * len(found), width=400.0, label="rows")
    assert_inside(lying)


def test_a_histogram_parts_gains_from_losses() -> None:
    drawing = histogram([-10, 0, 10, 20], [3, 5, 1], ["-10", "0", "10", "20"], label="histogram", **SIZE)
    assert_inside(drawing)
    assert [(bar.role, bar.tip) for bar in shapes_of(drawing, Bar)] == [
        ("down", "-10 to 0: 3"),
        ("up", "0 to 10: 5"),
        ("up", "10 to 20: 1"),
    ]
    assert "<title>0 to 10: 5</title>" in svg(drawing)


@given(values, values)
def test_ticks_enclose(one: float, other: float) -> None:
    low, high = sorted((one, other))
    found, step = ticks(low, high)
    assert found[0] <= low + 1e-6 * step
    assert found[-1] >= high - 1e-6 * step
    assert 2 <= len(found) <= 8


@pytest.mark.parametrize(
    ("seconds", "labels"),
    [
        (4 * 3600, ["00:00", "01:00", "02:00", "03:00", "04:00"]),
        (4 * 86_400, ["01 Jan", "02 Jan", "03 Jan", "04 Jan", "05 Jan"]),
        (150 * 86_400, ["Jan 2022", "Feb 2022", "Mar 2022", "Apr 2022", "May 2022"]),
        (5 * 365 * 86_400, ["2022", "2023", "2024", "2025", "2026"]),
    ],
)
def test_times_are_round(seconds: int, labels: list[str]) -> None:
    assert [label for _, label in time_ticks(1_640_995_200, 1_640_995_200 + seconds)] == labels


@given(st.integers(0, 2_000_000_000), st.integers(60, 1_500_000_000))
def test_any_span_has_few_moments(start: int, span: int) -> None:
    found = time_ticks(start, start + span)
    assert len(found) <= 7
    assert all(start <= time <= start + span for time, _ in found)
    assert all(earlier < later for (earlier, _), (later, _) in pairwise(found))


def test_names_are_escaped() -> None:
    drawing = rows(['<b onclick="x">'], [1.0], ["<i>"], width=300.0, label='"><script>')
    assert "<b" not in svg(drawing)
    assert "<i>" not in svg(drawing)
    assert "<script>" not in svg(drawing)
