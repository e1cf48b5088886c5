"""Pulling: specs that were pushed to a remote come to this server and take effect at once."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Protocol

from bookflow.errors import BookflowError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bookflow.ports.reparsing import Reparser
    from bookflow.spec.repository import Scan, SpecRepository

log = logging.getLogger(__name__)

STOP_SECONDS = 5.0


class PullingDesk(Protocol):
    """What of an `AuthoringDesk` is needed here."""

    def pull(self) -> bool:
        """Get what others pushed; True if anything came."""
        ...


class RemotePuller:
    """Pulls in a thread of its own; what came is followed up as if it had been saved here.

    A remote that hangs keeps nothing else waiting. Without a `remote` it works once, since a pull
    also ends what a killed server began to save. What fails is logged and tried at the next turn.
    """

    def __init__(
        self,
        open_desk: Callable[[], PullingDesk],
        specs: SpecRepository,
        reparser: Reparser,
        prompt: Callable[[], None],
        *,
        remote: str,
        pause: float,
    ) -> None:
        """Remember how; `pause` are the seconds between two turns."""
        self._open_desk = open_desk
        self._specs = specs
        self._reparser = reparser
        self._prompt = prompt
        self._remote = remote
        self._pause = pause
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._work, name="bookflow-pull", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; a pull that is under way is not waited for long."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)
            self._thread = None

    def pull(self) -> None:
        """Pull once, and have everybody who goes by the specs hear of what changed."""
        # what lies here at first is known to Airflow; only what the pull changes is news
        before = self._specs.refresh(max_age=float("inf"))
        if self._open_desk().pull():
            log.info("bookflow: specs came from %s", self._remote)
        after = self._specs.refresh(max_age=0.0)
        if after is before:
            return
        changed = _find_changed(before, after)
        gone = {workflow_id for workflow_id in changed if not _has_dag(after, workflow_id)}
        # also where only invalid files changed: Airflow shows what is wrong with them
        self._reparser.request(changed=changed, gone=gone)
        self._prompt()

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                self.pull()
            except (OSError, BookflowError) as error:
                log.warning("bookflow: specs can't be pulled: %s", error)
            except Exception:
                # the thread must outlive whatever lies in the folder
                log.exception("bookflow: specs can't be pulled")
            if not self._remote:
                return
            self._stopping.wait(self._pause)


def _find_changed(before: Scan, after: Scan) -> set[str]:
    # an unchanged file keeps its object from scan to scan
    return {
        workflow_id
        for workflow_id in before.workflows.keys() | after.workflows.keys()
        if before.workflows.get(workflow_id) is not after.workflows.get(workflow_id)
    }


def _has_dag(scan: Scan, workflow_id: str) -> bool:
    loaded = scan.workflows.get(workflow_id)
    return loaded is not None and loaded.workflow.is_active
