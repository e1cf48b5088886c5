from __future__ import annotations

import logging
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookflow.journey.steps import Timing
from bookflow.journey.timing import find_end, find_hold, is_quiet
from bookflow.records import Hold, Message
from bookflow.spec.timing import QuietHours

NIGHT = QuietHours(start=time(21), end=time(8))
ZONES = (
    "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe",
    "Pacific/Apia", "Pacific/Chatham", "America/St_Johns", "Africa/Casablanca", "UTC",
    "Antarctica/Troll", "America/Sao_Paulo", "Asia/Tehran",
)  # fmt: skip


def quiet(start: str, end: str) -> QuietHours:
    return QuietHours(start=time.fromisoformat(start), end=time.fromisoformat(end))


def instant(text: str, zone: str = "UTC", fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def make_message(timezone: str | None = "Europe/Berlin", channel: str = "email") -> Message:
    return Message("invitee", channel, "a@example.com", {}, {}, timezone=timezone)


def hold_at(
    now: datetime,
    message: Message | None = None,
    *,
    hours: QuietHours | None = NIGHT,
    deadline: datetime | None = None,
) -> Hold | None:
    timing = Timing(quiet_hours=hours)
    return find_hold(timing, message or make_message(), now=now, deadline=deadline)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-03-02T20:59:59", None),
        ("2026-03-02T21:00:00", "2026-03-03T08:00:00"),
        ("2026-03-02T23:30:00", "2026-03-03T08:00:00"),
        ("2026-03-03T00:00:00", "2026-03-03T08:00:00"),
        ("2026-03-03T07:59:59.999999", "2026-03-03T08:00:00"),
        ("2026-03-03T08:00:00", None),
        ("2026-03-03T12:00:00", None),
        ("2024-02-28T23:00:00", "2024-02-29T08:00:00"),
        ("2024-02-29T23:00:00", "2024-03-01T08:00:00"),
        ("2026-12-31T23:00:00", "2027-01-01T08:00:00"),
    ],
)
def test_night_is_waited_out_in_the_recipients_zone(now: str, until: str | None) -> None:
    hold = hold_at(instant(now, "Europe/Berlin"))
    assert (hold and hold.until) == (until and instant(until, "Europe/Berlin"))


def test_hold_says_why_and_until_when() -> None:
    hold = hold_at(instant("2026-03-02T22:00", "Asia/Kolkata"), make_message("Asia/Kolkata"))
    assert hold is not None
    assert hold.code == "quiet-hours"
    assert hold.until.tzinfo is UTC
    assert hold.reason == (
        "quiet hours of the recipient (21:00 to 08:00, Asia/Kolkata); "
        "held until 2026-03-03 08:00+05:30"
    )


def test_same_moment_is_night_for_one_and_day_for_another() -> None:
    now = instant("2026-03-02T22:00", "Europe/Berlin")
    assert hold_at(now) is not None
    assert hold_at(now, make_message("America/New_York")) is None


def test_hours_within_one_day_are_waited_out() -> None:
    noon = quiet("12:00", "13:30")
    hold = hold_at(instant("2026-03-02T12:15", "Europe/Berlin"), hours=noon)
    assert hold is not None
    assert hold.until == instant("2026-03-02T13:30", "Europe/Berlin")
    assert hold_at(instant("2026-03-02T23:00", "Europe/Berlin"), hours=noon) is None


@pytest.mark.parametrize("channel", ["webhook", "update"])
def test_machines_have_no_night(channel: str) -> None:
    now = instant("2026-03-02T22:00", "Europe/Berlin")
    assert hold_at(now, make_message(channel=channel)) is None


def test_nothing_is_held_without_quiet_hours_or_zone() -> None:
    now = instant("2026-03-02T22:00", "Europe/Berlin")
    assert hold_at(now, hours=None) is None
    assert hold_at(now, make_message(timezone=None)) is None


def test_unknown_zone_holds_nothing_and_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    now = instant("2026-03-02T22:00", "Europe/Berlin")
    with caplog.at_level(logging.WARNING):
        assert hold_at(now, make_message("Mars/Olympus")) is None
        assert hold_at(now, make_message("Mars/Olympus")) is None
    assert [record.getMessage() for record in caplog.records] == [
        "bookflow: no quiet hours in the time zone 'Mars/Olympus': it is not known"
    ]


