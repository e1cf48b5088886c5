"""One round: a burst, something that breaks in the middle of it, and what became of it all."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from benchmarks.chaos.counting import (
    States,
    Tally,
    count_arrivals,
    count_updates,
    read_states,
    tally,
)
from benchmarks.chaos.feeding import ReminderClient, RowWriter
from benchmarks.chaos.network import NETWORK_FAULTS, break_network
from benchmarks.chaos.posting import Client, Json, make_bookings
from benchmarks.chaos.supervising import (
    CLUSTER_VICTIMS,
    DATABASE,
    SCHEDULER,
    SCHEDULER_AND_TASKS,
    TASK,
    WORKER,
    Supervisor,
    component_of,
    kill,
    wait,
    wait_until_healthy,
)
from bookflow.demo.outfit import Outfit
from bookflow.demo.receivers import WebFault
from bookflow.demo.stack import AirflowStack

BURST = "chaos"
REMINDERS = "chaos-reminders"
NETWORK = "chaos-network"
SPECS = Path(__file__).parent / "specs"
KILL_SECONDS = 180.0
RESTART_SECONDS = 60.0
FINAL_SECONDS = 240.0
CALM_SECONDS = 1.0
ANSWER_SECONDS = 0.05
BATCH = 100


class Feeder(Protocol):
    """Brings a burst in while its `with` block is open; `resent` counts what had to come twice."""

    resent: int


@dataclass(frozen=True, slots=True)
class Round:
    """What is broken, and how the burst comes in: by `api`, as `rows`, or as `reminders`.

    Once the victim is back, `then` is killed as well. With `is_network` the victim is a fault that
    all connections to the receivers meet for a while.
    """

    name: str
    victim: str
    source: str = "api"
    then: str = ""
    is_network: bool = False

    @property
    def workflow(self) -> str:
        """Name the workflow that works on it."""
        if self.is_network:
            return NETWORK
        return REMINDERS if self.source == "reminders" else BURST

    @property
    def channels(self) -> tuple[str, ...]:
        """Name the channels on which each booking is to have a message."""
        return ("mail", "sms", "webhook") if self.is_network else ("mail", "webhook")

    @property
    def title(self) -> str:
        """Say it in the table."""
        if self.is_network:
            return f"network to all receivers: {self.victim}"
        extra = {"rows": ", bookings written by SQL", "reminders": ", reminders due"}
        then = f", then {self.then}" if self.then else ""
        return self.victim + then + extra.get(self.source, "")

    def feed(
        self, stack: AirflowStack, bookings: list[Json], batch: int
    ) -> AbstractContextManager[Feeder]:
        """Give what brings the bookings in."""
        if self.source == "rows":
            return RowWriter(stack, bookings)
        if self.source == "reminders":
            return ReminderClient(stack, bookings, batch=batch)
        return Client(stack, "booking_created", bookings, batch=batch)


_MADE = (
    *(Round(name, name) for name in (SCHEDULER, SCHEDULER_AND_TASKS, TASK, WORKER)),
    *(Round(name, name) for name in ("triggerer", "dag-processor", "api-server", DATABASE)),
    Round("scheduler-then-postgres", SCHEDULER_AND_TASKS, then=DATABASE),
    Round("rows", "triggerer", "rows"),
    Round("rows-postgres", DATABASE, "rows"),
    Round("reminders", SCHEDULER_AND_TASKS, "reminders"),
    Round("reminders-postgres", DATABASE, "reminders"),
    *(Round(f"network-{name}", name, is_network=True) for name in NETWORK_FAULTS),
)
ROUNDS = {found.name: found for found in _MADE}
CLUSTER_ROUNDS = {**ROUNDS, **{name: Round(name, name) for name in CLUSTER_VICTIMS}}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a round found; `recovery` is None when not every execution ended."""

    round: Round
    events: int
    tally: Tally
    states: States
    recovery: float | None
    resent: int = 0
    restarted: tuple[str, ...] = ()
    updates_missing: int = 0
    problem: str = ""

    @classmethod
    def unplayed(cls, wanted: Round, events: int, problem: Exception) -> Outcome:
        """Describe a round that could not be played to its end."""
        nothing = Tally(expected=0, lost=0, repeated=0, other_id=0)
        return cls(wanted, events, nothing, States(), None, problem=str(problem))

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing was lost or sent under a second id, and everything completed."""
        return (
            not (self.tally.lost or self.tally.other_id or self.updates_missing)
            and self.states.by_status == {"completed": self.events}
            and self.recovery is not None
        )


def write_specs(folder: Path) -> None:
    """Write the workflows of the rounds into a folder of specs."""
    for source in SPECS.glob("*.yaml"):
        (folder / source.name).write_bytes(source.read_bytes())


def play(
    outfit: Outfit,
    wanted: Round,
    *,
    events: int,
    batch: int = BATCH,
    kill_after: float = 0.3,
    final_seconds: float = FINAL_SECONDS,
    pause: float = 3.0,
    answer_seconds: float = ANSWER_SECONDS,
) -> Outcome:
    """Bring a burst in, kill when a share of it has arrived, and wait until all is final.

    The webhook receiver takes `answer_seconds` for each answer, as one on the network does.
    """
    stack = outfit.stack
    outfit.webhooks.script(lasting=WebFault(delay=answer_seconds))
    bookings = make_bookings(wanted.workflow, events)
    ids = [booking["id"] for booking in bookings]
    threshold = count_arrivals(outfit) + int(len(wanted.channels) * events * kill_after)
    with Supervisor(stack, pause=pause) as supervisor:
        with wanted.feed(stack, bookings, batch) as feeder:
            wait(
                lambda: count_arrivals(outfit) >= threshold,
                KILL_SECONDS,
                f"{threshold} deliveries before anything breaks",
            )
            recovered = _break(outfit, wanted, supervisor)
        states = wait_until_final(stack.database, wanted.workflow, ids, final_seconds)
        wait_until_healthy(stack)
        restarted = tuple(restart.name for restart in supervisor.restarts)
        if supervisor.problem is not None:
            raise supervisor.problem
    outfit.webhooks.script()
    # whoever sends twice does so by now
    time.sleep(CALM_SECONDS)
    offset = time.time() - time.monotonic()
    took = max(0.0, states.last - (recovered + offset)) if states.final == events else None
    has_update = wanted.workflow == BURST
    return Outcome(
        round=wanted,
        events=events,
        tally=tally(outfit, ids, wanted.channels),
        states=states,
        recovery=took,
        resent=feeder.resent,
        restarted=restarted,
        updates_missing=_missing_updates(stack, wanted, ids) if has_update else 0,
    )


def _break(outfit: Outfit, wanted: Round, supervisor: Supervisor) -> float:
    """Break what the round says; gives when it was mended (time.monotonic)."""
    if wanted.is_network:
        break_network(outfit, wanted.victim)
        return time.monotonic()
    recovered = 0.0
    for victim in filter(None, (wanted.victim, wanted.then)):
        kill(outfit.stack, victim, f"bookflow-{wanted.workflow}")
        recovered = killed = time.monotonic()
        if name := component_of(victim):
            recovered = wait(
                partial(supervisor.restarted, name, killed), RESTART_SECONDS, f"{name} to restart"
            )
    return recovered


def wait_until_final(dsn: str, workflow: str, ids: list[str], seconds: float) -> States:
    """Wait until every execution ended; gives how they stand in the end, final or not."""
    deadline = time.monotonic() + seconds
    states = States()
    while time.monotonic() < deadline:
        states = read_states(dsn, workflow, ids) or states
        if states.final >= len(ids):
            break
        time.sleep(0.25)
    return states


def _missing_updates(stack: AirflowStack, wanted: Round, ids: list[str]) -> int:
    return len(ids) - count_updates(stack.database, wanted.workflow, ids)[1]
