"""Monitoring: what is wrong just now, worded for whoever is woken by it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bookflow.errors import BookflowError
from bookflow.journey.wording import mask_reason
from bookflow.ports.endpoints import WEBHOOK, EndpointStatus
from bookflow.ports.upkeep import CLOCK, KEY_LIMIT, Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from bookflow.ports.endpoints import Endpoint, EndpointStore
    from bookflow.ports.upkeep import EndedTally, VitalStore
    from bookflow.ports.validation import DagStates
    from bookflow.settings import Settings

FAILURES = "failures"
SLOW = "slow"
WAITING = "waiting"
ENDPOINT = "endpoint"
SPEC = "spec"
CONFIGURATION = "configuration"
KINDS = (FAILURES, SLOW, WAITING, CLOCK, ENDPOINT, SPEC, CONFIGURATION)

CAUSES_HINT = "`GET /bookflow/api/v1/executions?status=failed` lists them, each with its reason."


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on something is wrong; the settings `BOOKFLOW_ALERT_…`."""

    window: timedelta
    failure_percent: float
    minimum: int
    execution_seconds: float
    wait: timedelta
    clock: timedelta
    endpoint: timedelta

    @classmethod
    def from_settings(cls, settings: Settings) -> Limits:
        """Read the thresholds."""
        return cls(
            window=timedelta(minutes=settings.alert_window_minutes),
            failure_percent=settings.alert_failure_percent,
            minimum=settings.alert_minimum,
            execution_seconds=settings.alert_execution_seconds,
            wait=timedelta(seconds=settings.alert_wait_seconds),
            clock=timedelta(seconds=settings.alert_clock_seconds),
            endpoint=timedelta(seconds=settings.alert_endpoint_seconds),
        )