@pytest.mark.parametrize(
    ("deadline", "is_held"),
    [
        ("2026-03-03T12:00", True),
        ("2026-03-03T08:01", True),
        ("2026-03-03T08:00", False),
        ("2026-03-03T07:30", False),
        ("2026-03-02T21:00", False),
    ],
)
def test_reminder_at_night_beats_none(deadline: str, *, is_held: bool) -> None:
    last = instant(deadline, "Europe/Berlin")
    hold = hold_at(instant("2026-03-02T22:00", "Europe/Berlin"), deadline=last)
    assert (hold is not None) is is_held


@pytest.mark.parametrize(
    ("zone", "now", "hours", "until"),
    [
        # the night of the change is an hour shorter, or longer, and ends on the wall's clock
        ("Europe/Berlin", "2026-03-28T22:00", ("21:00", "08:00"), "2026-03-29T08:00+02:00"),
        ("Europe/Berlin", "2026-10-24T22:00", ("21:00", "08:00"), "2026-10-25T08:00+01:00"),
        # the end is skipped: they end as the clock jumps from 02:00 to 03:00
        ("Europe/Berlin", "2026-03-29T01:30", ("21:00", "02:30"), "2026-03-29T03:00+02:00"),
        ("Europe/Berlin", "2026-03-29T01:30", ("21:00", "02:00"), "2026-03-29T03:00+02:00"),
        ("Europe/Berlin", "2026-03-29T01:30", ("21:00", "03:00"), "2026-03-29T03:00+02:00"),
        # the end comes twice: they end the first time
        ("Europe/Berlin", "2026-10-25T01:30", ("21:00", "02:30"), "2026-10-25T02:30+02:00"),
        # a jump of half an hour
        ("Australia/Lord_Howe", "2026-10-04T01:50", ("21:00", "02:15"), "2026-10-04T02:30+11:00"),
        # a day that never was
        ("Pacific/Apia", "2011-12-29T22:00", ("21:00", "08:00"), "2011-12-31T08:00+14:00"),
        # the only quarter of an hour that is not quiet is skipped
        ("Europe/Berlin", "2026-03-29T01:30", ("02:45", "02:30"), "2026-03-30T02:30+02:00"),
    ],
)
def test_clock_changes_neither_lengthen_nor_lose_a_hold(
    zone: str, now: str, hours: tuple[str, str], until: str
) -> None:
    end = find_end(quiet(*hours), ZoneInfo(zone), instant(now, zone))
    assert end == datetime.fromisoformat(until)


def test_hour_that_comes_twice_is_quiet_both_times() -> None:
    hours, berlin = quiet("21:00", "02:30"), ZoneInfo("Europe/Berlin")
    again = find_end(hours, berlin, instant("2026-10-25T02:10", "Europe/Berlin", fold=1))
    assert again == datetime.fromisoformat("2026-10-25T02:30+01:00")


clock_times = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))
# around the clock changes of every zone above, and the day that Samoa left out
moments = st.datetimes(
    min_value=datetime(2011, 12, 1),  # noqa: DTZ001
    max_value=datetime(2030, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@settings(deadline=None, max_examples=400)
@given(clock_times, clock_times, st.sampled_from(ZONES), moments)
def test_hold_begins_in_quiet_hours_and_ends_outside_of_them(
    start: time, end: time, zone_name: str, now: datetime
) -> None:
    if start == end:
        return
    hours, zone = QuietHours(start=start, end=end), ZoneInfo(zone_name)
    until = find_end(hours, zone, now)
    assert (until is not None) is is_quiet(hours, now.astimezone(zone).time())
    if until is None:
        return
    assert now < until <= now + timedelta(hours=50)
    assert not is_quiet(hours, until.astimezone(zone).time())
    assert is_quiet(hours, (until - timedelta(seconds=1)).astimezone(zone).time())


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(ZONES), moments, st.integers(min_value=0, max_value=3 * 24 * 60))
def test_hold_never_passes_its_deadline_nor_ends_in_the_past(
    zone: str, now: datetime, minutes: int
) -> None:
    deadline = now + timedelta(minutes=minutes)
    hold = hold_at(now, make_message(zone), deadline=deadline)
    assert hold is None or now < hold.until < deadline
