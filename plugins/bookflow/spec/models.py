"""A workflow as its organizer wrote it: who, when, and what to do."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
)
from pydantic.functional_validators import AfterValidator
from pydantic_core import PydanticCustomError

from bookflow.spec.actions import (
    ACTION_TYPES,
    DEFAULT_RETRIES,
    Action,
    BaseAction,
    Recipient,
    SendEmail,
    SendSms,
    UpdateBooking,
    Webhook,
    make_task_id,
    refuse_blank,
    refuse_unprintable,
)
from bookflow.spec.timing import Digest, Minutes, QuietHours

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic_core.core_schema import ValidationInfo

__all__ = [
    "ACTION_TYPES", "DEFAULT_RETRIES", "SCHEDULE", "Action", "BaseAction", "Recipient",
    "SendEmail", "SendSms", "UpdateBooking", "Webhook", "Workflow", "find_name_clashes",
    "make_task_id",
]  # fmt: skip

SCHEDULE = "schedule"
"""The one trigger that comes from the calendar alone; it needs `cron` and `timezone`."""

_CRON_PRESETS = ("@hourly", "@daily", "@weekly", "@monthly", "@yearly")
_ZONE = re.compile(r"[A-Za-z0-9_+\-]{1,40}(?:/[A-Za-z0-9_+\-]{1,40}){0,3}")


Slug = Annotated[
    str, StringConstraints(min_length=1, max_length=128), AfterValidator(refuse_unprintable)
]
Tag = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64, strip_whitespace=True),
    AfterValidator(refuse_unprintable),
]


class Workflow(BaseModel):
    """What happens, when, after which event; `delay_minutes` is always a number once loaded."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    MOST_ACTIONS: ClassVar[int] = 100

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,64}$")] = Field(
        description="Stable slug, unique among all workflows; best equal to the file's name.",
        examples=["booking-confirmation"],
    )
    organizer: Annotated[
        str,
        StringConstraints(min_length=1, max_length=254, strip_whitespace=True),
        AfterValidator(refuse_unprintable),
    ] = Field(description="E-mail or id of the owner.", examples=["ana@example.com"])
    name: Annotated[
        str,
        StringConstraints(min_length=1, max_length=200, strip_whitespace=True),
        AfterValidator(refuse_unprintable),
    ] = Field(
        description="What the workflow is called; unique per organizer.",
        examples=["Booking confirmation"],
    )
    description: str = Field(
        default="", max_length=10_000, description="Free text for people who read the workflow."
    )
    trigger: str = Field(description="The kind of event that starts the workflow.")
    event_types: tuple[Slug, ...] | None = Field(
        default=None,
        max_length=1_000,
        description="Slugs of event types: only bookings of these match. Without it, all match.",
    )
    delay_minutes: Minutes = Field(
        default=0,
        description=(
            "How long to wait after the event, before the start (`before_meeting`) or after the "
            "end (`after_meeting`): minutes, or a duration such as 15m, 24h or 2d."
        ),
        examples=[0, 15, "24h", "2d"],
    )
    is_active: bool = Field(default=True, description="Inactive workflows match nothing.")
    cron: str | None = Field(
        default=None,
        validate_default=True,
        max_length=100,
        description="When to run, for the trigger `schedule` only.",
        examples=["0 9 * * 1"],
    )
    timezone: str | None = Field(
        default=None,
        validate_default=True,
        max_length=100,
        description="IANA time zone of `cron`, for the trigger `schedule` only.",
        examples=["Europe/Berlin"],
    )
    if_past: Literal["skip", "send"] = Field(
        default="skip",
        description=(
            "For `before_meeting` and `after_meeting`: what to do for a booking that was made (or "
            "a workflow that became active) after the reminder's time."
        ),
    )
    if_late: Minutes | None = Field(
        default=None,
        description=(
            "For `before_meeting` and `after_meeting`: how long after its time a reminder is still "
            "worth sending. Without it: until the meeting starts, or one day after its end."
        ),
        examples=["30m", "2h"],
    )
    quiet_hours: QuietHours | None = Field(
        default=None, description="Hours of the recipient's day in which no message goes out."
    )
    digest: Digest | None = Field(
        default=None, description="Gather what one recipient gets within a window into one message."
    )
    tags: tuple[Tag, ...] = Field(
        default=(), max_length=20, description="Words to find the workflow by in Airflow."
    )
    actions: tuple[Action, ...] = Field(
        min_length=1, max_length=MOST_ACTIONS, description="What to do, in order."
    )

    @field_validator("trigger")
    @classmethod
    def _refuse_blank_trigger(cls, value: str) -> str:
        return refuse_blank(value)

    @field_validator("event_types")
    @classmethod
    def _refuse_empty_list(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if value is not None and not value:
            raise PydanticCustomError(
                "no_event_types",
                "lists nothing, so nothing would match; name event types or remove the key",
            )
        return value

    @field_validator("cron")
    @classmethod
    def _check_cron(cls, value: str | None, info: ValidationInfo) -> str | None:
        if _must_be_set(value, info) and value is not None:
            _refuse_bad_cron(value)
        return value

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, value: str | None, info: ValidationInfo) -> str | None:
        if _must_be_set(value, info) and value is not None:
            _refuse_unknown_zone(value)
        return value

    @field_validator("actions")
    @classmethod
    def _check_actions(cls, value: tuple[Action, ...]) -> tuple[Action, ...]:
        if not any(action.is_active for action in value):
            raise PydanticCustomError("no_active_action", "needs at least one active action")
        for position, problem in find_name_clashes([action.name for action in value]):
            raise PydanticCustomError(
                "name_clash",
                "[{position}].name {problem}",
                {"position": position, "problem": problem},
            )
        return value

    @property
    def active_actions(self) -> tuple[Action, ...]:
        """The active actions in the order they run; those side by side keep the list's order."""
        return tuple(action for level in self.levels() for action in level)

    def levels(self) -> tuple[tuple[Action, ...], ...]:
        """Group the active actions: what is in one level runs side by side, levels in sequence.

        Actions with the same `order` share a level. An action without `order` has a level of its
        own right after the action above it in the list, so lists without any run top down.
        """
        places: dict[tuple[int, int], list[Action]] = {}
        last: dict[int, int] = {}
        base = -1
        for action in self.actions:
            if action.order is None:
                last[base] = last.get(base, 0) + 1
                place = (base, last[base])
            else:
                base = action.order
                place = (base, 0)
            places.setdefault(place, []).append(action)
        ordered = (places[place] for place in sorted(places))
        active = (tuple(item for item in level if item.is_active) for level in ordered)
        return tuple(level for level in active if level)


