"""One API server's part in a test: opens a desk on a folder and does what it is told."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from pathlib import Path
from typing import Any

from bookflow.errors import ConflictError
from bookflow.spec.authoring.desk import AuthoringDesk
from tests.integration.authoring.conftest import ADA, make_spec, open_desk


def die_at(wanted: str) -> Any:
    """Give a step callback that kills this very process, as the kernel would."""

    def step(name: str) -> None:
        if name == wanted:
            os.kill(os.getpid(), signal.SIGKILL)

    return step


def write_until_killed(desk: AuthoringDesk, how: str) -> None:
    if how == "patch":
        desk.patch("welcome", {"name": "Killed"}, expected=None, author=ADA)
    elif how == "create":
        desk.create(make_spec("fresh"), author=ADA)
    else:
        desk.delete("welcome", expected=None, author=ADA)


def write_a_lot(desk: AuthoringDesk, name: str, count: int) -> dict[str, int]:
    """Make many mixed writes, each with the version it was read at, again where it was stale."""
    choice = random.Random(name)
    done = {"patch": 0, "replace": 0, "actions": 0, "create": 0, "delete": 0, "stale": 0}
    own: list[str] = []
    for number in range(count):
        kind = choice.choice(["patch", "replace", "actions", "create", "delete"])
        if kind == "delete" and not own:
            kind = "create"
        if kind == "create":
            own.append(f"{name}-{number}")
            desk.create(make_spec(own[-1]), author=ADA)
        elif kind == "delete":
            gone = own.pop(0)
            desk.delete(gone, expected=desk.read(gone).version, author=ADA)
        else:
            while not _count_up(desk, kind):
                done["stale"] += 1
        done[kind] += 1
    return {**done, "left": len(own)}


def _count_up(desk: AuthoringDesk, kind: str) -> bool:
    file = desk.read("welcome")
    data: dict[str, Any] = file.data or {}

    def raise_order(actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
        actions[0]["order"] = actions[0].get("order", 0) + 1
        return actions

    try:
        if kind == "patch":
            later = {"description": str(int(data.get("description", "0")) + 1)}
            desk.patch("welcome", later, expected=file.version, author=ADA)
        elif kind == "replace":
            whole = {**data, "delay_minutes": data.get("delay_minutes", 0) + 1}
            desk.replace("welcome", whole, expected=file.version, author=ADA)
        else:
            desk.edit_actions("welcome", raise_order, expected=file.version, author=ADA)
    except ConflictError:
        return False
    return True


def main() -> None:
    orders = json.loads(sys.argv[1])
    options = {"specs_git": orders["git"], "specs_remote": orders.get("remote", "")}
    if "die_at" in orders:
        options["step"] = die_at(orders["die_at"])
        write_until_killed(open_desk(Path(orders["specs"]), **options), orders["how"])
    else:
        desk = open_desk(Path(orders["specs"]), **options)
        sys.stdout.write(json.dumps(write_a_lot(desk, orders["name"], orders["count"])))


if __name__ == "__main__":
    main()
