"""The booking domain: all that the engine asks about bookings, in one object."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from bookflow.domains.booking.context import build_context, make_personal
from bookflow.domains.booking.people import find_people
from bookflow.domains.booking.vocabulary import BOOKING_VOCABULARY
from bookflow.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bookflow.records import Json, Person, Subject
    from bookflow.settings import Settings
    from bookflow.spec.models import Workflow
    from bookflow.spec.vocabulary import Vocabulary

_IMPLIED_STATUSES = {
    "booking_requested": "pending",
    "booking_confirmed": "confirmed",
    "booking_cancelled": "cancelled",
    "booking_rejected": "rejected",
    "booking_completed": "completed",
    "booking_no_show": "no_show",
}
_CALLED_OFF = {
    "cancelled": "the booking was cancelled",
    "rejected": "the booking was rejected",
}
_AGREED = {**_CALLED_OFF, "pending": "the booking is not confirmed"}
_TOOK_PLACE = {**_CALLED_OFF, "no_show": "the invitee did not show up"}
_STALE_REASONS: Mapping[str, Mapping[str, str]] = {
    "booking_created": _CALLED_OFF,
    "booking_requested": _CALLED_OFF,
    "booking_confirmed": _CALLED_OFF,
    "booking_rescheduled": _CALLED_OFF,
    "before_meeting": _AGREED,
    "after_meeting": {**_AGREED, **_TOOK_PLACE},
    "booking_completed": _TOOK_PLACE,
    "booking_no_show": {**_CALLED_OFF, "completed": "the booking was completed after all"},
}
_DEFAULT_LATE = timedelta(days=1)
_AT_START = timedelta(minutes=1)


class BookingDomain:
    """Bookings, as the engine sees them; holds no state but the settings."""

    def __init__(self, settings: Settings) -> None:
        """Keep the business hours."""
        self._business_start = settings.business_start_hour
        self._business_end = settings.business_end_hour

    @property
    def vocabulary(self) -> Vocabulary:
        """The triggers and fields that booking workflows may name."""
        return BOOKING_VOCABULARY

    @property
    def status_field(self) -> str:
        """The context field that `stale_reason` is about."""
        return "booking_status"

    def parse_subject(self, raw: Mapping[str, Any], *, path: str) -> dict[str, Any]:
        """Validate a booking from outside; raises `InputError` whose fields start with `path`."""
        # most task processes read bookings from the database only: spare them building models
        from bookflow.domains.booking.payload import read_booking

        return read_booking(raw, path=path)

    def subject_id(self, subject: Subject) -> str:
        """Give the booking's id."""
        return str(subject["id"])

    def implied_fields(self, trigger: str) -> Mapping[str, Json]:
        """Give what an event says of a booking by itself: a cancellation that it is cancelled."""
        status = _IMPLIED_STATUSES.get(trigger)
        return {"status": status} if status else {}

    def category_of(self, subject: Subject) -> str | None:
        """Give the slug of the event type."""
        slug = (subject.get("event_type") or {}).get("slug")
        return str(slug) if slug else None

    def build_context(self, subject: Subject, *, now: datetime) -> dict[str, Any]:
        """Give every context field; missing values are None."""
        return build_context(
            subject, now=now, business_start=self._business_start, business_end=self._business_end
        )

    def due_at(self, trigger: str, subject: Subject, occurred_at: datetime, delay: int) -> datetime:
        """Give the due time: `delay` minutes after the event, before the start, after the end."""
        # in UTC: within any other zone Python adds to the wall clock, an hour off across a change
        wait = timedelta(minutes=delay)
        if trigger == "before_meeting":
            start: datetime = subject["start_time"]
            return start.astimezone(UTC) - wait
        if trigger == "after_meeting":
            end: datetime = subject["end_time"]
            return end.astimezone(UTC) + wait
        return occurred_at.astimezone(UTC) + wait

    def anchor_of(self, trigger: str, subject: Subject) -> datetime | None:
        """Give the start or end that the trigger's delays count from, None for other triggers."""
        info = self.vocabulary.triggers.get(trigger)
        if info is None or info.anchor is None:
            return None
        anchor: datetime = subject[info.anchor]
        return anchor.astimezone(UTC)

    def earliest_anchor(
        self, trigger: str, delay: int, if_late: int | None, now: datetime
    ) -> datetime:
        """Give the earliest start or end whose reminder may still be worth sending."""
        wait = timedelta(minutes=delay)
        late = _DEFAULT_LATE if if_late is None else timedelta(minutes=if_late)
        if trigger == "after_meeting":
            return now - late - wait
        begun = now if delay else now - _AT_START
        return begun if if_late is None else max(begun, now - late + wait)

    def late_limit(
        self, trigger: str, subject: Subject, due_at: datetime, if_late: int | None
    ) -> datetime | None:
        """Give the last moment a reminder that was due then is worth sending.

        Before a meeting that is its start at the latest, or a minute later for what is due at the
        start itself; after it, a day after the due time unless `if_late` (minutes) says otherwise.
        """
        if trigger not in ("before_meeting", "after_meeting"):
            return None
        if trigger == "after_meeting":
            return due_at + (_DEFAULT_LATE if if_late is None else timedelta(minutes=if_late))
        start: datetime = subject["start_time"]
        last = start.astimezone(UTC) if due_at < start else due_at + _AT_START
        return last if if_late is None else min(last, due_at + timedelta(minutes=if_late))

    def stale_reason(self, trigger: str, subject: Subject) -> str | None:
        """Say why nothing should happen any more, such as a cancellation, or None."""
        reasons = _STALE_REASONS.get(trigger)
        return reasons.get(subject.get("status") or "") if reasons else None

    def people(self, subject: Subject, recipient: str) -> list[Person]:
        """Resolve `invitee`, `organizer` or `both`; anybody else raises `InputError`."""
        return find_people(subject, recipient)

    def context_for(
        self, subject: Subject, context: Mapping[str, Any], person: Person
    ) -> Mapping[str, Any]:
        """Give the context for a message to one person: a further attendee sees their own data."""
        del subject
        return context if person.answers is None else make_personal(context, person)

    def webhook_payload(self, subject: Subject, context: Mapping[str, Any]) -> dict[str, Json]:
        """Give the booking's part of a webhook's payload; times are ISO 8601 with offset."""
        return {
            "booking_id": self.subject_id(subject),
            "event_type_name": context["event_type_name"],
            "organizer_email": context["organizer_email"],
            "invitee_name": context["invitee_name"],
            "invitee_email": context["invitee_email"],
            "start_time": context["start_time"].isoformat(),
            "end_time": context["end_time"].isoformat(),
            "duration_minutes": context["duration"],
            "status": context["booking_status"],
        }

    @property
    def sample_variants(self) -> Mapping[str, str]:
        """The kinds of made-up bookings there are besides the usual one."""
        from bookflow.domains.booking.samples import VARIANTS

        return VARIANTS

    def made_at(self, subject: Subject) -> datetime | None:
        """Give when the booking was made, where that is known."""
        made: datetime | None = subject.get("created_at")
        return made

    def make_sample(
        self,
        workflow: Workflow,
        *,
        now: datetime,
        variants: Sequence[str] = (),
        overrides: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Make up a booking that the workflow matches, with the caller's own values over it."""
        # only trials need made-up bookings
        from bookflow.domains.booking.samples import make_sample, merge_overrides

        status = self.implied_fields(workflow.trigger).get("status")
        raw = make_sample(workflow, now=now, status=status, variants=variants)
        return self.parse_subject(merge_overrides(raw, overrides or {}), path="overrides")

    def rebuild(
        self, subject_id: str, seen: Mapping[str, Any], workflow: Workflow, *, now: datetime
    ) -> tuple[dict[str, Any], list[str]]:
        """Make a booking of the context fields that an execution saw; the rest is made up."""
        from bookflow.domains.booking.samples import read_seen

        overrides, used = read_seen(seen)
        try:
            subject = self.make_sample(workflow, now=now, overrides=overrides)
        except InputError:
            # what was recorded is no booking any more, such as text cut for the record
            subject, used = self.make_sample(workflow, now=now), []
        return {**subject, "id": subject_id}, used

    def check_update(self, fields: Mapping[str, Json]) -> dict[str, Json]:
        """Validate rendered update values; raises `InputError`."""
        # only update actions need the rules, and the regexes behind them
        from bookflow.domains.booking.updates import check_update

        return check_update(fields)
