"""When messages may go out: quiet hours, and digests that gather several into one."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.functional_validators import BeforeValidator

from bookflow.spec.durations import parse_duration


class QuietHours(BaseModel):
    """Hours of the recipient's day in which nothing is sent to them, `start` to before `end`.

    They may pass midnight: 21:00 to 08:00. What falls into them goes out at their end.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: time = Field(description="When they begin, `HH:MM` in the recipient's time zone.")
    end: time = Field(description="When they end, `HH:MM` in the recipient's time zone.")


def _read_window(value: object) -> int:
    if isinstance(value, int | str):
        return int(parse_duration(value).total_seconds() // 60)
    raise ValueError("is not a duration; write minutes, or a duration such as 15m or 1h")


class Digest(BaseModel):
    """One message for what one recipient would get from one action within a window."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    window: Annotated[int, BeforeValidator(_read_window)] = Field(
        gt=0, description="How long to gather, from the first message on: minutes or a duration."
    )
    subject: str | None = Field(
        default=None, description="Subject of the gathered e-mail; a template with `digest_count`."
    )
