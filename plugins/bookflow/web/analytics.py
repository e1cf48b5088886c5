"""How well it goes: figures by time, workflow, action, cause and endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import JSONResponse

from bookflow.errors import NotFoundError
from bookflow.journey.management.describing import figures_of
from bookflow.ports.reports import ExecutionFilter
from bookflow.web.analytics_questions import PERIOD_KEYS, ActivityDep, PeriodDep, QuestionDep
from bookflow.web.analytics_schemas import (
    ActionAnswer,
    ActivityAnswer,
    CauseAnswer,
    Comparison,
    EndpointAnswer,
    PerformanceStats,
    TrendAnswer,
    WorkflowRanking,
    WorkflowReport,
)
from bookflow.web.deps import RightsDep, require_reading
from bookflow.web.lifecycle import RuntimeDep
from bookflow.web.naming import name_workflows, with_names
from bookflow.web.reading import refuse_unknown
from bookflow.web.schemas import PROBLEMS_OF_READS

if TYPE_CHECKING:
    from bookflow.web.lifecycle import Runtime

router = APIRouter(
    tags=["Analytics"],
    dependencies=[Depends(require_reading)],
    responses=PROBLEMS_OF_READS,
)


@router.get(
    "/performance-stats",
    summary="Everything at a glance",
    response_model=None,
    responses={200: {"model": PerformanceStats, "description": "Figures of the period."}},
)
def get_performance(asked: QuestionDep, runtime: RuntimeDep) -> JSONResponse:
    """Give figures, latencies, trend, best and problematic workflows, and error patterns.

    Right to the row at this moment, over the workflows you may see. Executions count when they
    ended; what was cleaned up since counts on.
    """
    answer = runtime.management.analytics.tell_performance(asked)
    return JSONResponse(name_workflows(answer, runtime.specs))


@router.get(
    "/analytics/trends",
    summary="Success, volume and latency over time",
    response_model=None,
    responses={200: {"model": TrendAnswer, "description": "One point per hour, day or week."}},
)
def get_trends(asked: QuestionDep, runtime: RuntimeDep) -> JSONResponse:
    """Give figures per hour, day or week of a time zone, at most 1,000 points."""
    return JSONResponse(runtime.management.analytics.tell_trends(asked))


@router.get(
    "/analytics/activity",
    summary="What workflows did day by day",
    response_model=None,
    responses={200: {"model": ActivityAnswer, "description": "A count per workflow and day."}},
)
def get_activity(asked: ActivityDep, runtime: RuntimeDep) -> JSONResponse:
    """Give how many executions completed and failed on each of the last days, for small charts.

    Workflows that you may not see are left out; days without executions are zeros.
    """
    return JSONResponse(
        runtime.management.analytics.tell_activity(asked.period, asked.workflow_ids)
    )


@router.get(
    "/analytics/failures",
    summary="What actions failed of",
    response_model=None,
    responses={200: {"model": CauseAnswer, "description": "The most frequent causes first."}},
)
def get_failures(asked: QuestionDep, runtime: RuntimeDep) -> JSONResponse:
    """Give the causes of failed actions, where they struck, and how many there were over time."""
    answer = runtime.management.analytics.tell_causes(asked, "failed")
    return JSONResponse(name_workflows(answer, runtime.specs))


@router.get(
    "/analytics/skips",
    summary="What actions were skipped for",
    response_model=None,
    responses={200: {"model": CauseAnswer, "description": "The most frequent causes first."}},
)
def get_skips(asked: QuestionDep, runtime: RuntimeDep) -> JSONResponse:
    """Give the rules and other reasons that actions were skipped for, where and over time."""
    answer = runtime.management.analytics.tell_causes(asked, "skipped")
    return JSONResponse(name_workflows(answer, runtime.specs))


@router.get(
    "/analytics/endpoints",
    summary="How deliveries ended, by endpoint",
    response_model=None,
    responses={200: {"model": EndpointAnswer, "description": "The most failures first."}},
)
def get_endpoint_figures(asked: QuestionDep, runtime: RuntimeDep) -> JSONResponse:
    """Give how many deliveries each mail server, SMS provider and webhook took or refused."""
    return JSONResponse(runtime.management.analytics.tell_endpoints(asked))


@router.get(
    "/analytics/actions",
    summary="How actions ended",
    response_model=None,
    responses={200: {"model": ActionAnswer, "description": "By type, and by action."}},
)
def get_action_figures(asked: QuestionDep, runtime: RuntimeDep) -> JSONResponse:
    """Give figures per type of action, and per action with its causes."""
    answer = runtime.management.analytics.tell_actions(asked)
    return JSONResponse(name_workflows(answer, runtime.specs))


@router.get(
    "/analytics/workflows",
    summary="The best workflows, and those in trouble",
    response_model=None,
    responses={200: {"model": WorkflowRanking, "description": "Both lists."}},
)
def rank_workflows(asked: QuestionDep, runtime: RuntimeDep) -> JSONResponse:
    """Rank workflows by success, and say of those in trouble why."""
    answer = runtime.management.analytics.rank_workflows(asked)
    return JSONResponse(name_workflows(answer, runtime.specs))


@router.get(
    "/analytics/compare",
    summary="Compare two periods",
    response_model=None,
    responses={200: {"model": Comparison, "description": "Both, and the difference."}},
)
def compare_periods(asked: QuestionDep, runtime: RuntimeDep) -> JSONResponse:
    """Give figures and latencies of two periods, by default with the one just before."""
    return JSONResponse(runtime.management.analytics.tell_comparison(asked))


@router.get(
    "/workflows/{workflow_id}/execution-summary",
    summary="History and figures of a workflow",
    response_model=None,
    responses={200: {"model": WorkflowReport, "description": "Figures of the period."}},
)
def summarize_workflow(
    request: Request,
    workflow_id: Annotated[
        str, Path(description="Id of the workflow.", examples=["booking-confirmation"])
    ],
    asked: PeriodDep,
    runtime: RuntimeDep,
    rights: RightsDep,
) -> JSONResponse:
    """Give figures of one workflow, action by action, and its newest failures.

    One that was deleted keeps its figures.
    """
    refuse_unknown(request.query_params.keys(), PERIOD_KEYS)
    rights.require_reading(workflow_id)
    chosen = frozenset({workflow_id})
    known = runtime.reports.statistics(chosen)
    if not known and runtime.specs.get(workflow_id) is None:
        raise NotFoundError(f"there is no workflow `{workflow_id:.64}`")
    answer = runtime.management.analytics.summarize_workflow(workflow_id, asked.about(chosen))
    statistics = figures_of(known[0] if known else None)
    failures = _find_failures(runtime, workflow_id, asked.limit)
    named = name_workflows(answer, runtime.specs)
    return JSONResponse({**named, "statistics": statistics, "recent_failures": failures})


def _find_failures(runtime: Runtime, workflow_id: str, limit: int) -> list[dict[str, Any]]:
    wanted = ExecutionFilter(workflow_id=workflow_id, status="failed")
    found = runtime.reports.list_executions(wanted, limit=limit, cursor=None)
    return with_names(found.items, runtime.specs)
