"""The shapes of tests of workflows in requests and answers, for the API's description."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bookflow.web.event_schemas import Booking
from bookflow.web.schemas import Answer
from bookflow.web.workflow_schemas import EXAMPLE_SPEC, EXAMPLE_YAML

_ID = "01957b2e-7c1a-7f00-8000-000000000001"
_TIME = "2026-03-01T14:30:00Z"
_LATER = "2026-03-02T07:00:00Z"
Mode = Literal["mock_data", "real_data", "live_test"]
Status = Literal["would_run", "waits", "skipped", "invalid"]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Draft(_Request):
    spec: dict[str, Any] | None = Field(
        None,
        description="An edit to use instead of the saved spec, as `GET /schema` describes it.",
        examples=[EXAMPLE_SPEC],
    )
    yaml: str | None = Field(
        None, description="The same as YAML text, instead of `spec`.", examples=[EXAMPLE_YAML]
    )


class SendTo(_Request):
    """Where a live test sends; each must be yours or allowed by `BOOKFLOW_TEST_RECIPIENTS`."""

    email: str | None = Field(
        None, description="Instead of your own address.", examples=["olive@example.org"]
    )
    phone: str | None = Field(
        None, description="Instead of the first allowed number.", examples=["+12025550142"]
    )
    webhook_url: str | None = Field(
        None,
        description="Instead of the workflow's own URL or the first allowed one.",
        examples=["https://hooks.example.com/test"],
    )


class TrialOptions(_Draft):
    """What to try a workflow on."""

    mode: Mode = Field(
        "mock_data",
        description="`mock_data`: a made-up booking. `real_data`: the booking of `booking_id` or "
        "`booking`. `live_test`: really sends, marked as a test, to you or to allowed places.",
        examples=["mock_data"],
    )
    booking_id: str | None = Field(
        None, description="A booking that is known.", examples=["bk-2041"]
    )
    booking: Booking | None = Field(None, description="Instead of `booking_id`: the booking.")
    variant: str | list[str] | None = Field(
        None,
        description="Of the made-up booking: `cancelled`, `pending`, `completed`, `no_show`, "
        "`group`, `no_phone`, `no_link`, `no_answers`, `far_away`, `weekend`, `evening`, "
        "`short_notice`; or a list of them.",
        examples=[["group", "no_phone"]],
    )
    overrides: dict[str, Any] | None = Field(
        None,
        description="Values of your own for the made-up booking, in its shape.",
        examples=[{"invitee": {"name": "Ada Sample"}}],
    )
    at: AwareDatetime | None = Field(
        None, description="When the event happens; now where absent.", examples=[_TIME]
    )
    actions: list[str] | None = Field(
        None, description="Only these actions.", examples=[["Say hello"]]
    )
    send_to: SendTo | None = Field(None, description="For `live_test`: where to send.")
    by_hand: bool = Field(
        False,
        description="Say what `execute` would do: now, whatever the trigger. Not for `live_test`.",
        examples=[True],
    )


class WhatIfRequest(_Draft):
    """A past event, and the edit to try on it; give `execution_id` or `event_id`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"execution_id": _ID, "yaml": EXAMPLE_YAML}]},
    )

    execution_id: str | None = Field(None, description="A past execution.", examples=[_ID])
    event_id: str | None = Field(None, description="A past event.", examples=[_ID])


class BulkTestFilter(_Request):
    """Which workflows to try."""

    trigger: str | None = Field(None, description="Of this trigger.", examples=["booking_created"])
    organizer: str | None = Field(
        None, description="Of this owner.", examples=["olive@example.org"]
    )
    is_active: bool | None = Field(None, description="Active or not.", examples=[True])
    tag: str | None = Field(None, description="With this tag.", examples=["reminders"])


