"""Having specs parsed as soon as they are saved, and making sure that it happens.

The dag-processor drops a request for a file that it is just parsing, so a thread asks again until
a parse has begun after the change: at once when a parse ends that had begun before it. With the
bundle of specs the dag-processor sees to that itself, and is only told to look at once.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bookflow.airflow_client.server_threads import ServerThread
from bookflow.records import utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from bookflow.ports import NowSource

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.25
# a lost request shows by the parse it met: this is for a parse that was killed
ASK_AGAIN_SECONDS = 10.0
# without any DAG no parse shows
ASK_BLINDLY_SECONDS = 2.0
STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Parse:
    """A parse of the specs that Airflow's database tells of."""

    begun: datetime
    ended: datetime


@dataclass(frozen=True, slots=True)
class ShownDag:
    """What Airflow's database tells of a DAG: its file, and when it was stored last (Unix time)."""

    file: str
    ended: float
    is_stale: bool = False


class ParsingDesk(Protocol):
    """What Airflow's database knows of parsing."""

    def ask(self) -> bool:
        """Ask for the specs to be parsed; False where there is nothing more to see to."""
        ...

    def ask_for_errors(self) -> None:
        """Ask for what is wrong with specs to be shown."""
        ...

    def last_parse(self) -> Parse | None:
        """Give the last parse that has ended; None where no DAG tells of one."""
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
        ask_blindly_after: float = ASK_BLINDLY_SECONDS,
    ) -> None:
        """Remember how; times are in seconds."""
        super().__init__("bookflow-reparser", stop_within=STOP_SECONDS)
        self._desk = desk
        self._now = now
        self._clock = clock
        self._patience = patience
        self._look_after = look_after
        self._ask_again_after = ask_again_after
        self._ask_blindly_after = ask_blindly_after
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
        watch: _Watch | None = None
        while True:
            with self._news:
                changed_at, gone = self._changed_at, sorted(self._gone)
            if changed_at is None:
                return
            if watch is None or watch.changed_at != changed_at:
                desk.retire(gone, changed_at)
                now = self._clock()
                watch = _Watch(changed_at, began=now, asked_at=now, known=desk.last_parse())
                is_over = not desk.ask()
            else:
                is_over = self._is_over(desk, watch, gone)
                if is_over:
                    # not before: files are parsed one after the other
                    desk.ask_for_errors()
            if is_over:
                self._forget(changed_at)
                return
            with self._news:
                if self._is_stopping:
                    self._changed_at = None
                    return
                if self._changed_at == changed_at:
                    self._news.wait(self._look_after)

    def _is_over(self, desk: ParsingDesk, watch: _Watch, gone: Collection[str]) -> bool:
        """Look whether a change has been parsed; ask again where the request may be lost."""
        parse, now = desk.last_parse(), self._clock()
        if parse is not None and parse.begun >= watch.changed_at:
            # a parse that was under way may have shown what is gone once more
            desk.retire(gone, watch.changed_at)
            return True
        if now - watch.began > self._patience:
            log.warning(
                "bookflow: the specs were not parsed within %.0f s of a change: is the "
                "dag-processor running?",
                self._patience,
            )
            return True
        patience = self._ask_again_after if parse else self._ask_blindly_after
        is_overdue = now - watch.asked_at >= patience
        if parse is None and is_overdue and watch.has_asked_again:
            # no workflow has a DAG: there is nothing to see a parse by
            return True
        if parse != watch.known or is_overdue:
            watch.known, watch.asked_at, watch.has_asked_again = parse, now, True
            desk.ask()
        return False

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


@dataclass(slots=True)
class _Watch:
    """What is known of one change while its parse is waited for."""

    changed_at: datetime
    began: float
    asked_at: float
    known: Parse | None
    has_asked_again: bool = False
