"""How an endpoint stands after what a worker saw of it: the same decisions in both stores."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bookflow.ports.endpoints import WEBHOOK, Endpoint, EndpointStatus, Probe

if TYPE_CHECKING:
    from datetime import datetime

    from bookflow.ports.endpoints import CallTally, CircuitRules

TEXT_LIMIT = 500
HELD_BY_ENDPOINT = ("circuit-open", "retry-after")
"""What a delivery that an endpoint alone holds back is called."""


def fold_calls(known: Endpoint, calls: CallTally, rules: CircuitRules, now: datetime) -> Endpoint:
    """Give how the endpoint stands now."""
    found = replace(
        known,
        channel=calls.channel,
        workflow_id=calls.workflow_id or known.workflow_id,
        owner=calls.owner or known.owner,
        hold_until=_latest(known.hold_until, calls.hold_until),
        last_success_at=_latest(known.last_success_at, calls.succeeded_at),
    )
    if _heals(known, calls):
        found = close(found) if found.state is not EndpointStatus.DISABLED else found
    if calls.failures and not _is_outdated(known, calls):
        found = replace(
            found,
            failures=found.failures + calls.failures,
            failing_since=found.failing_since or calls.first_failure_at,
            last_failure_at=_latest(found.last_failure_at, calls.last_failure_at),
            last_error=(calls.error or "")[:TEXT_LIMIT],
            last_error_code=calls.error_code,
        )
    return _move(found, calls, rules, now)


def close(endpoint: Endpoint) -> Endpoint:
    """Give the endpoint as one that works, its last error and times kept."""
    return replace(
        endpoint,
        state=EndpointStatus.CLOSED,
        failures=0,
        failing_since=None,
        open_count=0,
        probe_at=None,
        disabled_at=None,
        disabled_reason=None,
    )


def _heals(known: Endpoint, calls: CallTally) -> bool:
    """Tell whether an answer counts: not one from before the failures that are known."""
    if calls.answered_at is None:
        return False
    is_newer = known.last_failure_at is None or calls.answered_at >= known.last_failure_at
    return is_newer or calls.probe is Probe.ANSWERED


def _is_outdated(known: Endpoint, calls: CallTally) -> bool:
    success, failure = known.last_success_at, calls.last_failure_at
    return success is not None and failure is not None and failure < success


def _move(found: Endpoint, calls: CallTally, rules: CircuitRules, now: datetime) -> Endpoint:
    if found.state is EndpointStatus.DISABLED:
        return found
    reason = _why_disabled(found, calls, rules, now)
    if reason:
        return replace(
            found,
            state=EndpointStatus.DISABLED,
            disabled_at=now,
            disabled_reason=reason[:TEXT_LIMIT],
            probe_at=None,
        )
    if found.state is EndpointStatus.HALF_OPEN and calls.probe is Probe.UNCLEAR:
        return replace(found, state=EndpointStatus.OPEN, probe_at=now)
    if found.state is EndpointStatus.HALF_OPEN and calls.probe is Probe.FAILED:
        return _open(found, rules, now)
    if found.state is EndpointStatus.CLOSED and found.failures >= rules.threshold:
        return _open(found, rules, now)
    return found


def _why_disabled(
    found: Endpoint, calls: CallTally, rules: CircuitRules, now: datetime
) -> str | None:
    if found.channel != WEBHOOK:
        return None
    if calls.gone:
        return calls.gone
    since = found.failing_since
    is_long = since is not None and now - since >= rules.disable_after
    if not is_long or since is None or found.failures < rules.disable_failures:
        return None
    return (
        f"every one of {found.failures} calls since {since.isoformat(timespec='seconds')} failed, "
        f"the last with: {found.last_error}"
    )


def _open(found: Endpoint, rules: CircuitRules, now: datetime) -> Endpoint:
    return replace(
        found,
        state=EndpointStatus.OPEN,
        open_count=found.open_count + 1,
        probe_at=now + rules.wait_after(found.open_count),
    )


def _latest(first: datetime | None, second: datetime | None) -> datetime | None:
    return max(filter(None, (first, second)), default=None)
