import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bookflow.errors import ConditionError
from bookflow.spec.conditions import Conditions

NOW = datetime(2026, 3, 29, tzinfo=UTC)
CONTEXT = {
    "duration": 50,
    "attendee_count": "3",
    "invitee_email": "Ada@Example.com",
    "meeting_id": "77",
    "booking_status": "confirmed",
    "is_weekend": False,
    "start_time": "2026-03-29T10:00:00+02:00",
    "end_time": datetime(2026, 3, 29, 9, 0, tzinfo=UTC),
    "booking_date": "2026-03-29",
    "custom_budget": "1000.5",
    "custom_cap": Decimal("1000.50"),
    "custom_day": "2026-04-01",
    "custom_vip": "yes",
}


def _explained(conditions: Conditions, context: dict[str, object]) -> tuple[bool, str | None]:
    trace = conditions.explain(context, now=NOW)
    assert conditions.holds(context, now=NOW) is trace.holds
    rule = trace.to_json()[0]["rules"][0]  # type: ignore[index]
    return trace.holds, rule.get("reason")


@pytest.fixture
def express(compile_plain: Callable[..., Conditions]) -> Callable[..., Conditions]:
    def compile_text(text: object, **options: object) -> Conditions:
        return compile_plain({"rules": [{"operator": "expression", "value": text} | options]})

    return compile_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("duration * attendee_count > 120", True),
        ("duration * attendee_count > 150", False),
        ("duration + 1 == 51 and attendee_count - 1 == 2", True),
        ("duration / 3 * 3 == duration", True),
        ("duration % 7 == 1", True),
        ("-duration < 0", True),
        ("+duration == 50", True),
        ("0.1 + 0.2 == 0.3 and duration > 0", True),
        ("10 < duration < 60", True),
        ("10 < duration < 50", False),
        ("(duration > 60 or attendee_count >= 3) and not is_weekend", True),
        ("is_weekend", False),
        ("is_weekend == false", True),
        ("is_weekend != true", True),
        ("is_weekend == 'no'", True),
        ("custom_vip", True),
        ("invitee_email == 'ada@example.COM'", True),
        ("invitee_email != 'bob'", True),
        ("booking_status == 'Confirmed'", True),
        ("meeting_id > 70", True),
        ("start_time < end_time", True),
        ("start_time == '2026-03-29T08:00:00Z'", True),
        ("booking_date >= '2026-03-01'", True),
        ("custom_budget == custom_cap", True),
        ("custom_budget > 1000", True),
        ("custom_day > '2026-03-31'", True),
        ("custom_day != invitee_email", True),
        ("custom_vip == 'YES'", True),
        ("duration >\n 40", True),
    ],
)
def test_expression_outcome(express: Callable[..., Conditions], text: str, expected: bool) -> None:
    outcome, reason = _explained(express(text), CONTEXT)
    assert outcome is expected
    assert reason is None


@pytest.mark.parametrize(
    ("text", "changed", "words"),
    [
        ("duration / attendee_count > 1", {"attendee_count": 0}, "division by zero"),
        ("duration % attendee_count > 1", {"attendee_count": 0}, "division by zero"),
        ("not (duration > 1)", {"duration": None}, "`duration` is missing"),
        ("is_weekend or duration > 1", {"is_weekend": "perhaps"}, "is not true or false"),
        ("duration > 1", {"duration": "long"}, "`long` is not a number"),
        ("duration > 1", {"duration": float("nan")}, "is not a number"),
        ("duration != 1", {"duration": [1]}, "a list is not a number"),
        ("custom_a < custom_b", {"custom_a": "x", "custom_b": "y"}, "don't compare"),
        ("custom_a == custom_b", {"custom_a": {}, "custom_b": "y"}, "don't compare"),
        ("start_time < end_time", {"end_time": "2026-03-29T10:00:00"}, "is not a datetime"),
        (
            "*".join(["duration"] * 50) + " > 1",
            {"duration": 10**1000},
            "grew too large",
        ),
    ],
)
def test_unanswerable_expression_does_not_hold_and_says_why(
    express: Callable[..., Conditions], text: str, changed: dict[str, object], words: str
) -> None:
    outcome, reason = _explained(express(text), CONTEXT | changed)
    assert outcome is False
    assert reason is not None
    assert words in reason


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("duraton > 1", "`duraton` is not a field; did you mean `duration`?"),
        ("duration", "must be true or false"),
        ("1 < 2", "names no field"),
        ("duration ** 9 > 1", "`**`"),
        ("duration // 2 > 1", "`//`"),
        ("duration in [1]", "has no place"),
        ("duration is 5", "`is`"),
        ("duration = 5", "can't be read"),
        ("duration > 5 AND is_weekend", "can't be read"),
        ("__import__('os').system('x')", "a call"),
        ("duration.__class__ == 1", "an attribute"),
        ("custom_x[0] == 1", "a subscript"),
        ("(lambda: duration) == 1", "a lambda"),
        ("f'{duration}' == '1'", "a formatted text"),
        ("(duration := 1) == 1", "an assignment"),
        ("[d for d in duration] == 1", "has no place"),
        ("duration == 1j", "has no place"),
        ("duration == None", "has no place"),
        ("duration == b'1'", "has no place"),
        ("duration == 'fifty'", "can't be compared with a number"),
        ("duration == is_weekend", "can't be compared"),
        ("is_weekend > false", "compare with == and != only"),
        ("invitee_email < 'b'", "compare with == and != only"),
        ("invitee_email * 2 > 1", "only numbers"),
        ("-invitee_email > 1", "only numbers"),
        ("~duration > 1", "`~`"),
        ("not duration", "need true or false"),
        ("start_time > '2026-03-29'", "can't be compared with a datetime"),
        ("booking_status == 'canceled'", "did you mean `cancelled`?"),
        ("'canceled' != booking_status", "did you mean `cancelled`?"),
        ("duration > 1e999", "too large"),
        ("duration > " + "9" * 400, "too large"),
        ("duration > 1 and " * 40, "at most 500"),
        ("(" * 240 + "duration" + ")" * 240, "can't be read"),
        ("-" * 480 + "duration > 1", "nests too deep"),
        ("duration > 1\0", "can't be read"),
        ("\ud800", "can't be read"),
        ("", "needs a text"),
        (5, "needs a text"),
    ],
)
def test_wrong_expression_is_refused(
    express: Callable[..., Conditions], text: object, words: str
) -> None:
    started = time.perf_counter()
    with pytest.raises(ConditionError) as caught:
        express(text)
    assert words in str(caught.value)
    assert caught.value.path == "0.rules.0.value"
    assert time.perf_counter() - started < 20


def test_expression_regards_case_when_asked_to(express: Callable[..., Conditions]) -> None:
    text = "invitee_email == 'ada@example.com'"
    assert express(text).holds(CONTEXT, now=NOW)
    assert not express(text, case_sensitive=True).holds(CONTEXT, now=NOW)


def test_expression_traces_the_fields_it_names(express: Callable[..., Conditions]) -> None:
    conditions = express("duration * attendee_count > 120")
    assert conditions.fields == {"duration", "attendee_count"}
    assert conditions.explain(CONTEXT, now=NOW).to_json()[0]["rules"] == [
        {
            "field": None,
            "operator": "expression",
            "expected": "duration * attendee_count > 120",
            "actual": {"attendee_count": "3", "duration": 50},
            "holds": True,
        }
    ]
