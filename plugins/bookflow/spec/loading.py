"""Loading a spec: from the text of a file to a checked workflow, or to everything wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from bookflow.errors import SpecError, SpecIssue
from bookflow.spec.checking import check_list, check_words, find_warnings
from bookflow.spec.models import Workflow
from bookflow.spec.problems import MOST_PROBLEMS, Problem, explain_validation_error
from bookflow.spec.timing_checks import find_timing_warnings
from bookflow.spec.yaml_reading import YamlDocument, dotted_key, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bookflow.spec.vocabulary import Vocabulary

SIZE_LIMIT = 262_144
"""Bytes of the largest spec that is read, unless a setting says otherwise."""


@dataclass(frozen=True, slots=True)
class LoadedWorkflow:
    """A checked workflow, where it came from, and the digest of the bytes it was read from."""

    workflow: Workflow
    path: Path
    version: str
    warnings: tuple[SpecIssue, ...] = ()


def load_workflow(
    text: str | bytes, *, file: str, vocabulary: Vocabulary, size_limit: int = SIZE_LIMIT
) -> LoadedWorkflow:
    """Load and check a spec; raises `SpecError` with every issue, in the order of the lines."""
    name = show_path(file)
    document = read_yaml(text, file=name, size_limit=size_limit)
    data = _without_blanks(document.data)
    workflow: Workflow | None = None
    problems: list[Problem] = []
    try:
        workflow = Workflow.model_validate(data)
    except ValidationError as error:
        problems = [*explain_validation_error(error, data), *check_list(data)]
    problems += check_words(data, workflow, vocabulary)
    if problems or workflow is None:
        raise SpecError(_to_issues(problems, document, name))
    content = text if isinstance(text, bytes) else text.encode()
    found = [*find_warnings(data), *find_timing_warnings(workflow, vocabulary)]
    warnings = tuple(_to_issues(found, document, name))
    return LoadedWorkflow(workflow, Path(file), sha256(content).hexdigest()[:12], warnings)


def show_path(path: str) -> str:
    """Write a path so that no file name can break a line or an encoding."""
    if path.isprintable():
        return path
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in path
    )


def _without_blanks(data: dict[str, Any]) -> dict[str, Any]:
    """Take a key without a value, at the top or in an action, as a key that is not there."""
    kept = {key: value for key, value in data.items() if value is not None}
    actions = kept.get("actions")
    if isinstance(actions, list):
        kept["actions"] = [
            {key: value for key, value in action.items() if value is not None}
            if isinstance(action, dict)
            else action
            for action in actions
        ]
    return kept


def _to_issues(problems: Iterable[Problem], document: YamlDocument, file: str) -> list[SpecIssue]:
    found: dict[SpecIssue, None] = {}
    for problem in problems:
        if problem.line:
            line, column = document.place_in_text(problem.location, problem.line)
        else:
            line, column = document.place_of(problem.location, at_key=problem.at_key)
        key = dotted_key(problem.location)
        issue = SpecIssue(
            file, line, column, key, problem.message, problem.suggestion, problem.code
        )
        found[issue] = None
    ordered = sorted(found, key=lambda issue: (issue.line, issue.column, issue.key))
    return ordered[:MOST_PROBLEMS]
