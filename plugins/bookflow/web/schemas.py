"""The shapes of answers, for the API's description; tests hold the real answers against them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bookflow.records import ActionStatus, DeliveryStatus, ExecutionStatus

_ID = "01957b2e-7c1a-7f00-8000-000000000001"
_TIME = "2026-03-01T14:30:00Z"


class Answer(BaseModel):
    """What all answers have in common: no key that is not described."""

    model_config = ConfigDict(extra="forbid")


class FieldProblem(Answer):
    """One thing wrong with a request."""

    field: str = Field(description="Dotted path of the field.", examples=["booking.start_time"])
    message: str = Field(description="What is wrong, and what to do.", examples=["has no offset"])


class SpecIssue(Answer):
    """One thing wrong with a spec, or worth a second look."""

    file: str = Field(
        description="The file, within the folder of specs.", examples=["welcome.yaml"]
    )
    line: int = Field(description="Counts from 1; 0 where it is not known.", examples=[4])
    column: int = Field(description="Counts from 1; 0 where it is not known.", examples=[10])
    key: str = Field(description="Dotted path of the key.", examples=["actions.0.subject"])
    message: str = Field(
        description="What is wrong, and what would be right.",
        examples=["`invitee_mail` is not a field; did you mean `invitee_email`?"],
    )
    suggestion: str | None = Field(
        description="What was probably meant.", examples=["invitee_email"]
    )
    code: str = Field(description="Stable name of the kind of issue.", examples=["unknown-field"])


class Problem(Answer):
    """An RFC 9457 problem."""

    type: str = Field(
        description="Stable name of the kind of problem.",
        examples=["urn:bookflow:problem:invalid-input"],
    )
    title: str = Field(description="The kind, for people.", examples=["The request is invalid"])
    status: int = Field(description="The HTTP status.", examples=[422])
    detail: str = Field(
        description="What happened, and what to do.",
        examples=["booking.start_time: has no offset"],
    )
    errors: list[FieldProblem] | None = Field(None, description="Each thing that is wrong.")
    reference: str | None = Field(
        None, description="Where the server's log has more.", examples=["5f0c2b7a91de"]
    )
    issues: list[SpecIssue] | None = Field(
        None, description="Everything wrong with a spec that was refused."
    )
    version: str | None = Field(
        None,
        description="The version there is now, where another one was expected.",
        examples=["3f2a9c01b7de"],
    )


class QueuedExecution(Answer):
    """An execution that an event queued."""

    id: str = Field(description="Id of the execution.", examples=[_ID])
    workflow_id: str = Field(description="The workflow that matched.", examples=["welcome"])
    status: ExecutionStatus = Field(description="Where it stands.", examples=["pending"])
    due_at: AwareDatetime = Field(description="When it is to run.", examples=[_TIME])


class EventAnswer(Answer):
    """An event that is recorded."""

    event_id: str = Field(description="Id of the event.", examples=[_ID])
    duplicate: bool = Field(
        description="Whether it was known already; then this is the first answer.",
        examples=[False],
    )
    executions: list[QueuedExecution] = Field(description="One per workflow that matched.")


class ItemError(FieldProblem):
    """Why one event of a batch was refused."""

    field: str = Field(description="Dotted path.", examples=["events[3].booking.start_time"])
    type: str = Field(description="Kind of problem.", examples=["invalid-input"])
    errors: list[FieldProblem] | None = Field(
        None,
        description="Each thing that is wrong, where there are several.",
        examples=[[{"field": "events[3].booking.start_time", "message": "has no offset"}]],
    )


class RefusedItem(Answer):
    """One event of a batch that was refused."""

    error: ItemError = Field(description="Why it was refused.")


class BatchAnswer(Answer):
    """What became of each event of a batch, in the order they were sent."""

    results: list[EventAnswer | RefusedItem] = Field(description="One per event.")


class Delivery(Answer):
    """One message to one recipient."""

    id: str = Field(description="Constant id of the delivery.", examples=[_ID])
    recipient: str = Field(description="Who, within the action.", examples=["invitee"])
    channel: str = Field(description="How.", examples=["email"])
    address: str = Field(description="Where to.", examples=["ada@example.com"])
    status: DeliveryStatus = Field(description="How it went.", examples=["sent"])
    attempts: int = Field(description="How often it was tried.", examples=[1])
    rounds: int = Field(description="How often it failed and was put off.", examples=[0])
    next_attempt_at: AwareDatetime | None = Field(
        None, description="Not sent before, while it is retrying or waiting.", examples=[_TIME]
    )
    digest_id: str | None = Field(
        None, description="The delivery whose message carried it, of a digest.", examples=[_ID]
    )
    provider_id: str | None = Field(None, description="The provider's id.", examples=["SM12"])
    error_code: str | None = Field(None, description="Stable cause.", examples=["smtp-421"])
    error_message: str | None = Field(None, description="The cause.", examples=["greylisted"])
    details: dict[str, Any] | None = Field(
        None, description="What the provider said.", examples=[{"status": 200}]
    )
    created_at: AwareDatetime | None = Field(None, description="First try.", examples=[_TIME])
    sent_at: AwareDatetime | None = Field(None, description="When it went.", examples=[_TIME])
    settled_at: AwareDatetime | None = Field(
        None, description="When its last try ended, well or not.", examples=[_TIME]
    )


class LoggedAction(Answer):
    """What one action did."""

    action: str = Field(description="Name of the action.", examples=["Confirm by e-mail"])
    type: str = Field(description="Type of the action.", examples=["send_email"])
    status: ActionStatus = Field(description="How it ended.", examples=["completed"])
    reason: str | None = Field(None, description="Why.", examples=["conditions not met"])
    error_code: str | None = Field(None, description="Stable cause.", examples=["conditions"])
    cause: str | None = Field(
        None,
        description="What analytics counts it under, where it was skipped or failed.",
        examples=["condition: attendee_count greater_than 5"],
    )
    conditions: list[Any] | None = Field(
        None,
        description="Every rule with the value it saw.",
        examples=[[{"operator": "AND", "holds": True, "rules": []}]],
    )
    rendered: Any = Field(
        None, description="The content, secrets masked.", examples=[{"subject": "Hello Ada"}]
    )
    attempts: int = Field(description="How often it was tried.", examples=[1])
    next_attempt_at: AwareDatetime | None = Field(
        None, description="When it goes on, while it is retrying or waiting.", examples=[_TIME]
    )
    started_at: AwareDatetime | None = Field(None, description="When.", examples=[_TIME])
    duration_ms: float | None = Field(None, description="Milliseconds taken.", examples=[12.5])
    deliveries: list[Delivery] = Field([], description="What went where.")


class ExecutionSummary(Answer):
    """One workflow for one event."""

    id: str = Field(description="Id of the execution.", examples=[_ID])
    workflow_id: str = Field(description="The workflow.", examples=["welcome"])
    workflow_name: str | None = Field(
        None, description="Its name; null where its spec is gone or invalid.", examples=["Welcome"]
    )
    workflow_version: str = Field(description="Version of its spec.", examples=["3f2a9c1b"])
    event_id: str = Field(description="The event.", examples=[_ID])
    booking_id: str = Field(description="The booking.", examples=["bk-2041"])
    trigger: str | None = Field(None, description="Kind of event.", examples=["booking_created"])
    occurred_at: AwareDatetime | None = Field(
        None, description="When the event happened.", examples=[_TIME]
    )
    status: ExecutionStatus = Field(description="Where it stands.", examples=["completed"])
    due_at: AwareDatetime = Field(description="When it was to run.", examples=[_TIME])
    anchor_at: AwareDatetime | None = Field(
        None, description="Start or end that a reminder was computed from.", examples=[_TIME]
    )
    next_attempt_at: AwareDatetime | None = Field(
        None, description="When a further run takes it up, where it waits.", examples=[_TIME]
    )
    rounds: int = Field(description="How many runs have worked on it.", examples=[1])
    created_at: AwareDatetime | None = Field(None, description="When queued.", examples=[_TIME])
    started_at: AwareDatetime | None = Field(None, description="When begun.", examples=[_TIME])
    completed_at: AwareDatetime | None = Field(None, description="When done.", examples=[_TIME])
    error_message: str | None = Field(None, description="Why it failed.", examples=["SMTP 550"])
    actions_executed: int = Field(description="Actions that were done.", examples=[2])
    actions_failed: int = Field(description="Actions that failed.", examples=[0])
    actions_skipped: int = Field(description="Actions whose conditions failed.", examples=[1])
    dag_id: str | None = Field(None, description="DAG of its run.", examples=["bookflow-welcome"])
    run_id: str | None = Field(None, description="Its Airflow run.", examples=["manual__1"])


class Execution(ExecutionSummary):
    """One workflow for one event, with what each action did."""

    execution_log: list[LoggedAction] = Field(description="One entry per action.")


class ExecutionList(Answer):
    """A page of executions, newest first."""

    executions: list[ExecutionSummary] = Field(description="At most `limit`.")
    next_cursor: str | None = Field(
        description="Pass it as `cursor` for the next page; null on the last.",
        examples=["MjAyNi0wMy0wMV8wMTk1"],
    )


Kind = Literal[
    "planned", "sent", "skipped", "failed", "updated", "cancelled", "retrying", "waiting"
]


class TimelineEntry(Answer):
    """One thing that is planned or happened."""

    at: AwareDatetime | None = Field(description="When.", examples=[_TIME])
    kind: Kind = Field(description="What.", examples=["sent"])
    next_attempt_at: AwareDatetime | None = Field(
        None, description="When it goes on, where it is retrying or waiting.", examples=[_TIME]
    )
    workflow_id: str = Field(description="The workflow.", examples=["welcome"])
    workflow_name: str = Field(description="Its name.", examples=["Welcome"])
    execution_id: str | None = Field(
        description="The execution; null for a reminder that is not recorded yet.", examples=[_ID]
    )
    trigger: str | None = Field(None, description="Kind of event.", examples=["booking_created"])
    action: str | None = Field(None, description="The action.", examples=["Confirm by e-mail"])
    type: str | None = Field(None, description="Its type.", examples=["send_email"])
    recipient: str | None = Field(None, description="Who.", examples=["invitee"])
    address: str | None = Field(None, description="Where to.", examples=["ada@example.com"])
    delivery_id: str | None = Field(None, description="The delivery.", examples=[_ID])
    reason: str | None = Field(None, description="Why.", examples=["conditions not met"])
    rendered: Any = Field(
        None, description="The content, secrets masked.", examples=[{"subject": "Hello Ada"}]
    )


class Timeline(Answer):
    """Everything about one booking."""

    booking_id: str = Field(description="The booking.", examples=["bk-2041"])
    booking: dict[str, Any] | None = Field(
        description="It as it is now; null where it was deleted.",
        examples=[{"id": "bk-2041", "status": "confirmed"}],
    )
    entries: list[TimelineEntry] = Field(description="In order of time.")


class UpcomingItem(Answer):
    """One workflow that will run for one booking."""

    workflow_id: str = Field(description="The workflow.", examples=["remind"])
    workflow_name: str = Field(description="Its name.", examples=["A day before"])
    booking_id: str = Field(description="The booking.", examples=["bk-2041"])
    trigger: str = Field(description="Kind of event.", examples=["before_meeting"])
    due_at: AwareDatetime = Field(description="When it is due.", examples=[_TIME])
    status: Literal["planned", "pending"] = Field(
        description="`planned`: computed just now; `pending`: recorded, waits for its time.",
        examples=["planned"],
    )
    reason: str | None = Field(
        description="What speaks against it as things stand, or until when it is put off.",
        examples=["the booking is not confirmed"],
    )
    execution_id: str | None = Field(
        description="The execution; null where it is only planned.", examples=[_ID]
    )


class UpcomingList(Answer):
    """What is planned, the nearest first."""

    upcoming: list[UpcomingItem] = Field(description="At most `limit`.")
    until: AwareDatetime = Field(description="Up to when was looked.", examples=[_TIME])
    has_more: bool = Field(description="Whether there is more than `limit`.", examples=[False])


class Health(Answer):
    """The state of bookflow."""

    status: Literal["healthy", "degraded", "unhealthy"] = Field(
        description="`degraded` works; `unhealthy` loses or delays messages.",
        examples=["healthy"],
    )
    components: dict[str, dict[str, Any]] = Field(
        description="The state of each part.",
        examples=[{"database": {"status": "healthy", "latency_ms": 0.8}}],
    )


class ContextField(Answer):
    """One field that conditions and templates may name."""

    name: str = Field(description="Its name in specs.", examples=["invitee_email"])
    type: str = Field(description="How its values compare.", examples=["text"])
    description: str = Field(description="What it holds.", examples=["E-mail of the invitee."])
    example: Any = Field(None, description="A value.", examples=["ada@example.com"])
    choices: list[str] = Field(description="All values, if few.", examples=[["Monday"]])


class Trigger(Answer):
    """One kind of event."""

    name: str = Field(description="Its name in specs.", examples=["booking_created"])
    description: str = Field(description="When it happens.", examples=["A booking was made."])
    anchor: str | None = Field(
        None, description="The time that delays count from.", examples=["start_time"]
    )


class ContextFields(Answer):
    """The words of a spec."""

    domain: str = Field(description="Where they belong.", examples=["booking"])
    fields: list[ContextField] = Field(description="What conditions and templates may name.")
    operators: dict[str, list[str]] = Field(
        description="The operators of conditions that fit a field, by its type.",
        examples=[{"boolean": ["equals", "not_equals", "is_empty", "is_not_empty"]}],
    )
    open_prefixes: list[str] = Field(
        description="Below these any field name is accepted.", examples=[["custom_"]]
    )
    updatable_fields: dict[str, str] = Field(
        description="What `update_booking` may set, with its type.", examples=[{"status": "text"}]
    )
    triggers: list[Trigger] = Field(description="The kinds of events.")


def describe_problem(description: str) -> dict[str, Any]:
    """Describe an answer that is a problem."""
    schema = {"$ref": "#/components/schemas/Problem"}
    content = {"application/problem+json": {"schema": schema}}
    return {"description": description, "content": content}


Responses = dict[int | str, dict[str, Any]]
_TOO_LARGE = describe_problem("The query string or the headers are too long.")
PROBLEMS_OF_HEALTH: Responses = {
    401: describe_problem("Not signed in."),
    403: describe_problem("A token that is none, or a request from another site."),
    414: _TOO_LARGE,
    429: describe_problem("Requests come too fast; send it again after `Retry-After` seconds."),
    431: _TOO_LARGE,
}
PROBLEMS_OF_READS: Responses = {
    401: describe_problem("Not signed in."),
    403: describe_problem("Not permitted."),
    404: describe_problem("Not known, or not to be seen by you."),
    414: _TOO_LARGE,
    422: describe_problem("A value is not acceptable; `errors` names it."),
    429: PROBLEMS_OF_HEALTH[429],
    431: _TOO_LARGE,
    503: describe_problem("A database can't be reached; try again after `Retry-After` seconds."),
}
PROBLEMS_OF_WRITES: Responses = {
    **PROBLEMS_OF_READS,
    409: describe_problem("The idempotency key was used for another event."),
    413: describe_problem("The body is too large."),
    415: describe_problem("The body is not declared as JSON."),
}
PROBLEMS_OF_INTERVENTIONS: Responses = {
    **PROBLEMS_OF_WRITES,
    409: describe_problem("It stands otherwise than that needs; `detail` says how."),
}
