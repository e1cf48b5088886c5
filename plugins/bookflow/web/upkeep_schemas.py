"""The shapes of what is asked and answered about incidents and erasures."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bookflow.web.schemas import Answer

_TIME = "2026-03-01T14:30:00Z"
_ID = "01957b2e-7c1a-7f00-8000-000000000001"


class IncidentToClose(BaseModel):
    """Why an incident is over."""

    model_config = ConfigDict(extra="forbid")

    note: str | None = Field(
        None, max_length=500, description="Shown with it.", examples=["restarted the scheduler"]
    )


class PersonToErase(BaseModel):
    """Whose data to erase."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(
        max_length=254, description="The person's address.", examples=["ada@example.com"]
    )
    dry_run: bool = Field(
        False, description="Count what would be erased; erase nothing.", examples=[True]
    )
    exact: bool = Field(
        False,
        description="Leave the address's plus variants (`ada+x@example.com`) alone.",
        examples=[False],
    )
    organizer: bool = Field(
        False,
        description="Erase the person as an organizer as well; their workflows then reach nobody.",
        examples=[False],
    )


class IncidentState(Answer):
    """Something that went wrong for a while."""

    id: str = Field(description="Id of the incident.", examples=[_ID])
    kind: str = Field(
        description="What is wrong: `failures`, `slow`, `waiting`, `clock`, `endpoint`, `spec`, "
        "`configuration` or `validation`.",
        examples=["failures"],
    )
    key: str = Field(
        description="What it is about: a workflow, an endpoint, a file.", examples=["welcome"]
    )
    state: Literal["open", "closed"] = Field(description="Whether it goes on.", examples=["open"])
    severity: Literal["warning", "critical"] = Field(
        description="`critical` loses or delays messages of many.", examples=["warning"]
    )
    subject: str = Field(description="It in a line.", examples=["executions of `welcome` fail"])
    message: str = Field(
        description="How bad it is, and what to do.",
        examples=["6 of 10 executions (60 %) failed in the last 60 minutes."],
    )
    workflow_id: str | None = Field(description="The workflow concerned.", examples=["welcome"])
    details: dict[str, Any] = Field(
        description="Figures, by kind; those that begin with `limit_` are the thresholds.",
        examples=[{"failed": 6, "total": 10, "percent": 60.0, "limit_percent": 50.0}],
    )
    opened_at: AwareDatetime = Field(description="When it was found first.", examples=[_TIME])
    last_seen_at: AwareDatetime = Field(description="When it was found last.", examples=[_TIME])
    notified_at: AwareDatetime | None = Field(
        description="When its first alert went out.", examples=[_TIME]
    )
    closed_at: AwareDatetime | None = Field(description="When it was over.", examples=[_TIME])
    closed_by: str | None = Field(
        description="Who closed it: `monitor`, or a user.", examples=["monitor"]
    )
    note: str | None = Field(
        description="Why it was closed.", examples=["no check has found it since 14:20 UTC"]
    )


class IncidentList(Answer):
    """A page of incidents, newest first."""

    incidents: list[IncidentState] = Field(description="At most `limit`.")
    next_cursor: str | None = Field(
        description="Pass it as `cursor` for the next page; null on the last.",
        examples=["WyIyMDI2LTAzLTAxIiwwXQ"],
    )


class ErasureReport(Answer):
    """What was erased, or would be."""

    id: str = Field(description="Id of the erasure, as in the audit trail.", examples=[_ID])
    dry_run: bool = Field(description="Whether nothing was changed.", examples=[False])
    counts: dict[str, int] = Field(
        description="Rows by table.", examples=[{"bookings": 2, "deliveries": 6}]
    )
    cancelled_executions: int = Field(
        description="Open executions that were cancelled.", examples=[1]
    )
    left: dict[str, int] = Field(
        description="What could not be erased: where the person is an `organizers` row, `spec "
        "files` that name them, `running executions` (erase again in a few minutes), `unreadable "
        "inbound requests` (sealed with another key).",
        examples=[{"organizers": 1}],
    )


REQUESTS: tuple[type[BaseModel], ...] = (IncidentToClose, PersonToErase)
