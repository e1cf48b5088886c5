"""The shapes of what is asked and answered about endpoints, for the API's description."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bookflow.web.schemas import Answer

_TIME = "2026-03-01T14:30:00Z"
_KEY = "https://example.com/hook"


class EndpointToEnable(BaseModel):
    """The endpoint that works again."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(description="Its `key` in the list.", examples=[_KEY])


class EndpointState(Answer):
    """One place that messages are sent to, as all workers together know it."""

    key: str = Field(
        description="`smtp:<connection>`, `sms:<connection>`, `connection:<connection>`, or a "
        "webhook's URL without its query and what is rendered.",
        examples=[_KEY],
    )
    channel: str = Field(description="How it is spoken to.", examples=["webhook"])
    state: Literal["closed", "open", "half_open", "disabled"] = Field(
        description="`closed` works; `open` is not called until `probe_at`; `half_open` is tried "
        "by one delivery; `disabled` is called no more until it is enabled.",
        examples=["open"],
    )
    failures: int = Field(description="Transient failures in a row.", examples=[7])
    since: AwareDatetime | None = Field(description="The first of them.", examples=[_TIME])
    last_error: str | None = Field(
        description="The last one, personal data masked.", examples=["did not answer in time"]
    )
    last_error_code: str | None = Field(description="Its cause.", examples=["http-timeout"])
    last_success_at: AwareDatetime | None = Field(
        description="When it last took a message, give or take half a minute.", examples=[_TIME]
    )
    last_failure_at: AwareDatetime | None = Field(
        description="When it last failed.", examples=[_TIME]
    )
    probe_at: AwareDatetime | None = Field(
        description="From when one delivery tries it.", examples=[_TIME]
    )
    hold_until: AwareDatetime | None = Field(
        description="Until when it asked to be left alone (`Retry-After`).", examples=[_TIME]
    )
    disabled_at: AwareDatetime | None = Field(description="When it was disabled.", examples=[_TIME])
    disabled_reason: str | None = Field(
        description="Why.", examples=["it answered 410: the receiver is gone for good"]
    )
    workflow_id: str | None = Field(
        description="The workflow that used it last; null where you may not see it.",
        examples=["welcome"],
    )


class EndpointList(Answer):
    """Endpoints, those in trouble first."""

    endpoints: list[EndpointState] = Field(description="At most 500.")
