"""Finding in git which workflows are gone, who deleted them, and from where they come back."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bookflow.errors import SpecError
from bookflow.spec.authoring.change_messages import TRAILER, one_line
from bookflow.spec.authoring.git_history import ID, escape_pattern, find_head
from bookflow.spec.authoring.shapes import Deletion
from bookflow.spec.yaml_reading import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bookflow.spec.authoring.git_commands import Git

MOST = 100
"""How many deletions are looked at: the newest ones."""
_FORMAT = f"--format=%x01%H%x00%P%x00%an%x00%ct%x00%(trailers:key={TRAILER},valueonly)%x00"
_NAME = re.compile(rb"^name:.*$", re.MULTILINE)
_NAME_LIMIT = 1_000


class Deletions:
    """The newest deletions in a repository, looked up once per commit. Safe between threads."""

    def __init__(self, git: Git, prefix: str, *, most: int = MOST) -> None:
        """Look into a repository; `prefix` leads from the top to the folder of specs."""
        self._most = most
        self._git = git
        self._prefix = prefix
        self._lock = threading.Lock()
        self._known: tuple[str, list[Deletion]] | None = None

    def find(self) -> list[Deletion]:
        """Give each workflow whose file was deleted, by its last deletion, newest first.

        It may have been written again since; who asks knows what is there.
        """
        head = find_head(self._git)
        if head is None:
            return []
        with self._lock:
            if self._known is None or self._known[0] != head:
                self._known = head, list(self._look(head))
            return self._known[1]

    def _look(self, head: str) -> Iterator[Deletion]:
        top = f":(top,glob){escape_pattern(self._prefix)}**/*"
        answer = self._git.tell(
            "log", "-z", "--raw", "--no-abbrev", "--no-renames", "--diff-merges=first-parent",
            "--diff-filter=D", _FORMAT, f"--max-count={self._most}", head, "--",
            f"{top}.yaml", f"{top}.yml",
            f":(top,exclude,glob){escape_pattern(self._prefix)}**/.*/**",
        )  # fmt: skip
        found: dict[str, tuple[Deletion, str]] = {}
        for part in answer.split("\x01")[1:]:
            for one, blob in self._read(part):
                found.setdefault(one.workflow_id, (one, blob))
        newest = list(found.values())[: self._most]
        names = self._read_names([blob for _, blob in newest])
        for one, blob in newest:
            yield Deletion(
                one.workflow_id, names.get(blob), one.author, one.at, one.commit, one.last_commit
            )

    def _read(self, text: str) -> Iterator[tuple[Deletion, str]]:
        """Read the files that one commit deleted."""
        commit, parents, author, moment, trailer, raw = text.split("\0", 5)
        pieces = [piece for piece in raw.strip("\n\0").split("\0") if piece]
        removed = list(zip(pieces[::2], pieces[1::2], strict=False))
        for facts, path in removed:
            # what the desk wrote names the workflow, whose file may be called otherwise
            told = trailer.strip() if len(removed) == 1 else ""
            workflow_id = told or PurePosixPath(path).stem
            if ID.fullmatch(workflow_id) and parents:
                at = datetime.fromtimestamp(int(moment), UTC)
                blob = facts.split()[2]
                last = parents.split()[0]
                yield Deletion(workflow_id, None, author, at, commit, last), blob

    def _read_names(self, blobs: list[str]) -> dict[str, str]:
        """Give the names that the files began with, where they are written on one line."""
        content = "".join(f"{blob}\n" for blob in blobs).encode()
        output = self._git.ask("cat-file", "--batch", content=content).output
        names = {}
        while output:
            head, _, rest = output.partition(b"\n")
            words = head.split()
            size = int(words[2]) if len(words) == 3 and words[2].isdigit() else 0
            name = _read_name(rest[:size]) if size else None
            if name:
                names[words[0].decode()] = name
            output = rest[size + 1 :] if size else rest
        return names


def _read_name(content: bytes) -> str | None:
    line = _NAME.search(content)
    if line is None or len(line[0]) > _NAME_LIMIT:
        return None
    try:
        data = read_yaml(line[0], file="name", size_limit=_NAME_LIMIT).data
    except SpecError:
        return None
    name = data.get("name") if isinstance(data, dict) else None
    return one_line(name, 200) if isinstance(name, str) else None
