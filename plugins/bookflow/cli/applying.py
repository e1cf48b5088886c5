"""What `bookflow workflows apply` does: local spec files become the server's, file by file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bookflow.cli.addressing import build_path
from bookflow.cli.plain_text import show_line
from bookflow.cli.remote import RemoteError, Server
from bookflow.errors import BookflowError, InputError
from bookflow.spec.loading import show_path
from bookflow.spec.spec_files import walk_specs
from bookflow.spec.yaml_reading import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

What = Literal["created", "updated", "unchanged", "deleted", "failed"]
VERSION_CHARACTERS = 12


@dataclass(frozen=True, slots=True)
class LocalSpec:
    """A spec file on this machine."""

    workflow_id: str
    path: Path
    content: bytes

    @property
    def version(self) -> str:
        """The version the server gives a file of this content."""
        return hashlib.sha256(self.content).hexdigest()[:VERSION_CHARACTERS]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one workflow."""

    workflow_id: str
    file: str | None
    what: What
    diff: str = ""
    commit: str | None = None
    message: str | None = None


def read_local_specs(paths: Sequence[Path], size_limit: int) -> list[LocalSpec]:
    """Read files and folders of specs; raises `InputError` where an id comes twice."""
    found: dict[str, LocalSpec] = {}
    for path in dict.fromkeys(_expand(paths)):
        spec = _read(path, size_limit)
        other = found.setdefault(spec.workflow_id, spec)
        if other is not spec:
            message = (
                f"{show_path(str(path))} and {show_path(str(other.path))} both have the id "
                f"`{spec.workflow_id}`; give one of the two another id"
            )
            raise InputError("", message)
    if not found:
        names = ", ".join(show_path(str(path)) for path in paths)
        raise InputError("", f"no spec files (*.yaml, *.yml) found here: {names}")
    return list(found.values())


def list_versions(server: Server) -> dict[str, str]:
    """Give the version of every workflow the server shows."""
    return {
        str(item.get("id")): str(item.get("version"))
        for item in server.pages("/workflows", "workflows")
    }


def apply_spec(
    server: Server, spec: LocalSpec, versions: Mapping[str, str], *, is_dry: bool
) -> Outcome:
    """Create or update one workflow; what goes wrong with it is in the outcome."""
    file = show_path(str(spec.path))
    current = versions.get(spec.workflow_id)
    if current == spec.version:
        return Outcome(spec.workflow_id, file, "unchanged")
    query = {"dry_run": True} if is_dry else {}
    path = build_path("workflows", spec.workflow_id)
    try:
        if current is None:
            answer = server.call("POST", "/workflows", yaml=spec.content, query=query)
        else:
            answer = server.call("PUT", path, yaml=spec.content, query=query, version=current)
    except RemoteError as error:
        message = explain_refusal(server, spec.workflow_id, error)
        return Outcome(spec.workflow_id, file, "failed", message=message)
    diff = str(answer.get("diff") or "")
    what: What = "created" if current is None else "updated" if diff else "unchanged"
    return Outcome(spec.workflow_id, file, what, diff, answer.get("commit"))


def prune(server: Server, workflow_id: str, version: str, *, is_dry: bool) -> Outcome:
    """Delete a workflow that has no file."""
    query = {"dry_run": True} if is_dry else {}
    path = build_path("workflows", workflow_id)
    try:
        answer = server.call("DELETE", path, query=query, version=version)
    except RemoteError as error:
        message = explain_refusal(server, workflow_id, error)
        return Outcome(workflow_id, None, "failed", message=message)
    return Outcome(
        workflow_id, None, "deleted", str(answer.get("diff") or ""), answer.get("commit")
    )


def explain_refusal(server: Server, workflow_id: str, error: RemoteError) -> str:
    """Say why a write was refused; where somebody was faster, who and what they did."""
    if error.status != 412:
        return str(error)
    try:
        path = build_path("workflows", workflow_id, "versions")
        [last, *_] = server.pages(path, "versions", limit=1)
    except (BookflowError, ValueError):
        return f"{error}; somebody changed it meanwhile, look at it and try again"
    who, when, what = (show_line(last.get(key) or "?") for key in ("author", "at", "message"))
    return (
        f"`{workflow_id}` was changed meanwhile by {who} at {when} ({what}); look at it with "
        f"`bookflow workflows history {workflow_id}`, then try again"
    )


def _expand(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            for found in sorted(walk_specs(str(path))):
                if found.refusal:
                    raise InputError("", f"{show_path(found.path)}: {found.refusal}")
                yield Path(found.path)
        else:
            yield path


def _read(path: Path, size_limit: int) -> LocalSpec:
    name = show_path(str(path))
    try:
        with path.open("rb") as file:
            content = file.read(size_limit + 1)
    except (OSError, ValueError) as error:
        said = (error.strerror if isinstance(error, OSError) else "") or str(error)
        raise InputError("", f"{name} can't be read: {said}") from None
    if len(content) > size_limit:
        raise InputError("", f"{name} has more than {size_limit:,} bytes")
    data = read_yaml(content, file=str(path), size_limit=size_limit).data
    return LocalSpec(_find_id(data, path), path, content)


def _find_id(data: Mapping[str, Any], path: Path) -> str:
    found = data.get("id")
    # the server says what is wrong with any other id
    return found if isinstance(found, str) and found else path.stem
