"""Whether Airflow traces: `[traces] otel_on`, or a provider that an operator has set up."""

from __future__ import annotations

import sys

from bookflow.ports.tracing import SILENCE, Tracer


def find_tracer() -> Tracer:
    """Give the tracer of this process; where tracing is off that imports and costs nothing.

    Airflow itself imports OpenTelemetry's interface in every process, and puts its provider there
    when a process starts.
    """
    interface = sys.modules.get("opentelemetry.trace")
    if interface is None:
        return SILENCE
    provider = interface.get_tracer_provider()
    if isinstance(provider, interface.ProxyTracerProvider | interface.NoOpTracerProvider):
        return SILENCE
    # only where there is something to tell
    from bookflow.airflow_client.spans import SpanTracer

    return SpanTracer(provider)
