"""The shapes of workflows in requests and answers, for the API's description."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bookflow.web.event_schemas import Booking, Key
from bookflow.web.schemas import Answer, Execution, SpecIssue

_COMMIT = "9f8e7d6c5b4a39281706f5e4d3c2b1a098765432"
_VERSION = "3f2a9c01b7de"
_TIME = "2026-03-01T14:30:00Z"
EXAMPLE_ACTION: dict[str, Any] = {
    "name": "Say hello",
    "type": "send_email",
    "recipient": "invitee",
    "subject": "See you on {{ start_time | date }}",
    "message": "Hello {{ invitee_name }}",
}
EXAMPLE_SPEC: dict[str, Any] = {
    "id": "hello",
    "organizer": "olive@example.org",
    "name": "Hello",
    "trigger": "booking_created",
    "actions": [EXAMPLE_ACTION],
}
EXAMPLE_YAML = """\
id: hello
organizer: olive@example.org
name: Hello
trigger: booking_created
actions:
  - name: Say hello
    type: send_email
    recipient: invitee
    subject: See you on {{ start_time | date }}
    message: Hello {{ invitee_name }}
"""
_DIFF = "--- a/hello.yaml\n+++ b/hello.yaml\n@@ -3 +3 @@\n-name: Hello\n+name: Hello there\n"


class Figures(Answer):
    """How often something ran, and how well."""

    total_executions: int = Field(description="Of every status.", examples=[120])
    successful_executions: int = Field(description="Those that completed.", examples=[118])
    failed_executions: int = Field(description="Those that failed.", examples=[2])
    success_rate: float | None = Field(
        description="Per cent of what completed or failed; null before the first.",
        examples=[98.33],
    )
    last_executed_at: AwareDatetime | None = Field(
        description="When one last began.", examples=[_TIME]
    )


class ActionHead(Answer):
    """An action in short; what can't be read of an invalid file is null."""

    name: str | None = Field(description="Its name.", examples=["Say hello"])
    type: str | None = Field(description="Its type.", examples=["send_email"])
    order: int | None = Field(
        description="Its place, where the spec gives one; equal ones run side by side.",
        examples=[1],
    )
    is_active: bool | None = Field(description="Whether it runs at all.", examples=[True])


class WorkflowSummary(Answer):
    """A workflow in short; what can't be read of an invalid file is null."""

    id: str = Field(
        description="Its id; of a file that gives none, the file's name.", examples=["hello"]
    )
    name: str | None = Field(description="What it is called.", examples=["Hello"])
    description: str | None = Field(description="Free text.", examples=["Greets new invitees"])
    organizer: str | None = Field(description="Who owns it.", examples=["olive@example.org"])
    trigger: str | None = Field(description="Kind of event.", examples=["booking_created"])
    event_types: list[str] | None = Field(
        description="Event types it takes; null for each.", examples=[["intro-call"]]
    )
    delay_minutes: int | None = Field(description="How long it waits.", examples=[0])
    is_active: bool | None = Field(description="Whether it matches anything.", examples=[True])
    state: Literal["active", "inactive", "invalid"] = Field(
        description="`invalid` ones run nothing until `errors` are mended.", examples=["active"]
    )
    version: str = Field(
        description="First 12 hex digits of the SHA-256 of the file; also the `ETag`.",
        examples=[_VERSION],
    )
    path: str = Field(description="The file, within the folder of specs.", examples=["hello.yaml"])
    updated_at: AwareDatetime = Field(description="When the file changed.", examples=[_TIME])
    actions: list[ActionHead] = Field(description="Its actions, in the order of the file.")
    statistics: Figures = Field(description="How often it ran, and how well.")
    errors: list[SpecIssue] = Field(description="What is wrong with the file.")
    warnings: list[SpecIssue] = Field(description="What is legal, but probably not meant.")


class WorkflowList(Answer):
    """A page of workflows."""

    workflows: list[WorkflowSummary] = Field(description="At most `limit`.")
    next_cursor: str | None = Field(
        description="Pass it as `cursor` for the next page; null on the last.",
        examples=["WyJpZCIsImhlbGxvIl0"],
    )


class Workflow(WorkflowSummary):
    """A workflow with its spec."""

    spec: dict[str, Any] | None = Field(
        description="What the file says, as data; null where it is no mapping.",
        examples=[EXAMPLE_SPEC],
    )
    yaml: str = Field(description="The text of the file.", examples=[EXAMPLE_YAML])


class SavedWorkflow(Workflow):
    """A workflow after a change; after it was deleted, as it was."""

    saved: bool = Field(
        description="False for a `dry_run`, and where there was nothing to change.",
        examples=[True],
    )
    commit: str | None = Field(
        description="The commit that holds the change; null without git.", examples=[_COMMIT]
    )
    diff: str = Field(description="What changed in the file (unified diff).", examples=[_DIFF])


class WorkflowAction(ActionHead):
    """An action of a workflow."""

    spec: dict[str, Any] = Field(description="What the file says of it.", examples=[EXAMPLE_ACTION])
    statistics: Figures = Field(description="How often it ran, and how well.")