def find_name_clashes(names: Sequence[object]) -> list[tuple[int, str]]:
    """Find names that repeat, or that Airflow could not tell apart: (position, what is wrong)."""
    found = []
    taken: dict[str, str] = {}
    for position, name in enumerate(names):
        if not isinstance(name, str):
            continue
        bare = name.strip()
        task_id = make_task_id(bare)
        earlier = taken.get(task_id)
        if earlier is None:
            taken[task_id] = bare
        elif earlier == bare:
            found.append(
                (position, f"`{bare[:64]}` is the name of an action above; choose another")
            )
        else:
            both = f"`{bare[:64]}` and `{earlier[:64]}` above"
            found.append((position, f"{both} both become the task `{task_id}`; rename one"))
    return found


def _must_be_set(value: str | None, info: ValidationInfo) -> bool:
    """Tie `cron` and `timezone` to the trigger `schedule`."""
    trigger = info.data.get("trigger")
    if trigger == SCHEDULE and value is None:
        raise PydanticCustomError(
            "missing_schedule", "is required because the trigger is `schedule`"
        )
    if trigger not in (None, SCHEDULE) and value is not None:
        raise PydanticCustomError(
            "needless_schedule",
            "belongs to the trigger `schedule` only; remove it or change the trigger",
        )
    return trigger == SCHEDULE


def _refuse_bad_cron(text: str) -> None:
    # Only scheduled workflows need it, and it takes longer to import than to load ten specs.
    from croniter import croniter

    if text in _CRON_PRESETS or (len(text.split()) == 5 and croniter.is_valid(text)):
        return
    raise PydanticCustomError(
        "cron",
        "is not a cron expression; write minute, hour, day, month and weekday, such as `0 9 * * 1`",
    )


def _refuse_unknown_zone(name: str) -> None:
    # Only scheduled workflows need it.
    from zoneinfo import ZoneInfo

    with suppress(OSError, ValueError, LookupError):
        if _ZONE.fullmatch(name):
            ZoneInfo(name)
            return
    raise PydanticCustomError("timezone", "is not a time zone; write one such as `Europe/Berlin`")
