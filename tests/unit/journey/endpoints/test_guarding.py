"""Endpoints that are down, disabled or used up are not called."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from bookflow.errors import (
    DatabaseUnavailableError,
    DeliveryError,
    PermanentDeliveryError,
    TransientDeliveryError,
)
from bookflow.journey.endpoints.guarding import Gatekeeper, SendingLimits
from bookflow.journey.steps import WorkflowFacts
from bookflow.ports.endpoints import EndpointStatus
from bookflow.records import Hold, Message
from bookflow.settings import Rate, Settings
from bookflow.store.memory import MemoryStore
from tests.unit.journey.conftest import NOW, StillClock

HOOK = "https://example.com/hook"
SMTP = "smtp:bookflow_smtp"


class CountingStore(MemoryStore):
    """Counts what a database would be asked, and may be away."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.is_away = False

    def _ask(self, name: str) -> None:
        self.asked.append(name)
        if self.is_away:
            raise DatabaseUnavailableError

    def load_endpoints(self, keys: Any) -> Any:
        self._ask("load")
        return super().load_endpoints(keys)

    def record_calls(self, *args: Any, **named: Any) -> Any:
        self._ask("record")
        return super().record_calls(*args, **named)

    def claim_probe(self, *args: Any, **named: Any) -> Any:
        self._ask("probe")
        return super().claim_probe(*args, **named)

    def take_permits(self, *args: Any, **named: Any) -> Any:
        self._ask("permits")
        return super().take_permits(*args, **named)


@dataclass
class Scene:
    """Workers that share a store and a clock; sleeping moves the clock."""

    clock: StillClock = field(default_factory=StillClock)
    store: CountingStore = field(default_factory=CountingStore)
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.instant = max(
            self.clock.instant, self.clock.instant + timedelta(seconds=seconds)
        )
        await asyncio.sleep(0)

    def worker(self, **limits: Any) -> Gatekeeper:
        facts = WorkflowFacts("welcome", "Welcome", "v1", "hana@example.com")
        return Gatekeeper(
            self.store,
            facts,
            limits=SendingLimits(**limits),
            now=self.clock,
            sleep=self.sleep,
        )

    def state(self, key: str = HOOK) -> Any:
        return self.store.load_endpoints([key])[key]

    def fail(self, times: int = 5, error: DeliveryError | None = None) -> None:
        """Let a worker of its own see failures, and tell."""

        async def work() -> None:
            worker = self.worker()
            for _ in range(times):
                message = hook()
                assert await worker.admit(message) is None
                worker.report(message, error or timed_out())
                worker.flush()

        asyncio.run(work())


@pytest.fixture
def scene() -> Scene:
    return Scene()


@dataclass
class Rated:
    rate: Rate | None

    async def send(self, *args: Any, **named: Any) -> Any: ...


def hook(endpoint: str = HOOK) -> Message:
    return Message("url", "webhook", endpoint, {}, {}, endpoint)


def mail(address: str = "ida@example.org") -> Message:
    return Message("invitee", "email", address, {}, {}, SMTP)


def timed_out() -> DeliveryError:
    return TransientDeliveryError("no answer in time", code="http-timeout")


def answered(status: int, retry_after: float | None = None, **more: Any) -> DeliveryError:
    details = {"status": status, **more}
    code = f"{'smtp' if more else 'http'}-{status}"
    if status >= 500 or status == 429 or more:
        return TransientDeliveryError(code, code=code, retry_after=retry_after, details=details)
    return PermanentDeliveryError(code, code=code, details=details)


def run(work: Callable[[], Awaitable[Any]]) -> Any:
    async def play() -> Any:
        return await work()

    return asyncio.run(play())


def test_message_without_an_endpoint_passes_unseen(scene: Scene) -> None:
    async def work() -> None:
        worker = scene.worker()
        assert await worker.admit(hook("")) is None
        worker.report(hook(""), timed_out())
        worker.flush()

    run(work)
    assert scene.store.asked == []


def test_unlimited_messages_cost_no_round_trip_each(scene: Scene) -> None:
    async def work() -> None:
        worker = scene.worker()

        async def send() -> None:
            message = hook()
            assert await worker.admit(message) is None
            worker.report(message, None)

        await asyncio.gather(*(send() for _ in range(200)))
        for _ in range(5):
            worker.flush()

    run(work)
    # the row is made once, so that the endpoint is listed
    assert scene.store.asked == ["load", "record"]
    assert scene.state().last_success_at == NOW


