"""A benchmark's run is kept, and the next one says what moved."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from benchmarks.comparing import compare, keep_run, list_runs, read_newest, read_run
from benchmarks.measuring import Figure, measure_yardstick, relative_spread
from benchmarks.results_page import make_section, read_sections, write_page
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
    lines = compare([now(figure, value)], read_run(kept(tmp_path, LATENCY, RATE)))
    assert [line.partition(":")[0] for line in lines] == ([word] if word else [])


def test_figures_without_a_value_or_an_earlier_one_are_passed_over(tmp_path):
    earlier = read_run(kept(tmp_path, LATENCY, Figure("words", "many")))
    fresh = [Figure("words", "few"), Figure("new", "1 s", value=1.0)]
    assert compare(fresh, earlier) == []


@pytest.mark.parametrize("text", ["", "{", "{}", '{"machine": "", "figures": [{"odd": 1}]}'])
def test_file_that_is_no_run_is_refused_with_its_name(tmp_path, text):
    path = tmp_path / "odd.json"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=r"odd\.json"):
        read_run(path)


def test_newest_figure_of_each_kind_is_compared_with(tmp_path):
    old = kept(tmp_path, LATENCY, RATE)
    old.rename(tmp_path / "20200101T000000Z.json")
    kept(tmp_path, now(LATENCY, 0.7))
    newest = read_newest(tmp_path)
    assert (newest["latency"].value, newest["rate"].value) == (0.7, 200.0)
    assert read_newest(tmp_path / "none") == {}


def test_page_keeps_the_sections_that_were_not_measured_again(tmp_path):
    page = tmp_path / "page.md"
    yard = Figure("yardstick", "9 M/s")
    first = {
        "specs": make_section("specs", [LATENCY], ["a note"], yard),
        "airflow": make_section("airflow", [RATE], [], yard),
    }
    write_page(first, ["specs", "airflow"], page)
    again = make_section("specs", [now(LATENCY, 0.7)], [], yard)
    write_page({"specs": again}, ["specs", "airflow"], page)
    found = read_sections(page)
    assert list(found) == ["specs", "airflow"]
    assert "| latency | 0.7 |" in found["specs"]
    assert "a note" not in found["specs"]
    assert found["airflow"] == first["airflow"]


def test_page_drops_a_part_that_is_no_more(tmp_path):
    page = tmp_path / "page.md"
    yard = Figure("yardstick", "9 M/s")
    write_page({"old": make_section("old", [LATENCY], [], yard)}, ["old"], page)
    write_page({"new": make_section("new", [RATE], [], yard)}, ["new"], page)
    assert list(read_sections(page)) == ["new"]


def test_yardstick_measures_this_machine():
    yard = measure_yardstick()
    assert yard.value is not None
    assert yard.value > 0.1
    assert yard.measured == f"{yard.value:.1f} M/s"


def test_spread_is_half_the_middle_half():
    assert relative_spread([1.0, 2.0]) == 0.0
    assert relative_spread([9.0, 10.0, 10.0, 10.0, 11.0]) == pytest.approx(0.05)
