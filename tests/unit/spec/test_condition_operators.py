"""Every operator on every type of field, value by value."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

Judge = Callable[..., bool]

BERLIN = ZoneInfo("Europe/Berlin")
SPRING = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)  # 02:00 turns into 03:00 in Berlin


@pytest.mark.parametrize(
    ("field", "operator", "value", "actual", "expected"),
    [
        # text
        ("invitee_email", "equals", "Ada@Example.com", "ada@example.COM", True),
        ("invitee_email", "equals", "ada@example.com", "bob@example.com", False),
        ("invitee_email", "not_equals", "ada@example.com", "ADA@example.com", False),
        ("invitee_email", "not_equals", "ada@example.com", "bob@example.com", True),
        ("invitee_email", "equals", "STRASSE", "straße", True),
        ("invitee_email", "equals", "caf\u00e9", "CAFE\u0301", True),
        ("invitee_email", "contains", "@BIGCORP.", "ada@bigcorp.com", True),
        ("invitee_email", "contains", "@bigcorp.", "ada@example.com", False),
        ("invitee_email", "not_contains", "@bigcorp.", "ada@example.com", True),
        ("invitee_email", "not_contains", "@bigcorp.", "ada@BIGCORP.com", False),
        ("invitee_email", "starts_with", "ADA", "ada@example.com", True),
        ("invitee_email", "starts_with", "da", "ada@example.com", False),
        ("invitee_email", "ends_with", ".COM", "ada@example.com", True),
        ("invitee_email", "ends_with", ".org", "ada@example.com", False),
        ("invitee_email", "in_list", ["Bob", "ADA"], "ada", True),
        ("invitee_email", "in_list", ["bob"], "ada", False),
        ("invitee_email", "not_in_list", ["bob"], "ada", True),
        ("invitee_email", "not_in_list", ["bob", "Ada"], "ada", False),
        ("invitee_email", "is_empty", None, "  ", True),
        ("invitee_email", "is_empty", None, "x", False),
        ("invitee_email", "is_not_empty", None, "x", True),
        ("invitee_email", "is_not_empty", None, "", False),
        ("invitee_email", "regex_match", r"@.*\.com$", "ada@example.com", True),
        ("invitee_email", "regex_match", "EXAMPLE", "ada@example.com", False),
        ("invitee_email", "regex_match", "^example", "ada@example.com", False),
        ("meeting_id", "equals", 123, "123", True),
        ("meeting_id", "equals", "123", 123, True),
        ("meeting_id", "greater_than", 9, "10", True),
        ("meeting_id", "greater_than", 9, "ten", False),
        ("meeting_id", "between", [1, 20], "10", True),
        ("booking_status", "equals", "Confirmed", "confirmed", True),
        # numbers
        ("attendee_count", "equals", 5, 5, True),
        ("attendee_count", "equals", "5", 5, True),
        ("attendee_count", "equals", 5, "5", True),
        ("attendee_count", "equals", 5, "5.0", True),
        ("attendee_count", "equals", 0.1, "0.1", True),
        ("attendee_count", "equals", "0.1", 0.1, True),
        ("attendee_count", "equals", 0.1, Decimal("0.10"), True),
        ("attendee_count", "equals", 2**53, 2**53 + 1, False),
        ("attendee_count", "equals", 1, True, False),
        ("attendee_count", "not_equals", 5, "five", True),
        ("attendee_count", "greater_than", 9, "10", True),
        ("attendee_count", "greater_than", "9", 10, True),
        ("attendee_count", "greater_than", 10, 10, False),
        ("attendee_count", "greater_than", 1, float("inf"), False),
        ("attendee_count", "greater_than", 1, float("nan"), False),
        ("attendee_count", "less_than", 10, "9", True),
        ("attendee_count", "less_than", 10, 10, False),
        ("attendee_count", "greater_than_or_equal", 10, "10.0", True),
        ("attendee_count", "greater_than_or_equal", 10, 9.99, False),
        ("attendee_count", "less_than_or_equal", 10, " 10 ", True),
        ("attendee_count", "less_than_or_equal", 10, "1e1", True),
        ("attendee_count", "less_than_or_equal", 10, 11, False),
        ("attendee_count", "between", [5, "10"], 5, True),
        ("attendee_count", "between", [5, 10], "10", True),
        ("attendee_count", "between", [5, 10], 10.01, False),
        ("attendee_count", "in_list", [1, "2", 3.0], 3, True),
        ("attendee_count", "in_list", [1, 2], 3, False),
        ("attendee_count", "not_in_list", [1, 2], "3", True),
        ("attendee_count", "is_empty", None, 0, False),
        ("attendee_count", "is_not_empty", None, 0, True),
        # booleans
        ("is_weekend", "equals", True, True, True),
        ("is_weekend", "equals", "yes", True, True),
        ("is_weekend", "equals", True, "TRUE", True),
        ("is_weekend", "equals", "off", False, True),
        ("is_weekend", "equals", True, False, False),
        ("is_weekend", "equals", True, 1, True),
        ("is_weekend", "equals", True, "perhaps", False),
        ("is_weekend", "not_equals", True, False, True),
        ("is_weekend", "in_list", [True, False], False, True),
        ("is_weekend", "is_not_empty", None, False, True),
        # datetimes are instants
        ("start_time", "equals", "2026-03-29T01:00:00Z", SPRING, True),
        ("start_time", "equals", "2026-03-29T03:00:00+02:00", "2026-03-29T01:00:00+00:00", True),
        ("start_time", "equals", SPRING, datetime(2026, 3, 29, 3, 0, tzinfo=BERLIN), True),
        ("start_time", "less_than", SPRING, datetime(2026, 3, 29, 1, 59, tzinfo=BERLIN), True),
        ("start_time", "greater_than", SPRING, "2026-03-29T03:00:00+01:00", True),
        ("start_time", "greater_than", SPRING, "2026-03-29T03:00:00", False),
        ("start_time", "not_equals", SPRING, "2026-03-29T01:00:01Z", True),
        (
            "start_time",
            "between",
            ["2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z"],
            SPRING,
            True,
        ),
        ("start_time", "in_list", ["2026-03-29T03:00:00+02:00"], SPRING, True),
        ("start_time", "within_next", "30m", SPRING, True),
        ("start_time", "within_next", 29, SPRING, False),
        ("start_time", "within_next", "1h", "2026-03-29T00:29:59Z", False),
        ("start_time", "within_last", "1h", "2026-03-29T00:29:59Z", True),
        ("start_time", "within_last", "1h", SPRING, False),
        ("start_time", "within_last", "30m", "2026-03-29T00:00:00Z", True),
        # dates
        ("booking_date", "equals", "2026-03-29", "2026-03-29", True),
        ("booking_date", "equals", date(2026, 3, 29), "2026-03-29", True),
        ("booking_date", "equals", "2026-03-29", date(2026, 3, 29), True),
        ("booking_date", "greater_than", "2026-03-09", "2026-03-10", True),
        ("booking_date", "less_than", "2026-03-09", date(2026, 3, 10), False),
        ("booking_date", "between", ["2026-12-20", "2026-12-31"], "2026-12-24", True),
        ("booking_date", "starts_with", "2026-12", "2026-12-24", True),
        ("booking_date", "regex_match", "-24$", date(2026, 12, 24), True),
        ("booking_date", "not_in_list", ["2026-12-24"], "2026-12-25", True),
        # whatever a custom answer turns out to hold
        ("custom_budget", "equals", 1000, "1000.00", True),
        ("custom_budget", "equals", "1000", 1000, True),
        ("custom_budget", "greater_than", "999", "1000", True),
        ("custom_budget", "greater_than", 999, "a lot", False),
        ("custom_zip", "equals", "01234", "1234", False),
        ("custom_agreed", "equals", True, "yes", True),
        ("custom_agreed", "equals", "yes", True, True),
        ("custom_agreed", "equals", True, "no", False),
        ("custom_when", "greater_than", "2026-01-31", "2026-02-01", True),
        ("custom_when", "equals", "2026-03-29T03:00:00+02:00", "2026-03-29T01:00:00Z", True),
        ("custom_when", "equals", date(2026, 3, 29), "2026-03-29", True),
        ("custom_when", "equals", "2026-03-29", date(2026, 3, 29), True),
        ("custom_when", "within_next", "1h", "2026-03-29T01:00:00Z", True),
        ("custom_topic", "not_equals", 5, "five", True),
        ("custom_topic", "contains", 23, 1234, True),
        # lists
        ("custom_tags", "contains", "VIP", ["new", "vip"], True),
        ("custom_tags", "contains", "vi", ["new", "vip"], False),
        ("custom_tags", "not_contains", "vip", ["new"], True),
        ("custom_tags", "in_list", ["vip", "gold"], ["new", "Gold"], True),
        ("custom_tags", "in_list", ["vip"], ["new"], False),
        ("custom_tags", "not_in_list", ["vip"], ["new", "vip"], False),
        ("custom_tags", "equals", "vip", ["VIP"], True),
        ("custom_tags", "equals", "vip", ["vip", "new"], False),
        ("custom_tags", "equals", ["new", "vip"], ["VIP", "new"], True),
        ("custom_tags", "equals", ["new", "vip"], ["vip", "vip"], False),
        ("custom_tags", "not_equals", ["new"], ["vip"], True),
        ("custom_tags", "starts_with", "v", ["new", "vip"], True),
        ("custom_tags", "regex_match", "^v", ["new", "vip"], True),
        ("custom_tags", "greater_than", 1, [2], False),
        ("custom_tags", "is_empty", None, [], True),
        ("custom_tags", "is_empty", None, [None], False),
    ],
)
def test_rule_outcome(
    judge: Judge, field: str, operator: str, value: object, actual: object, expected: bool
) -> None:
    assert judge(field, operator, value, actual) is expected


@pytest.mark.parametrize(
    ("operator", "value", "actual"),
    [
        ("equals", "Ada", "ada"),
        ("contains", "DA", "ada"),
        ("starts_with", "A", "ada"),
        ("ends_with", "A", "ada"),
        ("in_list", ["Ada"], "ada"),
    ],
)
def test_case_counts_only_when_asked_to(
    judge: Judge, operator: str, value: object, actual: str
) -> None:
    assert judge("invitee_email", operator, value, actual)
    assert judge("invitee_email", operator, value, actual, case_sensitive=False)
    assert not judge("invitee_email", operator, value, actual, case_sensitive=True)


def test_regex_is_the_other_way_round(judge: Judge) -> None:
    assert not judge("invitee_email", "regex_match", "ADA", "ada")
    assert not judge("invitee_email", "regex_match", "ADA", "ada", case_sensitive=True)
    assert judge("invitee_email", "regex_match", "ADA", "ada", case_sensitive=False)


@pytest.mark.parametrize("actual", [None, ...])
@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("invitee_email", "is_empty", None, True),
        ("invitee_email", "not_equals", "x", True),
        ("invitee_email", "not_contains", "x", True),
        ("invitee_email", "not_in_list", ["x"], True),
        ("invitee_email", "is_not_empty", None, False),
        ("invitee_email", "equals", "x", False),
        ("invitee_email", "contains", "x", False),
        ("invitee_email", "starts_with", "x", False),
        ("invitee_email", "ends_with", "x", False),
        ("invitee_email", "in_list", ["x"], False),
        ("invitee_email", "regex_match", ".*", False),
        ("attendee_count", "greater_than", 0, False),
        ("attendee_count", "less_than", 0, False),
        ("attendee_count", "greater_than_or_equal", 0, False),
        ("attendee_count", "less_than_or_equal", 0, False),
        ("attendee_count", "between", [0, 9], False),
        ("start_time", "within_next", "1h", False),
        ("start_time", "within_last", "1h", False),
        (None, "expression", "attendee_count < 5 or not attendee_count < 5", False),
    ],
)
def test_missing_value(
    compile_plain: Callable[..., object],
    field: str | None,
    operator: str,
    value: object,
    expected: bool,
    actual: object,
) -> None:
    conditions = compile_plain({"rules": [{"field": field, "operator": operator, "value": value}]})
    context = {} if actual is ... else {field or "attendee_count": actual}
    trace = conditions.explain(context, now=SPRING)  # type: ignore[attr-defined]
    assert conditions.holds(context, now=SPRING) is expected  # type: ignore[attr-defined]
    assert trace.holds is expected
    assert "missing" in trace.to_json()[0]["rules"][0]["reason"]


def test_instants_of_the_repeated_hour_differ(judge: Judge) -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)
    second = first.replace(fold=1)
    assert judge("start_time", "less_than", "2026-10-25T01:30:00Z", first)
    assert judge("start_time", "equals", "2026-10-25T01:30:00Z", second)


@pytest.mark.parametrize(
    "edge", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)]
)
@pytest.mark.parametrize("hours", [-14, 14])
def test_instants_at_the_end_of_time_compare_or_do_not(
    judge: Judge, edge: datetime, hours: int
) -> None:
    actual = edge.replace(tzinfo=timezone(timedelta(hours=hours)))
    later = judge("start_time", "greater_than", SPRING, actual)
    earlier = judge("start_time", "less_than", SPRING, actual)
    assert not (later and earlier)
    assert not judge("start_time", "within_next", "1w", actual)
