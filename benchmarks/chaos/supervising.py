"""What a supervisor does on a server: end a process's leftovers and start it again."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeVar

import httpx
import psycopg

from bookflow.demo.stack import AirflowStack
from bookflow.errors import BookflowError, ConfigurationError
from bookflow.store.embedded import is_alive, read_postmaster, start_embedded

LOOK_SECONDS = 0.1
HEALTHY_SECONDS = 120.0
DATABASE = "postgres"
TASK = "task"
WORKER = "worker"
SCHEDULER = "scheduler"
SCHEDULER_AND_TASKS = "scheduler-and-tasks"
CELERY_WORKER = "celery-worker"
CELERY_WORKER_AND_TASKS = "celery-worker-and-tasks"
VICTIMS = (
    *(SCHEDULER, SCHEDULER_AND_TASKS, TASK, WORKER),
    *("triggerer", "dag-processor", "api-server", DATABASE),
)
CLUSTER_VICTIMS = ("scheduler-2", CELERY_WORKER, CELERY_WORKER_AND_TASKS, "redis")
_WITH_TASKS = {SCHEDULER_AND_TASKS: SCHEDULER, CELERY_WORKER_AND_TASKS: CELERY_WORKER}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Restart:
    """A process that ended and was started again, at `at` (time.monotonic)."""

    name: str
    at: float


class Supervisor:
    """Starts whatever ends again after `pause` seconds; ends with the `with` block.

    As systemd and container engines do, it ends what a killed component left running first.
    """

    def __init__(self, stack: AirflowStack, *, pause: float = 3.0) -> None:
        """Watch a running stack."""
        self.restarts: list[Restart] = []
        self.problem: BaseException | None = None
        self._stack = stack
        self._postgres = stack.directory / "postgres"
        self._pause = pause
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    def __enter__(self) -> Self:
        """Begin to watch."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Watch no more."""
        self._stopping.set()
        self._thread.join(HEALTHY_SECONDS)

    def restarted(self, name: str, since: float) -> float | None:
        """Tell when a component was started again after `since`."""
        found = [restart.at for restart in self.restarts if restart.name == name]
        return next((at for at in found if at >= since), None)

    def _watch(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            try:
                if not is_alive(self._postgres):
                    self._revive(DATABASE)
                for name in self._stack.component_names:
                    if has_ended(self._stack, name):
                        self._revive(name)
            except (OSError, BookflowError) as error:
                self.problem = error
                return

    def _revive(self, name: str) -> None:
        self._stopping.wait(self._pause)
        if name == DATABASE:
            start_embedded(self._postgres)
        else:
            # as the end of a container or of a systemd unit does: whatever outlived it
            kill_session(self._stack.component(name).pid)
            self._stack.component(name).kill()
            self._stack.start_component(name)
        self.restarts.append(Restart(name, time.monotonic()))


def has_ended(stack: AirflowStack, name: str) -> bool:
    """Tell whether a component's main process is gone."""
    try:
        stack.component(name).check_alive()
    except ConfigurationError:
        return True
    return False


def kill(stack: AirflowStack, victim: str, dag_id: str) -> None:
    """End one process of the stack at once, as the system does when memory runs out.

    `task` is the process that runs an action of the DAG, `worker` the executor's process that
    watches over it, together with it. `scheduler-and-tasks` are the scheduler, its executor's
    processes and their tasks at one blow, as when their machine dies; `celery-worker-and-tasks`
    the same of a cluster's worker.
    """
    if victim == DATABASE:
        server = read_postmaster(stack.directory / "postgres")
        if server is None:
            message = "no PostgreSQL runs in the stack's directory"
            raise RuntimeError(message)
        os.kill(server.pid, signal.SIGKILL)
    elif victim in (TASK, WORKER):
        pid = wait(lambda: find_task(stack, dag_id), 60.0, f"a running task of {dag_id}")
        if victim == WORKER:
            os.kill(parent_of(pid), signal.SIGKILL)
        os.kill(pid, signal.SIGKILL)
    elif victim in _WITH_TASKS:
        kill_session(stack.component(_WITH_TASKS[victim]).pid)
    else:
        os.kill(stack.component(victim).pid, signal.SIGKILL)


def component_of(victim: str) -> str | None:
    """Name what a supervisor starts again after the kill; None where Airflow does it all."""
    if victim in (TASK, WORKER):
        return None
    return _WITH_TASKS.get(victim, victim)


def kill_session(leader: int) -> None:
    """End every process of a component's session; tasks have process groups of their own."""
    for path in Path("/proc").iterdir():
        if not path.name.isdigit():
            continue
        try:
            # state, parent, group, session follow the name in parentheses
            session = int((path / "stat").read_text().rpartition(")")[2].split()[3])
            if session == leader:
                os.kill(int(path.name), signal.SIGKILL)
        except (OSError, ValueError):
            # it ended meanwhile
            continue


def find_task(stack: AirflowStack, dag_id: str) -> int | None:
    """Give the process id of a running task of the DAG."""
    with psycopg.connect(stack.airflow_database) as link:
        rows = link.execute(
            "SELECT pid FROM task_instance WHERE dag_id = %s AND state = 'running'"
            " AND pid IS NOT NULL AND task_id <> 'finish'",
            [dag_id],
        ).fetchall()
    return next((pid for (pid,) in rows if Path(f"/proc/{pid}").exists()), None)


def parent_of(pid: int) -> int:
    """Give the process id of a process's parent."""
    # the name, in parentheses, may hold spaces
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def wait_until_healthy(stack: AirflowStack) -> None:
    """Wait until every component says that it is well."""
    wait(lambda: _is_healthy(stack), HEALTHY_SECONDS, "Airflow to be healthy")


def _is_healthy(stack: AirflowStack) -> bool:
    try:
        answer = httpx.get(f"{stack.url}/api/v2/monitor/health", timeout=5)
        states = answer.json() if answer.is_success else {}
    except (httpx.HTTPError, ValueError):
        return False
    parts = ("metadatabase", "scheduler", "dag_processor", "triggerer")
    return all((states.get(part) or {}).get("status") == "healthy" for part in parts)


def wait(look: Callable[[], T | None], seconds: float, what: str) -> T:
    """Wait until a look finds something, and give it; raises `TimeoutError`."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            message = f"waited {seconds:.0f} s for {what}"
            raise TimeoutError(message)
        time.sleep(0.02)
    return found
