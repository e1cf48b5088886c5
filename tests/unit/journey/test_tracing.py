"""Spans tell what was done, as part of what, and nothing personal; off they cost nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from bookflow.airflow_client.spans import SpanTracer
from bookflow.domains.booking import BookingDomain
from bookflow.errors import PermanentDeliveryError
from bookflow.journey.acting import Actor
from bookflow.journey.intake import Incoming, Intake
from bookflow.journey.running import TaskRuntime
from bookflow.journey.sending import RetryPolicy
from bookflow.journey.tracing import TracedStore
from bookflow.ports.tracing import SILENCE
from bookflow.records import RunKey
from bookflow.settings import Settings
from bookflow.store.memory import MemoryStore
from tests.contract.conftest import NOW, Scene, make_booking

RUN = RunKey("bookflow-welcome", "run-1")


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracer(exporter: InMemorySpanExporter) -> Iterator[SpanTracer]:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield SpanTracer(provider)
    provider.shutdown()


def by_name(exporter: InMemorySpanExporter) -> dict[str, Any]:
    return {span.name: span for span in exporter.get_finished_spans()}


def test_nested_spans_belong_to_one_trace(tracer: Any, exporter: Any) -> None:
    with tracer.span("outer", workflow_id="w") as span:
        span.note(count=3)
        with tracer.span("inner"):
            headers = tracer.headers()
    found = by_name(exporter)
    outer, inner = found["bookflow.outer"], found["bookflow.inner"]
    assert inner.parent.span_id == outer.context.span_id
    assert dict(outer.attributes) == {"bookflow.workflow_id": "w", "bookflow.count": 3}
    trace_id, span_id = headers["traceparent"].split("-")[1:3]
    assert int(trace_id, 16) == outer.context.trace_id
    assert int(span_id, 16) == inner.context.span_id
    assert set(headers) == {"traceparent"}


def test_errors_tell_their_kind_and_no_text(tracer: Any, exporter: Any) -> None:
    for error in (PermanentDeliveryError("ada@example.com", code="smtp-550"), KeyError("secret")):
        with pytest.raises(type(error)), tracer.span("deliver"):
            raise error
    first, second = exporter.get_finished_spans()
    assert (first.status.description, second.status.description) == ("smtp-550", "KeyError")
    assert not first.status.is_ok
    assert "example" not in first.to_json()
    assert "secret" not in second.to_json()


def test_without_a_span_there_is_no_header(tracer: Any) -> None:
    assert tracer.headers() == {}
    assert SILENCE.headers() == {}


class Words:
    """An action that sends one message to the invitee, and sees what its headers would be."""

    effect = "deliver"

    def __init__(self, tracer: Any) -> None:
        self.tracer = tracer
        self.seen: list[dict[str, str]] = []

    def render(self, subject: Any, context: Any, facts: Any) -> list[Any]:
        from bookflow.records import Message

        return [Message("invitee", "email", "ida@example.org", {"text": "secret words"}, {})]

    def open_channel(self) -> Any:
        from contextlib import asynccontextmanager

        @asynccontextmanager
        async def opened() -> Any:
            yield self

        return opened()

    async def send(self, message: Any, delivery: Any, *, attempt: int) -> Any:
        from bookflow.records import Receipt

        self.seen.append(dict(self.tracer.headers()))
        return Receipt("m-1")


def test_a_run_is_told_from_claim_to_finish(tracer: Any, exporter: Any) -> None:
    from bookflow.journey.steps import Step, WorkflowFacts
    from bookflow.spec.conditions import compile_conditions

    store = MemoryStore()
    domain = BookingDomain(Settings())
    Scene(store).book(make_booking())
    traced: Any = TracedStore(store, tracer)
    actor = Actor(traced, domain, lambda: NOW, RetryPolicy(), tracer=tracer)
    runtime = TaskRuntime(traced, store, domain, None, lambda: NOW, actor, 10)  # type: ignore[arg-type]
    action = Words(tracer)
    facts = WorkflowFacts("welcome", "Welcome", "v1")
    step = Step(facts, "mail", "send_email", compile_conditions((), domain.vocabulary), action)  # type: ignore[arg-type]

    runtime.claim(facts, RUN, {})
    summary = runtime.act(step, RUN, is_last_try=True)
    runtime.finish(RUN, [("mail", "send_email")])

    assert summary.completed == 1
    found = by_name(exporter)
    assert {
        "bookflow.claim", "bookflow.load_jobs", "bookflow.act", "bookflow.gate",
        "bookflow.claim_deliveries", "bookflow.deliver", "bookflow.settle", "bookflow.finish",
    } <= set(found)  # fmt: skip
    assert found["bookflow.claim"].attributes["bookflow.executions"] == 1
    assert found["bookflow.finish"].attributes["bookflow.completed"] == 1
    act, deliver = found["bookflow.act"], found["bookflow.deliver"]
    for name in ("gate", "claim_deliveries", "deliver", "settle"):
        assert found[f"bookflow.{name}"].parent.span_id == act.context.span_id
    assert deliver.attributes["bookflow.channel"] == "email"
    [headers] = action.seen
    assert int(headers["traceparent"].split("-")[2], 16) == deliver.context.span_id
    told = json.dumps([json.loads(span.to_json()) for span in exporter.get_finished_spans()])
    for private in ("example.org", "Ida", "secret", "+1202", "b-1"):
        assert private not in told


def test_intake_is_told_with_what_it_refused(tracer: Any, exporter: Any) -> None:
    class Nothing:
        def matching(self, trigger: str, category: str | None) -> Iterator[Any]:
            return iter(())

        def get(self, workflow_id: str) -> None:
            return None

    intake = Intake(
        store=MemoryStore(),
        specs=Nothing(),
        domain=BookingDomain(Settings()),
        waker=None,  # type: ignore[arg-type]
        now=lambda: datetime(2026, 3, 1, tzinfo=UTC),
        tracer=tracer,
    )
    intake.receive([Incoming("booking_created", subject_id="b-404")])
    [span] = exporter.get_finished_spans()
    assert dict(span.attributes) == {"bookflow.events": 1, "bookflow.refused": 1}
    assert "b-404" not in span.to_json()


CHECK = """
import sys
import bookflow.dagrun.operators
from bookflow.airflow_client.tracing import find_tracer
from bookflow.ports.tracing import SILENCE
{before}
found = find_tracer()
print(found is SILENCE, "bookflow.airflow_client.spans" in sys.modules,
      "bookflow.journey.tracing" in sys.modules)
"""
ON = "from opentelemetry import trace; from opentelemetry.sdk.trace import TracerProvider; "
ON += "trace.set_tracer_provider(TracerProvider(shutdown_on_exit=False))"


@pytest.mark.airflow
@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "said"), [("", "True False False"), (ON, "False True False")], ids=["off", "on"]
)
def test_tracing_that_is_off_is_never_imported_in_a_task(before: str, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHECK.format(before=before)],
        capture_output=True, text=True, check=True, timeout=100,
    )  # fmt: skip
    assert done.stdout.split("\n")[-2] == said
