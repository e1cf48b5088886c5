"""Reads what a question about figures is about: when, for which workflows, in which steps."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Query, Request

from bookflow.domains.booking.zones import find_zone, suggest_zone
from bookflow.errors import InputError
from bookflow.journey.analytics.desk import Question
from bookflow.journey.analytics.periods import (
    Period,
    Unit,
    choose_unit,
    last_days,
    last_whole_days,
    make_period,
    midnight,
)
from bookflow.spec.durations import parse_duration
from bookflow.web.deps import RightsDep
from bookflow.web.lifecycle import RuntimeDep
from bookflow.web.reading import read_instant, read_query_text, refuse_unknown
from bookflow.web.rights import fold_name

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from bookflow.web.lifecycle import Runtime

DEFAULT_PERIOD = "30d"
LIST_SIZE = 10
LIST_LIMIT = 100
ACTIVITY_DAYS = 14
ACTIVITY_MOST_DAYS = 92
ACTIVITY_LIMIT = 100
PERIOD_KEYS = (
    "since", "until", "period", "timezone", "unit", "limit", "compare_since", "compare_until",
)  # fmt: skip
QUERY_KEYS = (*PERIOD_KEYS, "workflow", "organizer", "trigger")

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

Since = Annotated[
    str | None,
    Query(
        description="From when on: ISO 8601 with offset, or a date, which begins at midnight in "
        "`timezone`. Rounded down to a quarter of an hour.",
        examples=["2026-03-01"],
    ),
]
Until = Annotated[
    str | None,
    Query(
        description="Up to before when; now where absent. Rounded up to a quarter of an hour.",
        examples=["2026-04-01"],
    ),
]
Length = Annotated[
    str | None,
    Query(
        description=f"Instead of `since`: how long before `until`; {DEFAULT_PERIOD} where both are "
        "absent.",
        examples=["7d"],
    ),
]
Timezone = Annotated[
    str | None,
    Query(
        description="IANA name of the time zone whose days and weeks count; UTC where absent.",
        examples=["Europe/Berlin"],
    ),
]
UnitName = Annotated[
    str | None,
    Query(
        description="How long a point of a trend is: `hour`, `day` or `week` (from Monday on). "
        "Where absent: days, and weeks for more than 50 days.",
        examples=["day"],
    ),
]
Limit = Annotated[
    int, Query(ge=1, le=LIST_LIMIT, description="Length of lists at most.", examples=[10])
]
CompareSince = Annotated[
    str | None,
    Query(
        description="With `compare_until`: the period to compare with; where absent the one of "
        "the same length just before.",
        examples=["2026-02-01"],
    ),
]
CompareUntil = Annotated[
    str | None, Query(description="End of the period to compare with.", examples=["2026-03-01"])
]
WorkflowId = Annotated[
    str | None, Query(description="Only of this workflow.", examples=["booking-confirmation"])
]
WorkflowIds = Annotated[
    str,
    Query(
        description=f"Of these workflows: at most {ACTIVITY_LIMIT} ids, separated by commas.",
        examples=["booking-confirmation,day-before-reminder"],
    ),
]
Days = Annotated[
    int,
    Query(ge=1, le=ACTIVITY_MOST_DAYS, description="How many days, today included.", examples=[14]),
]
Organizer = Annotated[
    str | None,
    Query(description="Only of this owner's workflows.", examples=["olive@example.org"]),
]
TriggerName = Annotated[
    str | None,
    Query(description="Only of workflows with this trigger.", examples=["booking_created"]),
]


@dataclass(frozen=True, slots=True)
class AskedPeriod:
    """The part of a question that is about time."""

    period: Period
    other: Period | None
    unit: Unit
    limit: int

    def about(self, workflow_ids: frozenset[str] | None) -> Question:
        """Ask about these workflows; None is all."""
        return Question(self.period, workflow_ids, self.unit, self.limit, self.other)


def read_period(
    runtime: RuntimeDep,
    since: Since = None,
    until: Until = None,
    period: Length = None,
    timezone: Timezone = None,
    unit: UnitName = None,
    limit: Limit = LIST_SIZE,
    compare_since: CompareSince = None,
    compare_until: CompareUntil = None,
) -> AskedPeriod:
    """Read when; raises `InputError`."""
    zone = _read_zone(timezone)
    now = runtime.management.now()
    asked = _read_span(since, until, period, zone, now)
    other = _read_other(compare_since, compare_until, zone)
    return AskedPeriod(asked, other, _read_unit(unit, asked), limit)


PeriodDep = Annotated[AskedPeriod, Depends(read_period)]


def read_question(
    request: Request,
    asked: PeriodDep,
    runtime: RuntimeDep,
    rights: RightsDep,
    workflow: WorkflowId = None,
    organizer: Organizer = None,
    trigger: TriggerName = None,
) -> Question:
    """Read when and for which workflows; of those the user may not see nothing is counted."""
    refuse_unknown(request.query_params.keys(), QUERY_KEYS)
    workflow = read_query_text("workflow", workflow)
    organizer = read_query_text("organizer", organizer)
    trigger = read_query_text("trigger", trigger)
    chosen = rights.visibility.workflow_ids
    if workflow is not None:
        rights.require_reading(workflow)
        chosen = frozenset({workflow})
    if organizer is not None or trigger is not None:
        found = _find_workflows(runtime, organizer, trigger)
        chosen = found if chosen is None else chosen & found
    return asked.about(chosen)


QuestionDep = Annotated[Question, Depends(read_question)]


@dataclass(frozen=True, slots=True)
class AskedActivity:
    """Whole days, and the workflows to tell them of."""

    period: Period
    workflow_ids: frozenset[str]


def read_activity(
    request: Request,
    runtime: RuntimeDep,
    rights: RightsDep,
    workflow: WorkflowIds,
    days: Days = ACTIVITY_DAYS,
    timezone: Timezone = None,
) -> AskedActivity:
    """Read of which workflows and how many days; those the user may not see are left out."""
    refuse_unknown(request.query_params.keys(), ("workflow", "days", "timezone"))
    named = {part.strip() for part in workflow.split(",")} - {""}
    if len(named) > ACTIVITY_LIMIT:
        raise InputError("workflow", f"takes at most {ACTIVITY_LIMIT} ids, separated by commas")
    for one in named:
        read_query_text("workflow", one)
    period = last_whole_days(days, runtime.management.now(), _read_zone(timezone))
    return AskedActivity(period, frozenset(filter(rights.visibility.includes, named)))


ActivityDep = Annotated[AskedActivity, Depends(read_activity)]


def _find_workflows(runtime: Runtime, organizer: str | None, trigger: str | None) -> frozenset[str]:
    known = runtime.domain.vocabulary.triggers
    if trigger is not None and trigger not in known:
        near = difflib.get_close_matches(trigger, known, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"known: {', '.join(known)}"
        raise InputError("trigger", f"is not a trigger; {hint}")
    return frozenset(
        loaded.workflow.id
        for loaded in runtime.management.specs.all()
        if trigger in (None, loaded.workflow.trigger)
        and (organizer is None or fold_name(loaded.workflow.organizer) == fold_name(organizer))
    )


def _read_zone(text: str | None) -> ZoneInfo:
    name = read_query_text("timezone", text) or "UTC"
    zone = find_zone(name)
    if zone is None:
        near = suggest_zone(name)
        hint = f"did you mean `{near}`?" if near else "use an IANA name such as Europe/Berlin"
        raise InputError("timezone", f"is not a time zone; {hint}")
    return zone


def _read_unit(text: str | None, period: Period) -> Unit:
    if not text:
        return choose_unit(period)
    if text not in tuple(Unit):
        raise InputError("unit", "must be `hour`, `day` or `week`")
    return Unit(text)


def _read_span(
    since: str | None, until: str | None, length: str | None, zone: ZoneInfo, now: datetime
) -> Period:
    # what happens this very moment is in the quarter of an hour that begins with it
    last = _read_time("until", until, zone) or now + timedelta(microseconds=1)
    if since and length:
        raise InputError("period", "give `since` or `period`, not both")
    first = _read_time("since", since, zone)
    if first is not None:
        return make_period(first, last, zone)
    return last_days(_read_length(length or DEFAULT_PERIOD), last, zone)


def _read_other(since: str | None, until: str | None, zone: ZoneInfo) -> Period | None:
    first = _read_time("compare_since", since, zone)
    last = _read_time("compare_until", until, zone)
    if first is None and last is None:
        return None
    if first is None or last is None:
        missing = "compare_since" if first is None else "compare_until"
        raise InputError(missing, "the period to compare with needs both of its ends")
    try:
        return make_period(first, last, zone)
    except InputError as error:
        raise InputError(f"compare_{error.field}", error.reason) from None


def _read_length(text: str) -> timedelta:
    try:
        length = parse_duration(text)
    except ValueError as error:
        raise InputError("period", str(error)) from None
    if not length:
        raise InputError("period", "must be longer than nothing, such as 24h, 7d or 30d")
    return length


def _read_time(field: str, text: str | None, zone: ZoneInfo) -> datetime | None:
    if not text:
        return None
    if _DATE.fullmatch(text):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise InputError(field, "is not a day of the calendar") from None
        if not 1999 < day.year < 2100:
            raise InputError(field, "must lie between 2000 and 2100")
        return midnight(day, zone)
    return read_instant(field, text)
