"""Watching: what one worker knows of an endpoint, as recorded and as it saw itself since."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bookflow.errors import PermanentDeliveryError
from bookflow.journey.endpoints.judging import combine
from bookflow.ports.endpoints import Endpoint, EndpointStatus, Probe
from bookflow.records import Hold

if TYPE_CHECKING:
    from datetime import datetime

    from bookflow.ports.endpoints import CallTally, CircuitRules
    from bookflow.records import Message

SUCCESS_INTERVAL = timedelta(seconds=30)
PROBE_WAIT = timedelta(seconds=10)


@dataclass(slots=True)
class Watch:
    """One endpoint as `known` from the database, and what was `seen` but not told yet.

    `probe` is the message of this task that tries the endpoint while its circuit is open.
    """

    known: Endpoint
    rules: CircuitRules
    read_at: datetime
    seen: CallTally | None = None
    told_at: datetime | None = None
    tripped_until: datetime | None = None
    probe: Message | None = None
    probed: asyncio.Event = field(default_factory=asyncio.Event)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def needs_probe(self, now: datetime) -> bool:
        """Tell whether the circuit is open and it is time to try one delivery."""
        is_open = self.known.state in (EndpointStatus.OPEN, EndpointStatus.HALF_OPEN)
        return is_open and self.known.probe_at is not None and self.known.probe_at <= now

    def is_worth_telling(self, now: datetime) -> bool:
        """Tell whether the others should know what was seen."""
        seen, known = self.seen, self.known
        if seen is None:
            return False
        if seen.failures or seen.hold_until or seen.gone or seen.probe or known.failures:
            return True
        if known.state is not EndpointStatus.CLOSED:
            return True
        if seen.succeeded_at is None:
            return False
        last = self.told_at or known.last_success_at
        return last is None or now - last >= SUCCESS_INTERVAL

    def find_hold(self, now: datetime) -> Hold | None:
        """Give the hold of an endpoint that may not be called; raises for a disabled one.

        None where a probe is due: see `needs_probe`.
        """
        known = self.known
        if known.state is EndpointStatus.DISABLED:
            raise PermanentDeliveryError(say_disabled(known), code="endpoint-disabled")
        if known.hold_until and known.hold_until > now:
            return Hold(known.hold_until, f"{known.key} asked to wait", "retry-after")
        if self.tripped_until and self.tripped_until > now:
            reason = f"{known.key} keeps failing"
            return Hold(self.tripped_until, self._with_error(reason), "circuit-open")
        if known.probe_at is None or known.probe_at <= now:
            return None
        if known.state is EndpointStatus.OPEN:
            since = known.failing_since.isoformat(timespec="seconds") if known.failing_since else ""
            reason = f"{known.key} has been failing since {since or 'a while'}"
            return Hold(known.probe_at, self._with_error(reason), "circuit-open")
        if known.state is EndpointStatus.HALF_OPEN and self.probe is None:
            return self.hold_for_probe(now)
        return None

    def hold_for_probe(self, now: datetime) -> Hold:
        """Give the hold of an endpoint that another delivery is trying."""
        reason = f"{self.known.key} was failing and is being tried by one delivery"
        return Hold(now + PROBE_WAIT, reason, "circuit-open")

    def begin_probe(self, message: Message, until: datetime) -> None:
        """Let this message be the one that tries the endpoint."""
        self.probed = asyncio.Event()
        self.probe = message
        self.known = replace(self.known, state=EndpointStatus.HALF_OPEN, probe_at=until)

    def note(self, call: CallTally, now: datetime, *, is_probe: bool) -> None:
        """Take what one call showed."""
        if is_probe:
            call = replace(call, probe=_judge_probe(call))
            self._end_probe(call, now)
        self.seen = combine(self.seen, call) if self.seen else call
        if call.hold_until:
            earlier = self.known.hold_until or now
            self.known = replace(self.known, hold_until=max(call.hold_until, earlier))
        if call.gone or (call.failures and self._is_tripped()):
            self._trip(now)

    def take_seen(self) -> CallTally | None:
        """Give what was seen, to be told."""
        seen, self.seen = self.seen, None
        return seen

    def put_back(self, untold: CallTally) -> None:
        """Keep what could not be told."""
        self.seen = combine(untold, self.seen) if self.seen else untold

    def learn(self, endpoint: Endpoint, now: datetime) -> None:
        """Take how the endpoint stands for all; what was seen since still counts."""
        untold = self.seen
        if untold and untold.hold_until:
            later = max(untold.hold_until, endpoint.hold_until or now)
            endpoint = replace(endpoint, hold_until=later)
        self.known = endpoint
        self.read_at = now
        if untold is None or not untold.failures:
            self.tripped_until = None

    def _trip(self, now: datetime) -> None:
        """Open the circuit here, for as long as it will be opened for all."""
        self.tripped_until = now + self.rules.wait_after(self.known.open_count)

    def _with_error(self, reason: str) -> str:
        error = (self.seen and self.seen.error) or self.known.last_error
        return f"{reason}: {error}" if error else reason

    def _is_tripped(self) -> bool:
        """Tell whether the failures seen here, with those known, open the circuit at once."""
        seen = self.seen
        if seen is None or self.known.state is not EndpointStatus.CLOSED:
            return False
        earlier = 0 if seen.answered_at else self.known.failures
        return earlier + seen.failures >= self.rules.threshold

    def _end_probe(self, call: CallTally, now: datetime) -> None:
        self.probe = None
        if call.probe is Probe.ANSWERED:
            self.known = replace(self.known, state=EndpointStatus.CLOSED, failures=0, probe_at=None)
        elif call.probe is Probe.FAILED:
            self._trip(now)
        else:
            self.known = replace(self.known, state=EndpointStatus.OPEN, probe_at=now)
        self.probed.set()


def _judge_probe(call: CallTally) -> Probe:
    if call.answered_at:
        return Probe.ANSWERED
    return Probe.FAILED if call.failures else Probe.UNCLEAR


def say_disabled(endpoint: Endpoint) -> str:
    """Say why nothing is sent to a disabled endpoint, and what to do."""
    since = endpoint.disabled_at.isoformat(timespec="seconds") if endpoint.disabled_at else "once"
    return (
        f"{endpoint.key} is disabled since {since}: {endpoint.disabled_reason}; once it works "
        "again, enable it with `bookflow endpoints enable` and retry the execution"
    )
