"""A benchmark's run is kept, and the next one says what moved."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from benchmarks.comparing import compare, keep_run, list_runs
from benchmarks.measuring import Figure, relative_spread
from bookflow.errors import ConfigurationError

LATENCY = Figure("latency", "0.50 s", value=0.5, spread=0.02)
RATE = Figure("rate", "200/s", value=200.0, better="more", spread=0.15)


def kept(folder: Path, *figures: Figure) -> Path:
    return keep_run(figures, folder)


def now(figure: Figure, value: float) -> Figure:
    return dataclasses.replace(figure, value=value, measured=f"{value:g}")


def test_runs_are_listed_the_oldest_first(tmp_path):
    assert list_runs(tmp_path / "none") == []
    path = kept(tmp_path, LATENCY)
    (tmp_path / "20200101T000000Z.json").write_text("{}")
    assert list_runs(tmp_path) == [tmp_path / "20200101T000000Z.json", path]


@pytest.mark.parametrize(
    ("figure", "value", "word"),
    [
        (LATENCY, 0.6, "WORSE by 20%"),
        (LATENCY, 0.4, "better by 20%"),
        (LATENCY, 0.54, None),
        (RATE, 100.0, "WORSE by 50%"),
        (RATE, 300.0, "better by 50%"),
        # both runs said that repeats lie that far apart
        (RATE, 150.0, None),
    ],
)
def test_what_moved_beyond_noise_is_named(tmp_path, figure, value, word):
    lines = compare([now(figure, value)], kept(tmp_path, LATENCY, RATE))
    assert [line.partition(":")[0] for line in lines] == ([word] if word else [])


def test_figures_without_a_value_or_an_earlier_one_are_passed_over(tmp_path):
    earlier = kept(tmp_path, LATENCY, Figure("words", "many"))
    fresh = [Figure("words", "few"), Figure("new", "1 s", value=1.0)]
    assert compare(fresh, earlier) == []


@pytest.mark.parametrize("text", ["", "{", "{}", '{"machine": "", "figures": [{"odd": 1}]}'])
def test_file_that_is_no_run_is_refused_with_its_name(tmp_path, text):
    path = tmp_path / "odd.json"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=r"odd\.json"):
        compare([LATENCY], path)


def test_another_machine_is_said(tmp_path):
    path = kept(tmp_path, LATENCY)
    path.write_text(path.read_text().replace(" cores", " hundred cores"))
    [line] = compare([LATENCY], path)
    assert "hundred cores" in line


def test_spread_is_half_the_middle_half():
    assert relative_spread([1.0, 2.0]) == 0.0
    assert relative_spread([9.0, 10.0, 10.0, 10.0, 11.0]) == pytest.approx(0.05)
