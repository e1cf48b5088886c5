"""Having specs parsed as soon as they are saved, and making sure that it happens.

The dag-processor drops a request for a file that it is just parsing, so a thread asks again until
a parse has begun after the change.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Protocol

from bookflow.airflow_client.server_threads import ServerThread
from bookflow.records import utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from bookflow.ports import NowSource

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.5
ASK_AGAIN_SECONDS = 2.0
STOP_SECONDS = 5.0


class ParsingDesk(Protocol):
    """What Airflow's database knows of parsing."""

    def ask(self, *, again: bool = False) -> bool:
        """Ask for the specs to be parsed; False where Airflow has no file of them to parse."""
        ...

    def has_parsed_since(self, instant: datetime) -> bool:
        """Tell whether a parse of them that began after an instant has ended."""
        ...

    def retire(self, workflow_ids: Collection[str], instant: datetime) -> None:
        """Take the DAGs of workflows from Airflow's lists that no parse has shown since then."""
        ...


class FactoryReparser(ServerThread):
    """The `Reparser` of a server; what fails is left to the dag-processor, and logged."""

    def __init__(
        self,
        desk: ParsingDesk | None = None,
        *,
        now: NowSource = utc_now,
        clock: Callable[[], float] = time.monotonic,
        patience: float = PATIENCE_SECONDS,
        look_after: float = LOOK_SECONDS,
        ask_again_after: float = ASK_AGAIN_SECONDS,
    ) -> None:
        """Remember how; times are in seconds."""
        super().__init__("bookflow-reparser", stop_within=STOP_SECONDS)
        self._desk = desk
        self._now = now
        self._clock = clock
        self._patience = patience
        self._look_after = look_after
        self._ask_again_after = ask_again_after
        self._changed_at: datetime | None = None
        self._gone: set[str] = set()

    def request(self, *, changed: Collection[str], gone: Collection[str]) -> None:
        """Ask for parsing; never raises and never waits for Airflow."""
        with self._news:
            self._changed_at = self._now()
            self._gone.difference_update(changed)
            self._gone.update(gone)
            self._news.notify()

    def _work(self) -> None:
        while True:
            with self._news:
                while self._changed_at is None and not self._is_stopping:
                    self._news.wait()
                # a change that came just before the end is still asked for
                if self._changed_at is None:
                    return
            try:
                self._see_through()
            except Exception:
                # the thread must outlive whatever Airflow's database does
                log.exception(
                    "bookflow: Airflow could not be asked to parse the specs; the dag-processor "
                    "does so at its next turn"
                )
                self._forget(self._changed_at)

    def _see_through(self) -> None:
        """Ask until the newest change has been parsed."""
        desk = self._open_desk()
        seen: datetime | None = None
        began = asked_at = self._clock()
        while True:
            with self._news:
                changed_at, gone = self._changed_at, sorted(self._gone)
            if changed_at is None:
                return
            if changed_at != seen:
                began = asked_at = self._clock()
                seen = changed_at
                desk.retire(gone, changed_at)
                if not desk.ask():
                    self._forget(changed_at)
                    return
            elif desk.has_parsed_since(changed_at):
                # a parse that was under way may have shown what is gone once more
                desk.retire(gone, changed_at)
                self._forget(changed_at)
                return
            elif self._clock() - began > self._patience:
                log.warning(
                    "bookflow: the specs were not parsed within %.0f s of a change: is the "
                    "dag-processor running?",
                    self._patience,
                )
                self._forget(changed_at)
                return
            elif self._clock() - asked_at >= self._ask_again_after:
                asked_at = self._clock()
                desk.ask(again=True)
            with self._news:
                if self._is_stopping:
                    self._changed_at = None
                    return
                if self._changed_at == changed_at:
                    self._news.wait(self._look_after)

    def _forget(self, changed_at: datetime | None) -> None:
        """Drop a change that is dealt with, unless another came meanwhile."""
        with self._news:
            if self._changed_at == changed_at:
                self._changed_at = None
                self._gone.clear()

    def _open_desk(self) -> ParsingDesk:
        if self._desk is None:
            # only the API server has Airflow's database, so only it pays for this
            from bookflow.airflow_client.parse_requests import AirflowParsingDesk

            self._desk = AirflowParsingDesk()
        return self._desk
