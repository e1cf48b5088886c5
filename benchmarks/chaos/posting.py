"""A client that sends a burst of events, and sends again what was not answered with 202."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any, Self

import httpx
import psycopg

from benchmarks.fleet import make_booking
from bookflow.demo.stack import AirflowStack

PATH = "/bookflow/api/v1/triggers"
PACE_SECONDS = 0.4
"""Between batches, so that some are still to come when something breaks."""
PAUSE_SECONDS = 0.5
GIVE_UP_SECONDS = 180.0

Json = dict[str, Any]


def make_bookings(slug: str, count: int) -> list[Json]:
    """Make bookings whose invitees have addresses of their own, made from the booking's id."""
    bookings = [make_booking(slug) for _ in range(count)]
    for booking in bookings:
        person = {"name": "Ida Invitee", "email": f"{booking['id']}@example.org"}
        rest = {"phone": "+12025550123", "timezone": "America/New_York"}
        booking["invitee"] = {**person, **rest}
        booking["attendees"] = [person]
    return bookings


class Feeder:
    """Works in a thread of its own; the `with` block ends when all is in, or raises why not."""

    def __init__(self) -> None:
        """Make the thread; it begins with the `with` block."""
        self.resent = 0
        self.problem: BaseException | None = None
        self._thread = threading.Thread(target=self._feed, name=type(self).__name__, daemon=True)

    def __enter__(self) -> Self:
        """Begin to send."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Wait until everything was taken."""
        self._thread.join(GIVE_UP_SECONDS)
        if self._thread.is_alive():
            self.problem = self.problem or TimeoutError("not everything was taken in time")
        if self.problem is not None:
            raise self.problem

    def _feed(self) -> None:
        try:
            self._send_all()
        except (TimeoutError, ValueError, psycopg.Error) as error:
            self.problem = error

    def _send_all(self) -> None:
        raise NotImplementedError


class Client(Feeder):
    """Posts events in batches from a thread of its own; the `with` block ends when all are in.

    A batch that is not answered with 202 (the server is away, the database is) is sent again with
    the same idempotency keys, as every client should.
    """

    executions_per_event = 1

    def __init__(
        self, stack: AirflowStack, trigger: str, bookings: Sequence[Json], *, batch: int
    ) -> None:
        """Take what is to be sent."""
        super().__init__()
        self._stack = stack
        self._trigger = trigger
        self._batches = [bookings[at : at + batch] for at in range(0, len(bookings), batch)]
        self._headers = stack.headers("editor")

    def _send_all(self) -> None:
        for batch in self._batches:
            self._send(batch)
            time.sleep(PACE_SECONDS)

    def _send(self, batch: Sequence[Json]) -> None:
        events = [
            {"trigger": self._trigger, "booking": one, "idempotency_key": f"chaos-{one['id']}"}
            for one in batch
        ]
        deadline = time.monotonic() + GIVE_UP_SECONDS
        said = ""
        while time.monotonic() < deadline:
            try:
                answer = httpx.post(
                    self._stack.url + PATH,
                    json={"events": events},
                    headers=self._headers,
                    timeout=30,
                )
            except httpx.TransportError as error:
                said = type(error).__name__
            else:
                if answer.status_code == 202:
                    self._check_taken(answer.json())
                    return
                said = f"{answer.status_code} {answer.text[:300]}"
                if answer.status_code < 500:
                    message = f"the server refused a batch for good: {said}"
                    raise ValueError(message)
            self.resent += 1
            time.sleep(PAUSE_SECONDS)
        message = f"a batch was not taken within {GIVE_UP_SECONDS:.0f} s; last: {said}"
        raise TimeoutError(message)

    def _check_taken(self, answer: Json) -> None:
        for result in answer["results"]:
            if len(result.get("executions") or ()) != self.executions_per_event:
                message = f"an event matched other workflows than it should: {str(result)[:300]}"
                raise ValueError(message)
