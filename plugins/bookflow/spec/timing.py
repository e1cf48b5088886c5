"""When messages may go out: quiet hours, and digests that gather several into one."""

from __future__ import annotations

import re
from datetime import time
from typing import TYPE_CHECKING, Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import PydanticCustomError

from bookflow.spec.actions import Subject
from bookflow.spec.durations import parse_duration

if TYPE_CHECKING:
    from pydantic_core.core_schema import ValidationInfo

SHORTEST_WINDOW = 1
LONGEST_WINDOW = 7 * 24 * 60
"""Minutes that a digest may gather for."""

_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(:[0-9]{2}(?:\.[0-9]+)?)?")
_HOW_TO = 'write hours and minutes in quotes, such as "21:00"'


def _read_minutes(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise PydanticCustomError(
            "duration", "is not a duration; write minutes, or a duration such as 15m, 24h or 2d"
        )
    try:
        seconds = parse_duration(value).total_seconds()
    except ValueError as error:
        raise PydanticCustomError("duration", "{why}", {"why": str(error)}) from None
    if seconds % 60:
        raise PydanticCustomError("duration", "must be whole minutes, without seconds")
    return int(seconds // 60)


Minutes = Annotated[
    int,
    BeforeValidator(_read_minutes),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0},
                {"type": "string", "pattern": r"^\s*[0-9]+\s*([wdhms]\s*([0-9]+[wdhms]\s*)*)?$"},
            ]
        }
    ),
]
"""A duration as people write it; always a number of minutes once loaded."""


def _read_clock(value: object) -> time:
    if isinstance(value, time):
        return value
    found = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError(
            "clock", "is not a time of day; {how}", {"how": _guess_clock(value) or _HOW_TO}
        )
    if found[3]:
        raise PydanticCustomError("clock", "has seconds; {how}", {"how": _HOW_TO})
    hour, minute = int(found[1]), int(found[2])
    if hour == 24 and not minute:
        raise PydanticCustomError("clock", 'is midnight; write it "00:00"')
    if hour > 23 or minute > 59:
        raise PydanticCustomError("clock", "is no time that a clock shows; {how}", {"how": _HOW_TO})
    return time(hour, minute)


def _guess_clock(value: object) -> str | None:
    """Tell what was meant by a number: YAML 1.1 reads an unquoted 21:00 as 21 * 60."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 24 * 60:
        return None
    hour, minute = (value, 0) if value < 24 else divmod(value, 60)
    return f'did you mean "{hour:02}:{minute:02}"?'


ClockTime = Annotated[
    time,
    BeforeValidator(_read_clock),
    WithJsonSchema({"type": "string", "pattern": r"^\s*([01]?[0-9]|2[0-3]):[0-5][0-9]\s*$"}),
]


class QuietHours(BaseModel):
    """Hours of the recipient's day in which nothing is sent to them, `start` to before `end`.

    They may pass midnight: 21:00 to 08:00. What falls into them goes out at their end.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: ClockTime = Field(
        description="When they begin, `HH:MM` in the recipient's time zone.", examples=["21:00"]
    )
    end: ClockTime = Field(
        description="When they end, `HH:MM` in the recipient's time zone.", examples=["08:00"]
    )

    @field_validator("end")
    @classmethod
    def _refuse_no_hours(cls, value: time, info: ValidationInfo) -> time:
        if value == info.data.get("start"):
            raise PydanticCustomError(
                "no_hours", "is the same as `start`, so there are no quiet hours; move one of them"
            )
        return value

    def __str__(self) -> str:
        """Say them the way people do.

        >>> print(QuietHours(start="21:00", end="8:00"))
        21:00 to 08:00
        """
        return f"{self.start:%H:%M} to {self.end:%H:%M}"


def _bound_window(minutes: int) -> int:
    if not SHORTEST_WINDOW <= minutes <= LONGEST_WINDOW:
        raise PydanticCustomError("window", "must be from 1 minute to 7 days")
    return minutes


class Digest(BaseModel):
    """One message for what one recipient would get from one action within a window."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    window: Annotated[Minutes, AfterValidator(_bound_window)] = Field(
        description=(
            "How long to gather, from the first message on: minutes, or a duration from 1m to 7d."
        ),
        examples=["15m", "1h"],
    )
    subject: Subject | None = Field(
        default=None,
        description=(
            "Subject of the gathered e-mail; a template that may name `digest_count` and "
            "`recipient_name`. Without it: the first subject, and how many more there are."
        ),
        examples=["{{ digest_count }} new bookings"],
    )
