"""Guarding: endpoints that are down, disabled or used up are not called."""

from __future__ import annotations

import asyncio
import logging
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from bookflow.errors import BookflowError
from bookflow.journey.endpoints.judging import tally_call
from bookflow.journey.endpoints.pacing import PATIENCE, Limit, Turnstile, key_of_recipient
from bookflow.journey.endpoints.watching import Watch
from bookflow.ports.endpoints import (
    WEBHOOK,
    CallTally,
    CircuitRules,
    Endpoint,
    RatedChannel,
)
from bookflow.records import Hold
from bookflow.settings import PREFIX, Rate, Settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bookflow.errors import DeliveryError
    from bookflow.journey.steps import WorkflowFacts
    from bookflow.ports import Channel, NowSource
    from bookflow.ports.endpoints import EndpointStore
    from bookflow.records import Message

log = logging.getLogger(__name__)

REFRESH = timedelta(seconds=3)
# longer than any call takes: only a worker that died loses its probe
PROBE_TIME = timedelta(minutes=2)
PROBE_TRIES = 3
PERSONAL_CHANNELS = ("email", "sms")


@dataclass(frozen=True, slots=True)
class SendingLimits:
    """What the settings say about limits; a connection's own rate comes with its channel."""

    recipient: Rate | None = None
    webhook: Rate | None = None
    rules: CircuitRules = field(default_factory=CircuitRules)

    @classmethod
    def from_settings(cls, settings: Settings) -> SendingLimits:
        """Read them; raises `ConfigurationError`."""
        return cls(
            recipient=Rate.parse(settings.recipient_limit, name=f"{PREFIX}RECIPIENT_LIMIT"),
            webhook=Rate.parse(settings.webhook_limit, name=f"{PREFIX}WEBHOOK_LIMIT"),
            rules=CircuitRules(disable_after=timedelta(hours=settings.endpoint_disable_hours)),
        )


