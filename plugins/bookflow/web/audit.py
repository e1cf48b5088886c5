"""The audit trail, for admins: who changed what, and when."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, Field

from bookflow.actions.masking import mask_data
from bookflow.ports.audit import AuditFilter
from bookflow.web.deps import require_admin
from bookflow.web.lifecycle import RuntimeDep
from bookflow.web.paging import PAGE_SIZE, Cursor, Limit, read_period
from bookflow.web.reading import read_query_text, refuse_unknown
from bookflow.web.schemas import PROBLEMS_OF_READS, Answer

QUERY_KEYS = ("actor", "what", "subject", "since", "until", "limit", "cursor")

router = APIRouter(
    prefix="/audit",
    tags=["Audit"],
    dependencies=[Depends(require_admin)],
    responses=PROBLEMS_OF_READS,
)


class AuditItem(Answer):
    """One change."""

    id: int = Field(description="Grows with each change.", examples=[4711])
    at: AwareDatetime = Field(description="When, in UTC.", examples=["2026-03-01T12:00:00+00:00"])
    actor: str = Field(
        description="`user:<name>`, or `workflow:<id>` that updated a booking.",
        examples=["user:olive"],
    )
    what: str = Field(description="The kind of change.", examples=["workflow.updated"])
    subject: str | None = Field(
        description="What was changed: the id of a workflow or booking, the key of an endpoint.",
        examples=["welcome"],
    )
    execution_id: str | None = Field(
        description="The execution it belongs to.",
        examples=["01957b2e-7c1a-7f00-8000-000000000001"],
    )
    action: str | None = Field(
        description="The action that updated the booking.", examples=["Note the link"]
    )
    before: Any = Field(
        description="How it stood; null where it did not exist.",
        examples=[{"version": "3f0c5a1be2d4", "spec": {"is_active": True}}],
    )
    after: Any = Field(
        description="How it stands since; null where it no longer exists.",
        examples=[{"version": "9ad81c40f7b6", "spec": {"is_active": False}}],
    )


class AuditList(Answer):
    """One page of the audit trail."""

    entries: list[AuditItem] = Field(description="Newest first.")
    next_cursor: str | None = Field(
        description="Give it as `cursor` for the next page; null on the last.",
        examples=["WyIyMDI2LTAzLTAxIiw3XQ"],
    )


def read_filter(
    request: Request,
    actor: Annotated[
        str | None, Query(description="Only by this user or workflow.", examples=["olive"])
    ] = None,
    what: Annotated[
        str | None, Query(description="Only such changes.", examples=["workflow.updated"])
    ] = None,
    subject: Annotated[
        str | None,
        Query(description="Only of this workflow, booking or endpoint.", examples=["welcome"]),
    ] = None,
    since: Annotated[
        str | None,
        Query(
            description="Only at or after this time (ISO 8601 with offset).",
            examples=["2026-03-01T00:00:00+01:00"],
        ),
    ] = None,
    until: Annotated[
        str | None,
        Query(
            description="Only before this time (ISO 8601 with offset).",
            examples=["2026-03-02T00:00:00Z"],
        ),
    ] = None,
) -> AuditFilter:
    """Read the filters of the list; raises `InputError` for what can't be meant."""
    refuse_unknown(request.query_params.keys(), QUERY_KEYS)
    first, last = read_period(since, until)
    return AuditFilter(
        actor=read_query_text("actor", actor),
        what=read_query_text("what", what),
        subject_id=read_query_text("subject", subject),
        since=first,
        until=last,
    )


@router.get(
    "",
    summary="List changes",
    response_model=None,
    responses={200: {"model": AuditList, "description": "One page, newest first."}},
)
def list_audit(
    wanted: Annotated[AuditFilter, Depends(read_filter)],
    runtime: RuntimeDep,
    limit: Limit = PAGE_SIZE,
    cursor: Cursor = None,
) -> JSONResponse:
    """List who changed what: workflows, executions, endpoints, bookings and all else.

    Values of keys that usually hold secrets are masked. Rows are kept for as long as
    `BOOKFLOW_AUDIT_DAYS` says, longer than the executions they name.
    """
    found = runtime.management.store.list_audit(
        wanted, limit=limit, cursor=read_query_text("cursor", cursor)
    )
    entries = [_show(item) for item in found.items]
    return JSONResponse({"entries": entries, "next_cursor": found.next_cursor})


def _show(item: Any) -> dict[str, Any]:
    return {**item, "before": mask_data(item["before"]), "after": mask_data(item["after"])}