def test_success_is_written_every_half_minute_at_most(scene: Scene) -> None:
    async def work() -> None:
        worker = scene.worker()
        for _ in range(70):
            message = hook()
            await worker.admit(message)
            worker.report(message, None)
            worker.flush()
            scene.clock.forward(seconds=1)

    run(work)
    assert scene.store.asked.count("record") == 3
    assert scene.store.asked.count("load") <= 24


def test_failures_of_one_batch_stop_the_rest_at_once(scene: Scene) -> None:
    """Nothing was told to the database yet."""

    async def work() -> Hold | None:
        worker = scene.worker()
        for _ in range(5):
            message = hook()
            assert await worker.admit(message) is None
            worker.report(message, timed_out())
        return await worker.admit(hook())

    hold = run(work)
    assert isinstance(hold, Hold)
    assert (hold.code, hold.until) == ("circuit-open", NOW + timedelta(seconds=30))
    assert hold.reason == f"{HOOK} keeps failing: no answer in time"


def test_failures_of_other_workers_count_and_their_circuit_is_kept_to(scene: Scene) -> None:
    scene.fail(4)
    scene.fail(1)
    assert scene.state().state is EndpointStatus.OPEN
    hold = run(lambda: scene.worker().admit(hook()))
    assert (hold.code, hold.until) == ("circuit-open", NOW + timedelta(seconds=30))
    assert "failing since 2026-03-02T12:00:00+00:00" in hold.reason


def test_worker_sees_within_seconds_what_others_found(scene: Scene) -> None:
    async def work() -> tuple[Any, Any]:
        worker = scene.worker()
        assert await worker.admit(hook()) is None
        await asyncio.to_thread(scene.fail)
        early = await worker.admit(hook())
        scene.clock.forward(seconds=4)
        return early, await worker.admit(hook())

    early, late = run(work)
    assert early is None
    assert late.code == "circuit-open"


def test_one_delivery_probes_and_its_success_lets_the_others_go_on(scene: Scene) -> None:
    scene.fail()
    scene.clock.forward(seconds=30)
    calls: list[str] = []

    async def work() -> None:
        worker = scene.worker()

        async def send(number: int) -> None:
            message = hook()
            assert await worker.admit(message) is None
            calls.append(f"begin {number}")
            await asyncio.sleep(0.02)
            calls.append(f"end {number}")
            worker.report(message, None)

        await asyncio.gather(*(send(number) for number in range(20)))
        worker.flush()

    run(work)
    assert scene.store.asked.count("probe") == 1
    # nothing else began before the probe had ended
    assert (calls[0][:5], calls[1][:3]) == ("begin", "end")
    assert len(calls) == 40
    assert scene.state().state is EndpointStatus.CLOSED


def test_failed_probe_holds_the_others_and_opens_the_circuit_longer(scene: Scene) -> None:
    scene.fail()
    scene.clock.forward(seconds=30)
    outcomes: list[Hold | None] = []

    async def work() -> None:
        worker = scene.worker()

        async def send() -> None:
            message = hook()
            outcome = await worker.admit(message)
            outcomes.append(outcome)
            if outcome is None:
                await asyncio.sleep(0.02)
                worker.report(message, timed_out())

        await asyncio.gather(*(send() for _ in range(20)))
        worker.flush()

    run(work)
    held = [one for one in outcomes if one is not None]
    later = scene.clock.instant + timedelta(seconds=60)
    # they come back when the next probe is due, and not in vain before
    assert [(one.code, one.until) for one in held] == [("circuit-open", later)] * 19
    assert (scene.state().state, scene.state().probe_at) == (EndpointStatus.OPEN, later)


def test_other_workers_wait_while_one_probes(scene: Scene) -> None:
    scene.fail()
    scene.clock.forward(seconds=30)

    async def work() -> Hold | None:
        first, second = scene.worker(), scene.worker()
        assert await first.admit(hook()) is None
        return await second.admit(hook())

    hold = run(work)
    assert (hold.code, hold.until) == ("circuit-open", scene.clock.instant + timedelta(seconds=10))


def test_probe_that_ends_unclear_is_made_by_the_next_delivery(scene: Scene) -> None:
    scene.fail()
    scene.clock.forward(seconds=30)

    async def work() -> Any:
        worker = scene.worker()
        message = hook()
        assert await worker.admit(message) is None
        worker.report(message, PermanentDeliveryError("no URL", code="http-url"))
        worker.flush()
        return await worker.admit(hook())

    assert run(work) is None
    assert scene.store.asked.count("probe") == 2


