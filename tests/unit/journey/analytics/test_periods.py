"""Days, weeks and hours of people, on any clock there is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookflow.errors import InputError
from bookflow.journey.analytics.periods import Period, Unit, last_days, make_period, midnight

BERLIN = ZoneInfo("Europe/Berlin")
KATHMANDU = ZoneInfo("Asia/Kathmandu")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
ZONES = sorted(available_timezones() - {"localtime", "Factory"})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def local(period: Period, unit: Unit) -> list[str]:
    return [edge.astimezone(period.zone).isoformat() for edge in period.cut(unit)]


def test_days_begin_at_local_midnight_also_where_a_clock_is_changed():
    period = make_period(at("2026-03-28T12:00+01:00"), at("2026-03-30T12:00+02:00"), BERLIN)
    assert local(period, Unit.DAY) == [
        "2026-03-28T12:00:00+01:00",
        "2026-03-29T00:00:00+01:00",
        "2026-03-30T00:00:00+02:00",
        "2026-03-30T12:00:00+02:00",
    ]


def test_weeks_begin_on_mondays():
    period = make_period(at("2026-03-04T00:00Z"), at("2026-03-17T00:00Z"), ZoneInfo("UTC"))
    assert [edge[:10] for edge in local(period, Unit.WEEK)] == [
        "2026-03-04",
        "2026-03-09",
        "2026-03-16",
        "2026-03-17",
    ]


def test_hours_of_a_zone_that_is_no_whole_hour_from_utc():
    period = make_period(at("2026-03-04T10:00+05:45"), at("2026-03-04T12:30+05:45"), KATHMANDU)
    assert [edge[11:16] for edge in local(period, Unit.HOUR)] == [
        "10:00",
        "11:00",
        "12:00",
        "12:30",
    ]


def test_hours_where_a_clock_goes_back_by_half_of_one():
    period = make_period(at("2026-04-04T14:00Z"), at("2026-04-04T17:00Z"), LORD_HOWE)
    assert [edge[11:16] for edge in local(period, Unit.HOUR)] == [
        "01:00",
        "02:00",
        "03:00",
        "03:30",
    ]


def test_the_day_that_samoa_left_out_is_no_point():
    apia = ZoneInfo("Pacific/Apia")
    period = make_period(at("2011-12-29T00:00-10:00"), at("2012-01-01T00:00+14:00"), apia)
    assert [edge[:10] for edge in local(period, Unit.DAY)] == [
        "2011-12-29",
        "2011-12-31",
        "2012-01-01",
    ]


def test_the_period_before_is_as_long_by_the_local_clock():
    period = Period(
        midnight(at("2026-04-01T00:00").date(), BERLIN),
        midnight(at("2026-05-01T00:00").date(), BERLIN),
        BERLIN,
    )
    before = period.before()
    assert before.show(before.since) == "2026-03-02T00:00:00+01:00"
    assert before.until == period.since


def test_the_last_days_end_with_the_quarter_of_an_hour_that_runs():
    period = last_days(timedelta(days=1), at("2026-03-29T12:07Z"), BERLIN)
    assert period.to_json() == {
        "since": "2026-03-28T14:15:00+01:00",
        "until": "2026-03-29T14:15:00+02:00",
        "timezone": "Europe/Berlin",
    }


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [
        ("2026-03-02T00:00Z", "2026-03-01T00:00Z", "until"),
        ("2026-03-01T00:00Z", "2026-03-01T00:00Z", "until"),
        ("1999-12-31T00:00Z", "2026-03-01T00:00Z", "since"),
        ("2026-03-01T00:00Z", "2100-01-02T00:00Z", "until"),
        ("2019-03-01T00:00Z", "2026-03-01T00:00Z", "since"),
    ],
)
def test_periods_that_nobody_can_mean_are_refused(since, until, field):
    with pytest.raises(InputError) as caught:
        make_period(at(since), at(until), BERLIN)
    assert caught.value.field == field


def test_too_many_points_are_refused():
    period = make_period(at("2025-03-01T00:00Z"), at("2026-03-01T00:00Z"), BERLIN)
    with pytest.raises(InputError, match="more than 1000 points"):
        period.cut(Unit.HOUR)


@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    start=st.integers(0, 3_000_000),
    length=st.integers(1, 3_000),
    unit=st.sampled_from(list(Unit)),
)
def test_points_cover_the_period_without_gaps_in_any_zone(zone, start, length, unit):
    since = datetime(2005, 1, 1, tzinfo=UTC) + start * timedelta(minutes=15)
    period = make_period(since, since + length * timedelta(minutes=15), ZoneInfo(zone))
    edges = period.cut(unit)
    assert (edges[0], edges[-1]) == (period.since, period.until)
    assert all(earlier < later for earlier, later in pairwise(edges))
    assert all(edge.minute % 15 == edge.second == 0 for edge in edges)
    assert all(edge.astimezone(period.zone).minute == 0 for edge in edges[1:-1])
    longest = {Unit.HOUR: 2, Unit.DAY: 49, Unit.WEEK: 24 * 8}[unit]
    assert all(later - earlier <= timedelta(hours=longest) for earlier, later in pairwise(edges))
