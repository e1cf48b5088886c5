"""Building a commit that changes one path, from objects alone: no index, no work tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bookflow.spec.authoring.git_commands import Git, ObjectReader

_TREE_MODE = b"40000"
_FILE_MODE = b"100644"
_Entries = dict[bytes, tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Tip:
    """The commit that the next one follows; `blob` is its id of the path, `content` its bytes.

    `commit` is "" before the first one. `levels` are the folders on the way, the top first.
    """

    commit: str
    blob: str
    content: bytes
    mode: bytes
    levels: tuple[_Entries, ...]


def read_tip(reader: ObjectReader, path: str) -> Tip:
    """Look at the present commit as far as one path goes."""
    names = path.encode().split(b"/")
    head = reader.read("HEAD")
    if head is None:
        return Tip("", "", b"", _FILE_MODE, tuple({} for _ in names))
    commit = head[0]
    size = len(commit) // 2
    levels: list[_Entries] = []
    for depth in range(len(names)):
        folder = b"/".join(names[:depth]).decode()
        tree = reader.read(f"{commit}:{folder}")
        is_tree = not depth or levels[-1].get(names[depth - 1], (b"",))[0] == _TREE_MODE
        levels.append(_parse(tree[1], size) if tree and is_tree else {})
    found = levels[-1].get(names[-1])
    if found is None or found[0] == _TREE_MODE:
        return Tip(commit, "", b"", _FILE_MODE, tuple(levels))
    blob = reader.read(f"{commit}:{path}")
    return Tip(commit, found[1].hex(), blob[1] if blob else b"", found[0], tuple(levels))


def write_tree(git: Git, tip: Tip, path: str, blob: str | None) -> str:
    """Write the trees with one path changed (None: removed) and give the top one's id."""
    names = path.encode().split(b"/")
    child = (tip.mode, bytes.fromhex(blob)) if blob else None
    for name, level in zip(reversed(names), reversed(tip.levels), strict=True):
        entries = dict(level)
        if child is None:
            entries.pop(name, None)
        else:
            entries[name] = child
        raw = _format(entries)
        is_top = level is tip.levels[0]
        if entries or is_top:
            written = git.tell("hash-object", "-w", "-t", "tree", "--stdin", content=raw)
            child = (_TREE_MODE, bytes.fromhex(written))
        else:
            child = None
    return child[1].hex() if child else ""


def _parse(raw: bytes, size: int) -> _Entries:
    entries, at = {}, 0
    while at < len(raw):
        space = raw.index(b" ", at)
        end = raw.index(b"\0", space)
        entries[raw[space + 1 : end]] = (raw[at:space], raw[end + 1 : end + 1 + size])
        at = end + 1 + size
    return entries


def _format(entries: _Entries) -> bytes:
    def place(name: bytes) -> bytes:
        return name + b"/" if entries[name][0] == _TREE_MODE else name

    return b"".join(
        entries[name][0] + b" " + name + b"\0" + entries[name][1]
        for name in sorted(entries, key=place)
    )