@dataclass(frozen=True, slots=True)
class Monitor:
    """Looks at vital signs."""

    vitals: VitalStore
    endpoints: EndpointStore
    limits: Limits
    dags: DagStates

    def look(self, now: datetime) -> list[Finding]:
        """Give everything that is wrong by what the database tells."""
        ended = self.vitals.tally_ended(
            now - self.limits.window, now, slow_seconds=self.limits.execution_seconds
        )
        return [
            *self._find_schema(),
            *self._find_failures(ended),
            *self._find_slow(ended, now),
            *self._find_waiting(now),
            *self._find_clock(now),
            *self._find_endpoints(now),
        ]

    def _find_schema(self) -> Iterator[Finding]:
        state = self.vitals.check()
        if state["status"] != "healthy":
            yield Finding(
                CONFIGURATION,
                "database",
                "the bookflow database is not as this version needs it",
                f"{mask_reason(str(state.get('error') or 'unknown'))}. Until then some of what "
                "bookflow does fails.",
                Severity.CRITICAL,
            )

    def _find_failures(self, ended: list[EndedTally]) -> Iterator[Finding]:
        minutes = int(self.limits.window.total_seconds() // 60)
        for tally in ended:
            percent = 100 * tally.failed / tally.total
            if tally.total < self.limits.minimum or percent <= self.limits.failure_percent:
                continue
            causes = f" Most frequent causes: {', '.join(tally.causes)}." if tally.causes else ""
            yield Finding(
                FAILURES,
                tally.workflow_id,
                f"executions of `{tally.workflow_id}` fail",
                f"{tally.failed} of {tally.total} executions ({percent:.0f} %) failed in the last "
                f"{minutes} minutes.{causes} {CAUSES_HINT} Once the cause is mended they can be "
                "tried again.",
                Severity.CRITICAL if percent >= 90 else Severity.WARNING,
                workflow_id=tally.workflow_id,
                details={
                    "total": tally.total,
                    "failed": tally.failed,
                    "percent": round(percent, 1),
                    "causes": list(tally.causes),
                    "window_minutes": minutes,
                    "limit_percent": self.limits.failure_percent,
                    "limit_executions": self.limits.minimum,
                },
            )

    def _find_slow(self, ended: list[EndedTally], now: datetime) -> Iterator[Finding]:
        limit = self.limits.execution_seconds
        running = {
            one.workflow_id: one
            for one in self.vitals.tally_running(now - timedelta(seconds=limit))
        }
        slow = {one.workflow_id: one for one in ended if one.slow}
        for workflow_id in sorted({*running, *slow}):
            said, longest = [], 0.0
            if (still := running.get(workflow_id)) is not None:
                longest = (now - still.since).total_seconds()
                said.append(f"{still.count} are still at work, the oldest for {longest:.0f} s")
            if (over := slow.get(workflow_id)) is not None:
                longest = max(longest, over.longest)
                said.append(f"{over.slow} ended that took up to {over.longest:.0f} s")
            yield Finding(
                SLOW,
                workflow_id,
                f"executions of `{workflow_id}` take more than {limit:g} s",
                f"{'; '.join(said)}. Look for slow endpoints (`bookflow endpoints`), for a worker "
                "that is overloaded, and at the run's tasks in Airflow.",
                workflow_id=workflow_id,
                details={
                    "running": still.count if still else 0,
                    "ended": over.slow if over else 0,
                    "longest_seconds": round(longest, 1),
                    "limit_seconds": limit,
                },
            )

    def _find_waiting(self, now: datetime) -> Iterator[Finding]:
        for workflow_id, since in self.vitals.oldest_due(now - self.limits.wait).items():
            why = explain_waiting(self.dags, workflow_id)
            minutes = (now - since).total_seconds() / 60
            yield Finding(
                WAITING,
                workflow_id,
                f"what is due of `{workflow_id}` waits for a run",
                f"The oldest execution has been due for {minutes:.0f} minutes. {why}",
                Severity.CRITICAL,
                workflow_id=workflow_id,
                details={
                    "oldest_due_at": since.isoformat(),
                    "limit_seconds": self.limits.wait.total_seconds(),
                },
            )

    def _find_clock(self, now: datetime) -> Iterator[Finding]:
        ticked = self.vitals.last_tick()
        if ticked is not None and now - ticked <= self.limits.clock:
            return
        since = f"since {ticked:%Y-%m-%d %H:%M} UTC" if ticked else "ever"
        yield Finding(
            CLOCK,
            "clock",
            "the clock is late",
            f"The DAG `bookflow_clock` has not ticked {since}: no reminders are planned and "
            "nothing that was lost is taken up. Is it unpaused? Do its runs fail, or does none "
            "start?",
            Severity.CRITICAL,
            details={
                "ticked_at": ticked.isoformat() if ticked else None,
                "limit_seconds": self.limits.clock.total_seconds(),
            },
        )

    def _find_endpoints(self, now: datetime) -> Iterator[Finding]:
        for one in self.endpoints.list_endpoints(only_troubled=True):
            since = one.failing_since or one.disabled_at or one.last_failure_at
            is_disabled = one.state is EndpointStatus.DISABLED
            if not is_disabled and (since is None or now - since < self.limits.endpoint):
                continue
            found = describe_endpoint(one, since, is_disabled=is_disabled)
            limit = {"limit_seconds": self.limits.endpoint.total_seconds()}
            yield replace(found, details={**found.details, **limit})


def explain_waiting(dags: DagStates, workflow_id: str) -> str:
    """Say why no run of a workflow starts, as far as Airflow tells."""
    try:
        state = dags.look_up(workflow_id)
    except BookflowError as error:
        return f"Airflow could not be asked why: {mask_reason(str(error))}."
    if not state.is_known:
        return (
            f"Airflow knows no DAG `{state.dag_id}`: look at its import errors, and whether the "
            "dag-processor runs."
        )
    if state.is_paused:
        return f"Its DAG `{state.dag_id}` is paused: unpause it in Airflow."
    return (
        "Airflow knows its DAG and it is not paused: is the scheduler running, and is a worker "
        "slot free?"
    )


def describe_endpoint(one: Endpoint, since: datetime | None, *, is_disabled: bool) -> Finding:
    """Give the finding of an endpoint in trouble; of a URL only its host is told."""
    name = name_endpoint(one.key)
    last = f" The last error: {mask_reason(one.last_error)}." if one.last_error else ""
    begun = f" since {since:%Y-%m-%d %H:%M} UTC" if since else ""
    if is_disabled:
        message = (
            f"It was disabled{begun}: what is meant for it fails.{last} Once it works again, "
            "`bookflow endpoints enable KEY`, then retry what failed; `bookflow endpoints` lists "
            "the keys."
        )
    else:
        message = (
            f"It has been failing{begun}: messages wait until it works again.{last} Check the "
            "service and its Airflow connection."
        )
    return Finding(
        ENDPOINT,
        one.key[:KEY_LIMIT],
        f"{name} {'is disabled' if is_disabled else 'keeps failing'}",
        message,
        Severity.WARNING if one.channel == WEBHOOK else Severity.CRITICAL,
        workflow_id=one.workflow_id,
        details={
            "channel": one.channel,
            "state": str(one.state),
            "failures": one.failures,
            "error_code": one.last_error_code,
        },
    )


def name_endpoint(key: str) -> str:
    """Name an endpoint without the path of its URL, which may be a secret.

    >>> name_endpoint("https://hooks.example.com/services/T1/secret")
    'hooks.example.com'
    """
    if "://" not in key:
        return key
    try:
        return urlsplit(key).hostname or "a webhook"
    except ValueError:
        return "a webhook"