class Gatekeeper:
    """Decides for each call of a task whether its endpoint may be called now.

    One per `act`. `admit` and `report` belong to one event loop; `flush` blocks on the database and
    may run in a thread of its own. Nothing here costs a round trip per message: an endpoint is read
    once, again every few seconds, and written to when something changed.

    The sender's part: `use(channel)` once, after the channel was opened, tells the rate of its
    connection (`ports.endpoints.RatedChannel`). Then `await admit(message)` before *each* call, and
    `report(message, error_or_None)` after each call that was admitted.
    """

    def __init__(
        self,
        store: EndpointStore,
        workflow: WorkflowFacts,
        *,
        limits: SendingLimits,
        now: NowSource,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Keep what is needed; nothing is read yet."""
        self._store = store
        self._workflow = workflow
        self._limits = limits
        self._now = now
        self._sleep = sleep
        self._turnstile = Turnstile(store, now)
        self._rate: Rate | None = None
        self._watches: dict[str, Watch] = {}
        self._reading = asyncio.Lock()
        # `report` and `flush` may run at the same time
        self._lock = threading.Lock()

    def use(self, channel: Channel) -> None:
        """Learn how fast the channel's connection may be used."""
        self._rate = channel.rate if isinstance(channel, RatedChannel) else None

    async def admit(self, message: Message) -> Hold | None:
        """Let the message through, after a short wait perhaps; or say until when to put it off.

        Raises `PermanentDeliveryError` for a disabled endpoint.
        """
        if not message.endpoint:
            return None
        watch = await self._find(message)
        hold = await self._enter(watch, message)
        if hold:
            return hold
        try:
            return await self._pace(watch, message)
        except BaseException:
            self._release(watch, message)
            raise

    def report(self, message: Message, error: DeliveryError | None) -> None:
        """Take how a call went."""
        watch = self._watches.get(message.endpoint)
        if watch is not None:
            now = self._now()
            self._note(watch, message, tally_call(message, error, self._workflow, now))

    def flush(self) -> None:
        """Tell the other workers what changed; a database that is away is told later."""
        now = self._now()
        told: dict[str, CallTally] = {}
        with self._lock:
            for key, watch in list(self._watches.items()):
                seen = watch.take_seen() if watch.is_worth_telling(now) else None
                if seen is not None:
                    told[key] = seen
        if not told:
            return
        try:
            answers = self._store.record_calls(list(told.values()), self._limits.rules, now=now)
        except BookflowError as error:
            log.warning("bookflow: the state of endpoints can't be recorded yet: %s", error)
            with self._lock:
                for key, tally in told.items():
                    self._watches[key].put_back(tally)
            return
        with self._lock:
            for key, endpoint in answers.items():
                self._watches[key].learn(endpoint, now)
                self._watches[key].told_at = now

    def _note(self, watch: Watch, message: Message, call: CallTally) -> None:
        with self._lock:
            watch.note(call, self._now(), is_probe=watch.probe is message)

    def _release(self, watch: Watch, message: Message) -> None:
        """Give up a probe that was not made after all."""
        if watch.probe is message:
            facts = self._workflow
            self._note(
                watch,
                message,
                CallTally(message.endpoint, message.channel, facts.id, facts.organizer),
            )

    def _limits_of(self, message: Message) -> list[Limit]:
        limits = []
        if self._rate:
            limits.append(Limit.of(message.endpoint, self._rate, message.endpoint))
        if message.channel == WEBHOOK and self._limits.webhook:
            key = f"webhook:{message.endpoint}"
            limits.append(Limit.of(key, self._limits.webhook, "one webhook endpoint"))
        if message.channel in PERSONAL_CHANNELS and self._limits.recipient:
            key = key_of_recipient(message.channel, message.address)
            limits.append(Limit.of(key, self._limits.recipient, "one recipient"))
        return limits

    async def _find(self, message: Message) -> Watch:
        """Give what is known of the endpoint, read again after a few seconds."""
        key = message.endpoint
        watch = self._watches.get(key)
        if watch is not None and (self._is_fresh(watch) or self._reading.locked()):
            # while somebody reads it anew, what is known will do
            return watch
        async with self._reading:
            watch = self._watches.get(key)
            if watch is None:
                watch = Watch(
                    Endpoint(key, message.channel), self._limits.rules, self._now() - REFRESH
                )
                await self._read(watch)
                self._watches[key] = watch
            elif not self._is_fresh(watch):
                await self._read(watch)
            return watch

    def _is_fresh(self, watch: Watch) -> bool:
        return self._now() - watch.read_at < REFRESH

    async def _read(self, watch: Watch) -> None:
        key = watch.known.key
        now = self._now()
        try:
            found = await asyncio.to_thread(self._store.load_endpoints, [key])
        except BookflowError as error:
            # whether a call may be made must not depend on this database alone
            log.warning("bookflow: the state of %s can't be read: %s", key, error)
            found = {}
        with self._lock:
            watch.read_at = now
            # what was seen here and is not told yet is newer
            if key in found and watch.probe is None and not watch.is_worth_telling(now):
                watch.learn(found[key], now)

    async def _enter(self, watch: Watch, message: Message) -> Hold | None:
        """Look at the circuit; become its probe if one is due."""
        for _ in range(PROBE_TRIES):
            hold = await self._await_circuit(watch)
            if hold or not watch.needs_probe(self._now()):
                return hold
            async with watch.turn:
                if watch.probe is None and watch.needs_probe(self._now()):
                    if await self._claim_probe(watch, message):
                        return None
                    await self._read(watch)
        return watch.hold_for_probe(self._now())

    async def _await_circuit(self, watch: Watch) -> Hold | None:
        """Give the hold of an endpoint that can't be called; short waits are waited for."""
        if watch.probe is not None:
            # this task is just trying it: its answer is worth waiting for
            try:
                async with asyncio.timeout(PATIENCE.total_seconds()):
                    await watch.probed.wait()
            except TimeoutError:
                return watch.hold_for_probe(self._now())
        now = self._now()
        asked = watch.known.hold_until
        if asked and now < asked <= now + PATIENCE:
            await self._sleep((asked - now).total_seconds())
        return watch.find_hold(self._now())

    async def _claim_probe(self, watch: Watch, message: Message) -> bool:
        now = self._now()
        key, until = watch.known.key, now + PROBE_TIME
        try:
            is_mine = await asyncio.to_thread(self._store.claim_probe, key, now=now, until=until)
        except BookflowError as error:
            log.warning("bookflow: %s can't be tried now: %s", key, error)
            return False
        if is_mine:
            watch.begin_probe(message, until)
        return is_mine

    async def _pace(self, watch: Watch, message: Message) -> Hold | None:
        """Wait for permits; then look at the circuit once more, right before the call."""
        limits = self._limits_of(message)
        if not limits:
            return None
        slots = await self._turnstile.take(limits)
        if isinstance(slots, Hold):
            self._release(watch, message)
            return slots
        wait = (max(slot for _, slot in slots) - self._now()).total_seconds()
        if wait > 0:
            await self._sleep(wait)
        if watch.probe is message:
            return None
        now = self._now()
        late = watch.find_hold(now)
        if late is None and watch.needs_probe(now):
            late = watch.hold_for_probe(now)
        if late:
            self._turnstile.give_back(slots)
        return late
