"""Who uses the processor: seconds of each part of a stack, its ended children included."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bookflow.demo.stack import AirflowStack
from bookflow.store.embedded import read_postmaster

TICKS = os.sysconf("SC_CLK_TCK")
TASKS = "tasks"
REST = "load and receivers"


class StackSpending:
    """What the parts of a running stack use, PostgreSQL included."""

    def __init__(self, stack: AirflowStack) -> None:
        """Begin to count."""
        server = read_postmaster(stack.directory / "postgres")
        self._parts = {name: stack.component(name).pid for name in stack.component_names}
        if server is not None:
            self._parts["postgres"] = server.pid
        self._last = self._take()

    def since_last(self) -> dict[str, float]:
        """Give the seconds that each part used since this was asked before, the most first."""
        now, before = self._take(), self._last
        self._last = now
        used = {name: now[name] - before.get(name, 0.0) for name in now}
        return dict(sorted(used.items(), key=lambda item: -item[1]))

    def _take(self) -> dict[str, float]:
        return take_processor_time(self._parts, forking="scheduler")


def show_parts(seconds: Mapping[str, float], factor: float, digits: int) -> str:
    """Write what each part used, in a unit that `factor` makes of seconds."""
    return ", ".join(f"{name} {used * factor:.{digits}f}" for name, used in seconds.items())


@dataclass(frozen=True, slots=True)
class _Process:
    pid: int
    parent: int
    own: float
    ended_children: float


def take_processor_time(parts: Mapping[str, int], *, forking: str) -> dict[str, float]:
    """Give the seconds used so far by each part, named with the pid of its first process.

    What children of the part `forking` use counts as that of tasks; this process is a part of its
    own. A child's seconds are those of its parent once it is waited for (proc_pid_stat(5)).
    """
    processes = {process.pid: process for process in _read_all()}
    names = {pid: name for name, pid in parts.items()} | {os.getpid(): REST}
    seconds: dict[str, float] = defaultdict(float)
    for process in processes.values():
        owner = _owner(process, processes, names)
        if owner is None:
            continue
        is_first = names.get(process.pid) == owner
        name = TASKS if owner == forking and not is_first else owner
        seconds[name] += process.own
        if owner == REST:
            # what this process has waited for, such as a peer, is told apart by who asks
            continue
        seconds[TASKS if owner == forking else owner] += process.ended_children
    return dict(seconds)


def _owner(
    process: _Process, processes: Mapping[int, _Process], names: Mapping[int, str]
) -> str | None:
    found: _Process | None = process
    while found is not None:
        if found.pid in names:
            return names[found.pid]
        found = processes.get(found.parent)
    return None


def _read_all() -> list[_Process]:
    found = []
    for path in Path("/proc").iterdir():
        if not path.name.isdigit():
            continue
        try:
            text = (path / "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        # the name may hold blanks and brackets
        words = text.rpartition(")")[2].split()
        own, ended = sum(map(int, words[11:13])), sum(map(int, words[13:15]))
        found.append(_Process(int(path.name), int(words[1]), own / TICKS, ended / TICKS))
    return found
