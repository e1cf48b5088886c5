"""Figures for Prometheus: of the database, of the specs, and of this process's own requests."""

from __future__ import annotations

import time
from collections.abc import Iterator

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bookflow.journey.watching import Sight, take_sight
from bookflow.web.deps import VisibilityDep, require_reading
from bookflow.web.lifecycle import RuntimeDep
from bookflow.web.schemas import PROBLEMS_OF_READS

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
OTHER = "other"
EXAMPLE = """\
# HELP bookflow_executions_due Executions that wait for a run though their time has come.
# TYPE bookflow_executions_due gauge
bookflow_executions_due 3.0
"""

router = APIRouter(prefix="/metrics", tags=["Health"], responses=PROBLEMS_OF_READS)


class RequestMeter:
    """Counts the requests of one app, by route and outcome, with how long they took."""

    def __init__(self) -> None:
        """Begin at zero, in a registry of its own."""
        self.registry = CollectorRegistry()
        self._durations = Histogram(
            "bookflow_http_request_duration_seconds",
            "How long requests of this API server process took.",
            ("method", "route", "status"),
            buckets=BUCKETS,
            registry=self.registry,
        )

    def observe(self, scope: Scope, status: int, seconds: float) -> None:
        """Count one request; what callers choose freely makes no label of its own."""
        route = getattr(scope.get("route"), "path_format", OTHER)
        method = scope["method"] if scope["method"] in METHODS else OTHER
        self._durations.labels(method, route, f"{status // 100}xx").observe(seconds)


class RequestClock:
    """Measures each request up to the end of its answer."""

    def __init__(self, app: ASGIApp, meter: RequestMeter) -> None:
        """Wrap the app."""
        self._app = app
        self._meter = meter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        started = time.perf_counter()

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            self._meter.observe(scope, status, time.perf_counter() - started)


@router.get(
    "",
    summary="Get figures for Prometheus",
    response_model=None,
    response_class=Response,
    dependencies=[Depends(require_reading)],
    responses={
        200: {
            "description": "Figures of this moment, in Prometheus' text format.",
            "content": {"text/plain": {"schema": {"type": "string"}, "example": EXAMPLE}},
        }
    },
)
def get_metrics(request: Request, runtime: RuntimeDep, visibility: VisibilityDep) -> Response:
    """Give figures of the queue, deliveries, endpoints, the clock, specs and requests.

    Who may see some workflows only gets the figures of these, and none of the whole.
    """
    management = runtime.management
    sight = take_sight(management.store, visibility.workflow_ids, now=management.now())
    registry = CollectorRegistry()
    registry.register(_Shown(_executions(sight)))
    content = b""
    if sight.vitals is not None:
        scan = management.specs.refresh(max_age=float("inf"))
        registry.register(_Shown(_vitals(sight)))
        registry.register(_Shown(_specs(len(scan.workflows), len(scan.errors))))
        meter: RequestMeter = request.app.state.meter
        content = generate_latest(meter.registry)
    return Response(generate_latest(registry) + content, media_type=CONTENT_TYPE_LATEST)


class _Shown(Collector):
    """Gives metrics that were computed already."""

    def __init__(self, metrics: Iterator[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterator[Metric]:
        return iter(self._metrics)


def _executions(sight: Sight) -> Iterator[Metric]:
    created = CounterMetricFamily(
        "bookflow_executions_created", "Executions that were ever queued.", labels=("workflow",)
    )
    # a retry takes one out of `failed` again, which no counter may do
    ended = GaugeMetricFamily(
        "bookflow_executions_ended",
        "Executions by how they stand ended.",
        labels=("workflow", "status"),
    )
    for one in sight.workflows:
        created.add_metric((one.workflow_id,), one.created)
        ended.add_metric((one.workflow_id, "completed"), one.completed)
        ended.add_metric((one.workflow_id, "failed"), one.failed)
        ended.add_metric((one.workflow_id, "cancelled"), one.cancelled)
    yield created
    yield ended


def _vitals(sight: Sight) -> Iterator[Metric]:
    vitals = sight.vitals
    if vitals is None:
        return
    yield _gauge("executions_pending", "Executions that wait for their time.", vitals.pending)
    yield _gauge(
        "executions_due", "Executions that wait for a run though their time has come.", vitals.due
    )
    yield _gauge(
        "oldest_due_seconds",
        "For how long the oldest execution that is due has been waiting.",
        sight.overdue_seconds,
    )
    yield _gauge("executions_running", "Executions that a run works on.", vitals.running)
    yield _gauge(
        "events_unmatched", "Changes of bookings that wait to be matched.", vitals.unmatched_events
    )
    if sight.clock_lag_seconds is not None:
        lag = sight.clock_lag_seconds
        yield _gauge("clock_lag_seconds", "How long ago the clock ticked.", lag)
    deliveries = GaugeMetricFamily(
        "bookflow_deliveries", "Deliveries by channel and status.", labels=("channel", "status")
    )
    for (channel, status), count in sorted(vitals.deliveries.items()):
        deliveries.add_metric((channel, status), count)
    yield deliveries
    endpoints = GaugeMetricFamily(
        "bookflow_endpoints",
        "Endpoints by channel and the state of their circuit.",
        labels=("channel", "state"),
    )
    for (channel, state), count in sorted(vitals.endpoints.items()):
        endpoints.add_metric((channel, state), count)
    yield endpoints


def _specs(valid: int, invalid: int) -> Iterator[Metric]:
    specs = GaugeMetricFamily(
        "bookflow_specs", "Spec files that this process knows.", labels=("state",)
    )
    specs.add_metric(("valid",), valid)
    specs.add_metric(("invalid",), invalid)
    yield specs


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"bookflow_{name}", text, value=value)