class BulkTestRequest(_Request):
    """Which workflows to try, at most 100, and on what; give `workflow_ids` or `filter`."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"filter": {"is_active": True}}]}
    )

    workflow_ids: list[str] | None = Field(
        None, max_length=100, description="These.", examples=[["hello", "remind"]]
    )
    filter: BulkTestFilter | None = Field(None, description="Those that this selects.")
    mode: Literal["mock_data", "real_data"] = Field(
        "mock_data", description="As for one workflow.", examples=["mock_data"]
    )
    booking_id: str | None = Field(
        None, description="A booking that is known.", examples=["bk-2041"]
    )
    booking: Booking | None = Field(None, description="Instead of `booking_id`: the booking.")
    variant: str | list[str] | None = Field(
        None, description="Of the made-up booking.", examples=["group"]
    )
    overrides: dict[str, Any] | None = Field(
        None, description="Values of your own.", examples=[{"status": "confirmed"}]
    )
    at: AwareDatetime | None = Field(
        None, description="When the event happens; now where absent.", examples=[_TIME]
    )


class TrialTiming(Answer):
    """When an action would run, and what its messages would wait for."""

    due_at: AwareDatetime = Field(description="When it is due.", examples=[_TIME])
    runs_at: AwareDatetime = Field(
        description="When it would run: when it is due, or at once where that is past.",
        examples=[_TIME],
    )
    deadline: AwareDatetime | None = Field(
        description="The last moment it is worth sending; null for ever.", examples=[_LATER]
    )
    waits_until: AwareDatetime | None = Field(
        description="Until when its last message would wait.", examples=[_LATER]
    )
    waits_for: str | None = Field(
        description="What for: `quiet-hours` or `digest`.", examples=["quiet-hours"]
    )


class TrialMessage(Answer):
    """One message to one recipient."""

    recipient: str = Field(description="Who, within the action.", examples=["invitee"])
    channel: str = Field(description="How.", examples=["email"])
    address: str = Field(description="Where to.", examples=["ada@example.com"])
    sends_at: AwareDatetime | None = Field(
        description="When it would go; null where it can't.", examples=[_LATER]
    )
    waits_for: str | None = Field(description="What it waits for.", examples=["quiet-hours"])
    reason: str | None = Field(
        description="Why it waits, or can't be sent.", examples=["quiet hours of the recipient"]
    )
    content: dict[str, Any] = Field(
        description="The content, secrets masked; a text with its `segments`, a webhook with "
        "`payload` and `headers`, an update with `fields`.",
        examples=[{"subject": "Hello Ada", "message": "See you soon"}],
    )


class TriedAction(Answer):
    """What one action would do."""

    name: str = Field(description="The action.", examples=["Say hello"])
    type: str = Field(description="Its type.", examples=["send_email"])
    status: Status = Field(
        description="`waits`: it would be sent later than the workflow runs. `invalid`: its "
        "content can't be made, or there is nobody to send it to.",
        examples=["would_run"],
    )
    reason: str | None = Field(
        description="Why not, or why later.", examples=["conditions not met"]
    )
    conditions: list[Any] = Field(
        description="Every rule with the value it saw.",
        examples=[[{"operator": "AND", "holds": True, "rules": []}]],
    )
    rendered: dict[str, Any] = Field(
        description="The content of the first message.", examples=[{"subject": "Hello Ada"}]
    )
    timing: TrialTiming = Field(description="When.")
    messages: list[TrialMessage] = Field(description="One per recipient, at most 20.")
    more_messages: int = Field(description="How many more there are.", examples=[0])


class TrialTotals(Answer):
    """How many actions would do what."""

    would_run: int = Field(description="At once.", examples=[2])
    waits: int = Field(description="Later.", examples=[0])
    skipped: int = Field(description="Not at all.", examples=[1])
    invalid: int = Field(description="Can't.", examples=[0])
    messages: int = Field(description="Messages that would be sent.", examples=[2])


class TrialBooking(Answer):
    """The booking of a trial."""

    source: Literal["made_up", "given", "now", "recorded"] = Field(
        description="`now`: as it is in the database. `recorded`: it is gone, and is made of what "
        "the execution saw of it.",
        examples=["made_up"],
    )
    id: str = Field(description="Its id.", examples=["sample-1"])
    note: str | None = Field(description="What to know of it.", examples=["as it is now"])
    recorded_fields: list[str] = Field(
        description="The fields that were recorded.", examples=[["invitee_email"]]
    )


class PlainTrial(Answer):
    """What a workflow would do."""

    workflow: str = Field(description="The workflow.", examples=["hello"])
    workflow_version: str = Field(description="Version of its spec.", examples=["3f2a9c01b7de"])
    trigger: str = Field(description="Kind of event.", examples=["booking_created"])
    booking_id: str = Field(description="The booking.", examples=["sample-1"])
    matches: bool = Field(description="Whether the workflow would run at all.", examples=[True])
    reason: str | None = Field(description="Why not.", examples=["the workflow is not active"])
    due_at: AwareDatetime = Field(description="When it is due.", examples=[_TIME])
    runs_at: AwareDatetime = Field(description="When it would run.", examples=[_TIME])
    actions: list[TriedAction] = Field(description="In their order, whether or not it matches.")
    totals: TrialTotals = Field(description="Of the actions.")
    duration_ms: float = Field(description="How long the trial took.", examples=[4.2])


class LiveDelivery(Answer):
    """One message of a live test."""

    action: str = Field(description="The action.", examples=["Say hello"])
    recipient: str = Field(description="Whom it would have gone to.", examples=["invitee"])
    channel: str = Field(description="How.", examples=["email"])
    address: str = Field(description="Where it went.", examples=["olive@example.org"])
    status: Literal["sent", "failed", "not_sent"] = Field(
        description="How it went.", examples=["sent"]
    )
    reason: str | None = Field(
        description="Why not.", examples=["BOOKFLOW_TEST_RECIPIENTS lists no phone number"]
    )
    provider_id: str | None = Field(description="The provider's id.", examples=["SM12"])
    details: dict[str, Any] = Field(
        description="What the provider said.", examples=[{"status": 250}]
    )
    content: dict[str, Any] = Field(
        description="What was sent, secrets masked.", examples=[{"subject": "[Test] Hello Ada"}]
    )


class Trial(PlainTrial):
    """What a workflow would do, or in a live test did."""

    mode: Mode = Field(description="How it was tried.", examples=["mock_data"])
    booking: TrialBooking = Field(description="What it was tried on.")
    deliveries: list[LiveDelivery] | None = Field(
        None, description="Of a live test: what was sent where."
    )


class TrialChange(Answer):
    """One thing that differs."""

    field: str = Field(description="What.", examples=["payload.segment"])
    recipient: str | None = Field(description="In whose message.", examples=["invitee"])
    before: Any = Field(description="With the saved spec.", examples=["team"])
    after: Any = Field(description="With the edited one.", examples=["person"])


class ActionDifference(Answer):
    """What differs in one action."""

    name: str = Field(description="The action.", examples=["Say hello"])
    type: str = Field(description="Its type.", examples=["send_email"])
    change: Literal["same", "changed", "added", "removed"] = Field(
        description="Whether anything does.", examples=["changed"]
    )
    changes: list[TrialChange] = Field(description="Each thing.")


class TrialDifference(Answer):
    """What an edit would change."""

    is_changed: bool = Field(description="Whether anything differs.", examples=[True])
    workflow: list[TrialChange] = Field(description="Of the workflow as a whole.")
    actions: list[ActionDifference] = Field(description="Of each action.")


class ReplayedEvent(Answer):
    """The past event."""

    trigger: str = Field(description="Its kind.", examples=["booking_created"])
    occurred_at: AwareDatetime = Field(description="When it happened.", examples=[_TIME])


class WhatIf(Answer):
    """A past event with the saved spec and with an edited one."""

    workflow: str = Field(description="The workflow.", examples=["hello"])
    event: ReplayedEvent = Field(description="What happened.")
    booking: TrialBooking = Field(description="The booking, and as of when.")
    before: PlainTrial = Field(description="With the saved spec.")
    after: PlainTrial = Field(description="With the edited spec.")
    difference: TrialDifference = Field(description="What differs.")


class BulkAction(Answer):
    """What one action would do, in short."""

    name: str = Field(description="The action.", examples=["Say hello"])
    type: str = Field(description="Its type.", examples=["send_email"])
    status: Status = Field(description="What it would do.", examples=["would_run"])
    reason: str | None = Field(description="Why.", examples=["conditions not met"])


class BulkTrial(Answer):
    """How one workflow did."""

    workflow_id: str = Field(description="The workflow.", examples=["hello"])
    name: str = Field(description="Its name.", examples=["Hello"])
    outcome: Literal["passed", "skipped", "not_matching", "failed", "not_run"] = Field(
        description="`skipped`: every action is. `failed`: the content of one can't be made. "
        "`not_run`: no time was left.",
        examples=["passed"],
    )
    reason: str | None = Field(description="Why.", examples=["the workflow is not active"])
    due_at: AwareDatetime | None = Field(description="When it is due.", examples=[_TIME])
    totals: TrialTotals | None = Field(description="Of its actions.")
    actions: list[BulkAction] = Field(description="In their order.")
    duration_ms: float = Field(description="How long it took.", examples=[3.1])


class BulkTotals(Answer):
    """How many workflows did how."""

    workflows: int = Field(description="All of them.", examples=[12])
    passed: int = Field(description="Would send something.", examples=[10])
    skipped: int = Field(description="Would skip everything.", examples=[1])
    not_matching: int = Field(description="Would not run.", examples=[1])
    failed: int = Field(description="Can't make their content.", examples=[0])
    not_run: int = Field(description="Were not tried.", examples=[0])


class BulkTest(Answer):
    """How many workflows did."""

    mode: Mode = Field(description="How they were tried.", examples=["mock_data"])
    results: list[BulkTrial] = Field(description="One per workflow.")
    totals: BulkTotals = Field(description="Of all.")
    duration_ms: float = Field(description="How long it took.", examples=[41.0])


class RuntimeCheck(Answer):
    """One check of what a spec needs around it."""

    name: str = Field(
        description="`connections`, `event_types`, `names`, `dag`, `endpoints`, `recipients`, "
        "`webhook_hosts` or `quiet_hours`.",
        examples=["connections"],
    )
    status: Literal["ok", "warning", "error", "skipped"] = Field(
        description="How it went.", examples=["error"]
    )
    message: str = Field(
        description="What was found.",
        examples=["the action `Tell the CRM` needs the connection `crm`"],
    )
    advice: str | None = Field(description="What to do.", examples=["make it in Airflow"])


class ValidateRequest(_Draft):
    """A spec to validate: `spec`, `yaml`, or the spec itself as the whole body."""

    model_config = ConfigDict(
        extra="allow", json_schema_extra={"examples": [{"spec": EXAMPLE_SPEC}]}
    )


REQUESTS: tuple[type[BaseModel], ...] = (
    TrialOptions, WhatIfRequest, BulkTestRequest, ValidateRequest,
)  # fmt: skip
