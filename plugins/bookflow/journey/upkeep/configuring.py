"""Checks of what people configure: spec files that are broken, connections that are missing."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from bookflow.errors import BookflowError, ConfigurationError, SpecError
from bookflow.journey.upkeep.monitoring import CONFIGURATION, SPEC
from bookflow.ports.upkeep import KEY_LIMIT, Finding, Severity
from bookflow.spec.loading import show_path
from bookflow.spec.spec_files import read_spec_file, walk_specs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from bookflow.ports import ConnectionSource
    from bookflow.spec.loading import LoadedWorkflow
    from bookflow.spec.spec_files import FoundFile

    Loader = Callable[[bytes, str], LoadedWorkflow]

SHOWN_ISSUES = 3
HINT = (
    "Its workflow does not run until the file is mended; `bookflow validate` tells everything that "
    "is wrong."
)
_DIGEST_LENGTH = 12


def find_broken_specs(
    specs_dir: Path,
    load: Loader,
    versions: Mapping[str, tuple[str, str, str]],
    *,
    size_limit: int,
) -> Iterator[Finding]:
    """Find invalid spec files; those whose text was valid before are not even parsed.

    `versions` holds version, workflow and organizer of each file's last valid text.
    """
    root = str(specs_dir)
    try:
        files = list(walk_specs(root))
    except BookflowError as error:
        yield Finding(
            CONFIGURATION,
            "specs",
            "the folder of workflow specs can't be read",
            f"{error}. No edit takes effect, and a restart would leave no workflows.",
            Severity.CRITICAL,
        )
        return
    for file in files:
        path = show_path(file.path.removeprefix(root).lstrip(os.sep))
        version, workflow_id, organizer = versions.get(path, ("", "", ""))
        try:
            text = read_spec_file(file, size_limit)
            if sha256(text).hexdigest()[:_DIGEST_LENGTH] != version:
                load(text, path)
        except SpecError as error:
            yield _describe(path, file, error, workflow_id, organizer)


def _describe(
    path: str, file: FoundFile, error: SpecError, workflow_id: str, organizer: str
) -> Finding:
    lines = [f"line {one.line}: {one.key}: {one.message}" for one in error.issues[:SHOWN_ISSUES]]
    more = len(error.issues) - SHOWN_ISSUES
    if more > 0:
        lines.append(f"and {more} more")
    return Finding(
        SPEC,
        path[:KEY_LIMIT],
        f"the spec `{path[:200]}` is invalid",
        "\n".join([*lines, HINT]),
        workflow_id=workflow_id or Path(file.path).stem[:KEY_LIMIT],
        owner=organizer or None,
        tells_owner=True,
        details={"issues": len(error.issues)},
    )


def find_missing_connections(
    connections: ConnectionSource, wanted: Iterable[tuple[str, str]]
) -> Iterator[Finding]:
    """Find connections that are needed and not there; `wanted` are (connection, what for)."""
    for conn_id, purpose in wanted:
        try:
            connections.get(conn_id)
        except ConfigurationError as error:
            yield Finding(
                CONFIGURATION,
                f"connection:{conn_id}"[:KEY_LIMIT],
                f"the Airflow connection `{conn_id[:200]}` can't be used",
                f"It is needed {purpose}. {error}",
                Severity.CRITICAL,
            )
