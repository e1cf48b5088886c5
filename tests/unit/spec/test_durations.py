from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookflow.spec.durations import LONGEST, format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (0, 0),
        (15, 900),
        ("15", 900),
        ("15m", 900),
        ("24h", 86_400),
        ("2d", 172_800),
        ("1w", 604_800),
        ("90s", 90),
        ("1h30m", 5_400),
        (" 1h 30m ", 5_400),
        ("1d2h3m4s", 93_784),
    ],
)
def test_parse_duration_reads_what_people_write(text: int | str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "is not a duration"),
        ("soon", "is not a duration"),
        ("1.5h", "is not a duration"),
        ("2D", "is not a duration"),
        ("1y", "is not a duration"),
        ("١٥m", "is not a duration"),
        ("1h1h", "names a unit twice"),
        ("-5m", "can't be negative"),
        (-1, "can't be negative"),
        ("11w" * 3, "names a unit twice"),
        ("999999999999w", "longer than ten years"),
        pytest.param(10**5000, "longer than ten years", id="huge"),
        pytest.param("9" * 100_000, "is not a duration", id="long"),
        (True, "is not a duration"),
        (None, "is not a duration"),
        (1.5, "is not a duration"),
        ([1], "is not a duration"),
    ],
)
def test_parse_duration_says_what_is_wrong_and_what_is_right(value: object, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        parse_duration(value)  # type: ignore[arg-type]  # hostile input is the point
    assert "15m, 24h, 2d, 1w" in str(caught.value)
    assert len(str(caught.value)) < 250


def test_parse_duration_ends_at_ten_years() -> None:
    minutes = int(LONGEST.total_seconds() // 60)
    assert parse_duration(minutes) == LONGEST
    with pytest.raises(ValueError, match="longer than ten years"):
        parse_duration(minutes + 1)


@given(st.one_of(st.text(), st.integers()))
def test_parse_duration_gives_a_bounded_span_or_a_value_error(value: int | str) -> None:
    try:
        span = parse_duration(value)
    except ValueError:
        return
    assert timedelta() <= span <= LONGEST


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (0, "0 minutes"),
        (1, "1 minute"),
        (90, "1 hour 30 minutes"),
        (1560, "1 day 2 hours"),
        (20160, "14 days"),
        (1.5, "1 minute 30 seconds"),
        (timedelta(seconds=61), "1 minute 1 second"),
        (timedelta(minutes=-5), "-5 minutes"),
        (timedelta(microseconds=-1), "0 minutes"),
    ],
)
def test_format_duration_speaks_to_people(duration: float | timedelta, words: str) -> None:
    assert format_duration(duration) == words
