from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest

from benchmarks.growth.__main__ import QUESTIONS, make_table
from benchmarks.growth.plotting import Plot

SPACE = {"svg": "http://www.w3.org/2000/svg"}


def draw(series: dict[str, list[tuple[float, float]]]) -> ElementTree.Element:
    return ElementTree.fromstring(Plot("A < B", "rate", "ms", series).to_svg())  # noqa: S314 - ours


def test_each_point_is_drawn_where_its_value_says() -> None:
    drawn = draw({"p50": [(1, 10), (10, 100), (100, 1000)]})
    dots = [
        (float(dot.get("cx", 0)), float(dot.get("cy", 0))) for dot in drawn.iter() if dot.get("cx")
    ]
    assert len(dots) == 3
    (x1, y1), (x2, y2), (x3, y3) = dots
    # logarithmic: a factor of ten is as far everywhere, and more is further up
    assert x2 - x1 == pytest.approx(x3 - x2, abs=0.2)
    assert y1 - y2 == pytest.approx(y2 - y3, abs=0.2)
    assert y1 > y2 > y3


def test_names_stand_beside_several_curves_only() -> None:
    both = draw({"p50": [(1, 2)], "p95": [(1, 3)]})
    words = {text.text for text in both.findall("svg:text", SPACE)}
    assert {"A < B", "rate", "ms", "p50", "p95"} <= words
    alone = draw({"p50": [(1, 2)]})
    assert "p50" not in {text.text for text in alone.findall("svg:text", SPACE)}


def test_nothing_can_be_drawn_at_or_below_0() -> None:
    with pytest.raises(ValueError, match="above 0"):
        draw({"p50": [(0, 2)]})


def test_table_has_a_row_for_each_place_and_gaps_where_a_curve_ended() -> None:
    series = {"p50": [(1.0, 0.5), (3.0, 0.7)], "p95": [(1.0, 0.9)]}
    rows = make_table(QUESTIONS["rate"], series, "here").splitlines()[-2:]
    assert rows == ["| 1 | 0.5 | 0.9 |", "| 3 | 0.7 |  |"]
