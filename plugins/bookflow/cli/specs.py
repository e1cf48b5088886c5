"""What `bookflow validate` and `bookflow test` read, and what they find out about specs."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from bookflow.errors import ConfigurationError, InputError, SpecError, SpecIssue
from bookflow.spec.event_types import check_event_types
from bookflow.spec.loading import LoadedWorkflow, load_workflow, show_path
from bookflow.spec.repository import SpecRepository
from bookflow.spec.spec_files import refuse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from bookflow.ports.trials import TrialDomain
    from bookflow.spec.vocabulary import Vocabulary

BOOKING_LIMIT = 1_048_576


def read_spec(path: Path, vocabulary: Vocabulary, size_limit: int) -> LoadedWorkflow:
    """Load one spec file; raises `SpecError`, also when it can't be read."""
    try:
        size = path.stat().st_size
        if size > size_limit:
            message = f"the file has {size:,} bytes; at most {size_limit:,} are read"
            raise SpecError([refuse(str(path), message, "too-large")])
        with path.open("rb") as file:
            content = file.read(size_limit + 1)
    except (OSError, ValueError) as error:
        raise SpecError(
            [refuse(str(path), f"can't be read: {_why(error)}", "unreadable")]
        ) from None
    return load_workflow(content, file=str(path), vocabulary=vocabulary, size_limit=size_limit)


def read_booking(path: Path) -> dict[str, Any]:
    """Read a booking from a JSON file: the booking itself, or `{"booking": {...}}`."""
    name = show_path(str(path))
    try:
        with path.open("rb") as file:
            content = file.read(BOOKING_LIMIT + 1)
    except (OSError, ValueError) as error:
        raise InputError("--booking", f"{name} can't be read: {_why(error)}") from None
    if len(content) > BOOKING_LIMIT:
        raise InputError("--booking", f"{name} is larger than {BOOKING_LIMIT:,} bytes")
    try:
        value = json.loads(content.decode("utf-8-sig"))
    except RecursionError:
        raise InputError("--booking", f"{name} is nested too deeply") from None
    except ValueError as error:
        raise InputError("--booking", f"{name} is not JSON: {error}") from None
    if isinstance(value, dict) and isinstance(value.get("booking"), dict):
        value = value["booking"]
    if not isinstance(value, dict):
        raise InputError("--booking", f'{name} must hold an object, such as {{"id": "booking-1"}}')
    return value


def choose_booking(
    loaded: LoadedWorkflow,
    domain: TrialDomain,
    path: Path | None,
    *,
    is_mock: bool,
    variants: Sequence[str],
    now: datetime,
) -> dict[str, Any]:
    """Give the booking to try a workflow on: the one in a file, or a made-up one."""
    if (path is None) is not is_mock:
        raise InputError("", "give either --booking FILE.json or --mock")
    if path is None:
        return domain.make_sample(loaded.workflow, now=now, variants=variants)
    if variants:
        raise InputError("--variant", "is about made-up bookings; use it with --mock")
    return domain.parse_subject(read_booking(path), path="booking")


def check_specs(
    paths: Sequence[Path],
    vocabulary: Vocabulary,
    size_limit: int,
    *,
    event_types: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Check files and folders: `{"valid", "checked", "errors": [...], "warnings": [...]}`.

    With `event_types`, specs may name only these.
    """
    errors: list[SpecIssue] = []
    warnings: list[SpecIssue] = []
    owners: dict[str, str] = {}
    checked: set[str] = set()
    for path in paths:
        for file, outcome in _load_all(path, vocabulary, size_limit):
            # the same file may be named twice, or lie in a folder that is named too
            place = os.path.realpath(file)
            if place in checked:
                continue
            checked.add(place)
            if isinstance(outcome, SpecError):
                errors.extend(outcome.issues)
                continue
            warnings.extend(outcome.warnings)
            if event_types is not None:
                errors.extend(check_event_types(outcome, event_types, size_limit=size_limit))
            other = owners.setdefault(outcome.workflow.id, file)
            if other != file:
                message = (
                    f"the id `{outcome.workflow.id}` is also in {show_path(other)}; "
                    "give one of the two another id"
                )
                errors.append(refuse(file, message, "duplicate-id", "id"))
    if not checked:
        names = ", ".join(str(path) for path in paths)
        errors.append(refuse(names, "no spec files (*.yaml, *.yml) found here", "no-specs"))
    return {
        "valid": not errors,
        "checked": len(checked),
        "errors": [_as_json(issue) for issue in errors],
        "warnings": [_as_json(issue) for issue in warnings],
    }


def _load_all(
    path: Path, vocabulary: Vocabulary, size_limit: int
) -> Iterator[tuple[str, LoadedWorkflow | SpecError]]:
    try:
        if path.is_dir():
            scan = SpecRepository(path, vocabulary, size_limit=size_limit).scan()
            for error_path, error in sorted(scan.errors.items()):
                yield str(error_path), error
            for loaded in sorted(scan.workflows.values(), key=lambda item: item.path):
                yield str(loaded.path), loaded
        else:
            yield str(path), read_spec(path, vocabulary, size_limit)
    except SpecError as error:
        yield str(path), error
    except ConfigurationError as error:
        yield str(path), SpecError([refuse(str(path), str(error), "unreadable")])


def _why(error: OSError | ValueError) -> str:
    said = error.strerror if isinstance(error, OSError) else str(error)
    return said or type(error).__name__


def _as_json(issue: SpecIssue) -> dict[str, Any]:
    return {
        "file": issue.file,
        "line": issue.line,
        "column": issue.column,
        "key": issue.key,
        "message": issue.message,
        "suggestion": issue.suggestion,
        "code": issue.code,
        "text": str(issue),
    }
