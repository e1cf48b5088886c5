"""Executions as a file: CSV or JSON lines, streamed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from bookflow.journey.exporting import Page, read_pages, write_csv, write_json_lines
from bookflow.web.deps import limit_exports, require_reading
from bookflow.web.executions import FILTER_KEYS, FilterDep, OrderDep
from bookflow.web.lifecycle import RuntimeDep
from bookflow.web.naming import with_names
from bookflow.web.reading import refuse_unknown
from bookflow.web.schemas import PROBLEMS_OF_READS

EXPORT_KEYS = (*FILTER_KEYS, "format", "include")
MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}

router = APIRouter(
    prefix="/executions",
    tags=["Executions"],
    dependencies=[Depends(require_reading)],
    responses=PROBLEMS_OF_READS,
)


def refuse_unknown_keys(request: Request) -> None:
    """Refuse parameters that the export does not have."""
    refuse_unknown(request.query_params.keys(), EXPORT_KEYS)


@router.get(
    "/export",
    summary="Export executions",
    response_model=None,
    response_class=StreamingResponse,
    dependencies=[Depends(refuse_unknown_keys), Depends(limit_exports)],
    responses={
        200: {
            "description": "The file. CSV has one row per execution, with `include=actions` one "
            "per action; JSON lines have one object per execution. A file that was cut short by "
            "an error ends without the end of its transfer.",
            "content": {
                "text/csv": {
                    "schema": {"type": "string"},
                    "example": "id,workflow_id,workflow_version\r\n01957b2e,welcome,3f2a9c1b\r\n",
                },
                "application/x-ndjson": {
                    "schema": {"type": "string"},
                    "example": '{"id":"01957b2e","workflow_id":"welcome","status":"completed"}\n',
                },
            },
        }
    },
)
def export_executions(
    wanted: FilterDep,
    order: OrderDep,
    runtime: RuntimeDep,
    format: Annotated[
        Literal["csv", "jsonl"], Query(description="Which file.", examples=["csv"])
    ] = "csv",
    include: Annotated[
        Literal["actions"] | None,
        Query(description="Also what became of each action.", examples=["actions"]),
    ] = None,
) -> StreamingResponse:
    """Export every execution that the filters of the list leave, however many there are.

    Cells that a spreadsheet would take for formulas begin with an apostrophe.
    """
    has_actions = include is not None
    found = read_pages(runtime.reports, wanted, order, has_actions=has_actions)
    pages = (with_names(page, runtime.specs) for page in found)
    # a database that is away is a 503, not a file that ends at once
    opened: Iterator[Page] = chain([next(pages)], pages)
    parts = (
        write_csv(opened, has_actions=has_actions) if format == "csv" else write_json_lines(opened)
    )
    headers = {
        "Content-Disposition": f'attachment; filename="executions.{format}"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(parts, media_type=MEDIA_TYPES[format], headers=headers)
