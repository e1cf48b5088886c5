"""Spans through OpenTelemetry, as Airflow has set it up. Imported only where tracing is on."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from opentelemetry.trace import Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from bookflow.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.trace import Span as OtelSpan
    from opentelemetry.trace import TracerProvider

    from bookflow.ports.tracing import Attribute, Span

PARENT = "traceparent"


class SpanTracer:
    """The `Tracer` on an OpenTelemetry provider."""

    def __init__(self, provider: TracerProvider) -> None:
        """Take the provider that Airflow or the operator has set up."""
        self._tracer = provider.get_tracer("bookflow")
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def span(self, name: str, **attributes: Attribute) -> Iterator[Span]:
        """Begin a span; of an error its kind alone is told, as texts may hold personal data."""
        named = {f"bookflow.{key}": value for key, value in attributes.items()}
        with self._tracer.start_as_current_span(
            f"bookflow.{name}",
            attributes=named,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield _OpenSpan(span)
            except BaseException as error:
                code = error.code if isinstance(error, DeliveryError) else type(error).__name__
                span.set_attribute("error.type", code)
                span.set_status(Status(StatusCode.ERROR, code))
                raise

    def headers(self) -> dict[str, str]:
        """Give the `traceparent` of the span under way, and nothing else."""
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier)
        return {PARENT: carrier[PARENT]} if PARENT in carrier else {}


class _OpenSpan:
    def __init__(self, span: OtelSpan) -> None:
        self._span = span

    def note(self, **attributes: Attribute) -> None:
        """Add what is known by now."""
        for key, value in attributes.items():
            self._span.set_attribute(f"bookflow.{key}", value)
