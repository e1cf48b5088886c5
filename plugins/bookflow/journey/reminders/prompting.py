"""Prompting: reminders are planned as soon as a booking came in, not only at the next tick.

Else a booking that is moved to a start close ahead would get its reminder up to a minute late.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from bookflow.errors import BookflowError

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0
STOP_SECONDS = 5.0


class Prompter:
    """Plans in a thread of its own: at once when asked to, then at most every `pause` seconds.

    What fails is logged and left to the clock.
    """

    def __init__(self, plan: Callable[[], object], *, pause: float = PAUSE_SECONDS) -> None:
        """Remember how to plan; `start` starts the thread.

        Where `plan` gives False somebody else was just planning, who may not have seen what came
        in: it is asked again after the pause.
        """
        self._plan = plan
        self._pause = pause
        self._news = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def prompt(self) -> None:
        """Ask for planning; never waits."""
        self._news.set()

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._work, name="bookflow-planner", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; what is asked for and not yet planned is left to the clock."""
        self._stopping.set()
        self._news.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def _work(self) -> None:
        while True:
            self._news.wait()
            if self._stopping.is_set():
                return
            self._news.clear()
            try:
                if self._plan() is False:
                    self._news.set()
            except BookflowError as error:
                log.warning("bookflow: reminders are left to the clock: %s", error)
            except Exception:
                # the thread must outlive whatever the database does
                log.exception("bookflow: reminders are left to the clock")
            self._stopping.wait(self._pause)
