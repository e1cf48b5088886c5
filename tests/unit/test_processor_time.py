from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.processor_time import REST, TASKS, take_processor_time

BURN = "import time\nwhile time.process_time() < {seconds}: pass\n"
WAIT = "import sys; print('ready', flush=True); sys.stdin.readline()\n"
PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])\n"


@contextmanager
def running(code: str) -> Iterator[int]:
    """Run until the code has said that it is ready, and hold it there."""
    with subprocess.Popen(
        [sys.executable, "-c", code + WAIT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "ready\n"
        yield process.pid
        process.stdin.write("\n")
        process.stdin.flush()


def test_each_part_is_charged_with_what_it_used() -> None:
    with running(BURN.format(seconds=0.4)) as busy, running("") as calm:
        used = take_processor_time({"busy": busy, "calm": calm}, forking="")
    assert used["busy"] >= 0.3
    assert used["calm"] < used["busy"]


def test_ended_children_count_for_their_parent() -> None:
    child = BURN.format(seconds=0.4)
    with running(PARENT.format(child=child)) as parent:
        used = take_processor_time({"parent": parent}, forking="")
    assert used["parent"] >= 0.3


def test_children_of_the_part_that_forks_count_as_tasks() -> None:
    child = BURN.format(seconds=0.4)
    with running(PARENT.format(child=child)) as scheduler:
        used = take_processor_time({"scheduler": scheduler}, forking="scheduler")
    assert used[TASKS] >= 0.3
    assert used["scheduler"] < used[TASKS]
    assert used[REST] > 0