class ActionList(Answer):
    """The actions of a workflow."""

    actions: list[WorkflowAction] = Field(description="In the order of the file.")


class WorkflowVersion(Answer):
    """One state of a workflow's file in history."""

    commit: str = Field(description="The commit that made it so.", examples=[_COMMIT])
    version: str | None = Field(
        description="Its version; null where the file was deleted.", examples=[_VERSION]
    )
    author: str = Field(description="Who made it so.", examples=["olive"])
    at: AwareDatetime = Field(description="When.", examples=[_TIME])
    message: str = Field(description="What was changed.", examples=["hello: change name"])
    is_current: bool = Field(description="Whether it is so now.", examples=[True])
    is_deleted: bool = Field(description="Whether the file was deleted.", examples=[False])


class VersionList(Answer):
    """A page of versions, newest first; empty where the specs are not in git."""

    versions: list[WorkflowVersion] = Field(description="At most `limit`.")
    next_cursor: str | None = Field(
        description="Pass it as `cursor` for the next page; null on the last.",
        examples=[_COMMIT],
    )


class VersionText(Answer):
    """What the file of a workflow said at a commit."""

    commit: str = Field(description="The commit asked for.", examples=[_COMMIT])
    yaml: str = Field(description="The text of the file then.", examples=[EXAMPLE_YAML])
    diff: str = Field(description="What has changed since then (unified diff).", examples=[_DIFF])


class Difference(Answer):
    """What changed in the file of a workflow."""

    diff: str = Field(description="Unified diff; empty for no change.", examples=[_DIFF])


class StartedExecution(Answer):
    """An execution that was asked for by hand."""

    duplicate: bool = Field(
        description="Whether the same idempotency key made it before.", examples=[False]
    )
    execution: Execution = Field(description="The execution; its messages follow.")


class BulkError(Answer):
    """Why one workflow was not changed."""

    type: str = Field(description="Kind of problem.", examples=["not-found"])
    message: str = Field(
        description="What is wrong, and what to do.", examples=["there is no workflow `hullo`"]
    )


class BulkResult(Answer):
    """What became of one workflow."""

    id: str = Field(description="The workflow.", examples=["hello"])
    status: Literal["changed", "unchanged", "refused"] = Field(
        description="`unchanged` was so before; with `dry_run` what would become of it.",
        examples=["changed"],
    )
    version: str | None = Field(
        description="Its version now; with `dry_run` the one it would have.", examples=[_VERSION]
    )
    commit: str | None = Field(
        description="Its commit; null without git, and where nothing was saved.",
        examples=[_COMMIT],
    )
    error: BulkError | None = Field(description="Why it was refused.")


class BulkAnswer(Answer):
    """What became of each workflow, in the order they were named, or by id."""

    results: list[BulkResult] = Field(description="One per workflow.")


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DuplicateRequest(_Request):
    """What to call the copy."""

    id: str = Field(description="Id of the copy.", examples=["hello-again"])
    name: str | None = Field(
        None,
        description="Its name; that of the original and `(copy)` where absent.",
        examples=["Hello again"],
    )


class RestoreRequest(_Request):
    """What to go back to."""

    commit: str = Field(description="A `commit` of its versions.", examples=[_COMMIT])


class ReorderRequest(_Request):
    """In what order the actions run."""

    order: list[str | list[str]] = Field(
        description="The name of every action once; those of an inner list run side by side.",
        examples=[["Say hello", ["Text", "Tell the CRM"]]],
    )


class ExecuteRequest(_Request):
    """What to run a workflow for; give `booking` or `booking_id`."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"booking_id": "bk-2041"}]}
    )

    booking: Booking | None = Field(None, description="The booking as it is now.")
    booking_id: str | None = Field(
        None, description="Instead of `booking`: one that is known already.", examples=["bk-2041"]
    )
    idempotency_key: Key = None


class BulkFilter(_Request):
    """Which workflows to change, as in `GET /workflows`."""

    trigger: str | None = Field(None, description="Of this trigger.", examples=["manual"])
    organizer: str | None = Field(None, description="Of this owner.", examples=["ana@example.com"])
    state: Literal["active", "inactive", "invalid"] | None = Field(
        None, description="In this state.", examples=["active"]
    )
    is_active: bool | None = Field(None, description="Active or not.", examples=[True])
    event_type: str | None = Field(
        None, description="That take this event type.", examples=["intro-call"]
    )
    search: str | None = Field(None, description="That mention this.", examples=["survey"])


class BulkChange(_Request):
    """What to change."""

    is_active: bool = Field(description="Whether they match anything.", examples=[False])


class BulkRequest(_Request):
    """Which workflows to change, and how; give `ids` or `filter`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"ids": ["hello"], "change": {"is_active": False}}]},
    )

    ids: list[str] | None = Field(
        None, max_length=500, description="These workflows.", examples=[["hello"]]
    )
    filter: BulkFilter | None = Field(None, description="Those that fit, at most 500.")
    change: BulkChange = Field(description="The change.")


REQUESTS: tuple[type[BaseModel], ...] = (
    DuplicateRequest,
    RestoreRequest,
    ReorderRequest,
    ExecuteRequest,
    BulkRequest,
)
