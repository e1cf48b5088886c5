"""The frame of what the API server does in threads of its own, beside requests."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod


class ServerThread(ABC):
    """One thread that waits for news: `_news` guards what is asked for, and wakes the thread."""

    def __init__(self, name: str, *, stop_within: float) -> None:
        """Remember how the thread is called, and for how many seconds `stop` waits for its end."""
        self._name = name
        self._stop_within = stop_within
        self._news = threading.Condition()
        self._is_stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread."""
        self._is_stopping = False
        self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; what was asked for before is still done, as far as it can be."""
        with self._news:
            self._is_stopping = True
            self._news.notify()
        if self._thread is not None:
            self._thread.join(self._stop_within)
            self._thread = None

    @abstractmethod
    def _work(self) -> None:
        """Do what is asked for, until `_is_stopping`."""