def test_refused_content_shows_that_the_endpoint_works(scene: Scene) -> None:
    scene.fail(4)
    scene.fail(1, answered(422))
    scene.fail(4)
    assert (scene.state().state, scene.state().failures) == (EndpointStatus.CLOSED, 4)


def test_answers_about_one_mailbox_do_not_count(scene: Scene) -> None:
    async def work() -> None:
        worker = scene.worker()
        for answer in ("4.2.2 mailbox full", "4.1.1 try later", "busy") * 3:
            message = mail()
            assert await worker.admit(message) is None
            code = 450 if answer == "busy" else 452
            worker.report(message, answered(code, answer=answer))
        worker.flush()

    run(work)
    # nothing worth telling the others
    assert scene.store.load_endpoints([SMTP]) == {}


def test_server_that_is_overloaded_counts(scene: Scene) -> None:
    async def work() -> None:
        worker = scene.worker()
        for _ in range(5):
            message = mail()
            assert await worker.admit(message) is None
            worker.report(message, answered(451, answer="4.3.0 try again later"))
        worker.flush()

    run(work)
    assert scene.state(SMTP).state is EndpointStatus.OPEN


def test_asked_for_wait_holds_without_counting_as_failure(scene: Scene) -> None:
    async def work() -> tuple[Any, Any]:
        worker = scene.worker()
        for _ in range(6):
            message = hook()
            await worker.admit(message)
            worker.report(message, answered(429, retry_after=7200))
        worker.flush()
        return await worker.admit(hook()), await scene.worker().admit(hook())

    for hold in run(work):
        assert (hold.code, hold.until) == ("retry-after", NOW + timedelta(hours=2))
    assert (scene.state().state, scene.state().failures) == (EndpointStatus.CLOSED, 0)


def test_short_asked_for_wait_is_slept(scene: Scene) -> None:
    async def work() -> Any:
        worker = scene.worker()
        message = hook()
        await worker.admit(message)
        worker.report(message, answered(429, retry_after=4))
        return await worker.admit(hook())

    assert run(work) is None
    assert scene.slept == [4.0]


def test_busy_answers_without_a_wait_count(scene: Scene) -> None:
    scene.fail(5, answered(429))
    assert scene.state().state is EndpointStatus.OPEN


def test_own_mistakes_do_not_count(scene: Scene) -> None:
    async def work() -> None:
        worker = scene.worker()
        for _ in range(9):
            message = hook()
            assert await worker.admit(message) is None
            worker.report(message, TransientDeliveryError("oops", code="internal"))
        worker.flush()

    run(work)
    assert "record" not in scene.store.asked


def test_receiver_that_is_gone_is_refused_from_then_on(scene: Scene) -> None:
    scene.fail(1, answered(410))
    with pytest.raises(PermanentDeliveryError, match=r"disabled since .* 410") as caught:
        run(lambda: scene.worker().admit(hook()))
    assert caught.value.code == "endpoint-disabled"
    assert "bookflow endpoints enable" in str(caught.value)


def test_errors_are_kept_without_addresses(scene: Scene) -> None:
    scene.fail(1, TransientDeliveryError("ida@example.org: 'Ida' said no", code="smtp-421"))
    assert scene.state().last_error == "…@…: '…' said no"


def test_database_that_is_away_stops_no_unlimited_message(scene: Scene) -> None:
    scene.store.is_away = True

    async def work() -> None:
        worker = scene.worker()
        for _ in range(3):
            message = hook()
            assert await worker.admit(message) is None
            worker.report(message, timed_out())
            worker.flush()
        scene.store.is_away = False
        message = hook()
        await worker.admit(message)
        worker.report(message, timed_out())
        worker.flush()

    run(work)
    # what could not be told was kept
    assert scene.state().failures == 4


def test_limit_is_not_exceeded_while_the_database_is_away(scene: Scene) -> None:
    scene.store.is_away = True
    hold = run(lambda: scene.worker(webhook=Rate(1, 1)).admit(hook()))
    assert (hold.code, hold.until) == ("rate-limit", NOW + timedelta(seconds=10))


def test_rate_of_the_connection_is_kept_by_short_waits_and_then_holds(scene: Scene) -> None:
    async def work() -> list[Any]:
        worker = scene.worker()
        worker.use(Rated(Rate(2, 2)))
        return [await worker.admit(mail(f"m{number}@example.org")) for number in range(4)]

    assert run(work) == [None] * 4
    assert len(scene.slept) == 2 or sum(scene.slept) == pytest.approx(2.1)


def test_slow_rates_put_off_in_groups(scene: Scene) -> None:
    async def work() -> list[Any]:
        worker = scene.worker()
        # the endpoint is read before; then all of them share one reservation
        assert await worker.admit(mail()) is None
        worker.use(Rated(Rate(3, 3600)))
        messages = [mail(f"m{number}@example.org") for number in range(9)]
        return list(await asyncio.gather(*(worker.admit(message) for message in messages)))

    holds = run(work)
    assert holds[:3] == [None] * 3
    hours = [round((hold.until - NOW).total_seconds() / 3600) for hold in holds[3:]]
    assert hours == [1, 1, 1, 2, 2, 2]
    assert holds[3].code == "rate-limit"
    assert holds[3].reason == f"the limit of 3/h for {SMTP} is reached"
    assert scene.store.asked.count("permits") == 1


def test_channel_without_a_rate_is_unlimited(scene: Scene) -> None:
    async def work() -> None:
        worker = scene.worker()
        for channel in (Rated(None), object()):
            worker.use(channel)
            for _ in range(50):
                assert await worker.admit(mail()) is None

    run(work)
    assert "permits" not in scene.store.asked


def test_recipients_are_limited_over_all_workflows_whatever_the_case(scene: Scene) -> None:
    async def work() -> list[Any]:
        outcomes = []
        for address in ("ida@example.org", "Ida@Example.org", "ida@example.org", "max@example.org"):
            outcomes.append(await scene.worker(recipient=Rate(2, 3600)).admit(mail(address)))
        return outcomes

    first, second, third, other = run(work)
    assert (first, second, other) == (None, None, None)
    assert third.reason == "the limit of 2/h for one recipient is reached"
    assert not any("example" in key for key in scene.store._room.limits)


def test_webhooks_have_no_recipient_and_mails_no_webhook_limit(scene: Scene) -> None:
    async def work() -> None:
        worker = scene.worker(recipient=Rate(1, 3600))
        for _ in range(3):
            assert await worker.admit(hook()) is None
        worker = scene.worker(webhook=Rate(1, 3600))
        for _ in range(3):
            assert await worker.admit(mail()) is None

    run(work)
    assert "permits" not in scene.store.asked


def test_permit_of_the_server_is_kept_when_the_recipient_has_none(scene: Scene) -> None:
    async def work() -> list[Any]:
        worker = scene.worker(recipient=Rate(1, 3600))
        worker.use(Rated(Rate(2, 3600)))
        addresses = ["ida@example.org", "ida@example.org", "max@example.org"]
        return [await worker.admit(mail(address)) for address in addresses]

    first, second, third = run(work)
    assert (first, third) == (None, None)
    assert second.code == "rate-limit"


def test_probe_without_a_permit_is_left_to_another(scene: Scene) -> None:
    scene.fail()
    scene.clock.forward(seconds=30)

    async def work() -> Any:
        limited = scene.worker(webhook=Rate(1, 3600))
        scene.store.take_permits([], now=NOW)
        assert await limited.admit(hook("https://other.example/")) is None
        message = hook()
        assert await limited.admit(message) is None
        limited.report(message, None)
        limited.flush()
        return None

    run(work)
    scene.fail()
    scene.clock.forward(seconds=30)

    async def second() -> tuple[Any, Any]:
        limited = scene.worker(webhook=Rate(1, 3600))
        held = await limited.admit(hook())
        limited.flush()
        return held, await scene.worker().admit(hook())

    held, other = run(second)
    assert (held.code, other) == ("rate-limit", None)


def test_limits_come_from_the_settings() -> None:
    limits = SendingLimits.from_settings(
        Settings(recipient_limit="20/h", webhook_limit="10/s", endpoint_disable_hours=2)
    )
    assert (limits.recipient, limits.webhook) == (Rate(20, 3600), Rate(10, 1))
    assert limits.rules.disable_after == timedelta(hours=2)


def test_moments_of_holds_lie_ahead(scene: Scene) -> None:
    scene.fail()
    hold = run(lambda: scene.worker().admit(hook()))
    assert isinstance(hold.until, datetime)
    assert hold.until > scene.clock.instant
