"""The full report on a spec: errors, warnings, suggestions, and what is missing around it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bookflow.errors import BookflowError, SpecError, SpecIssue
from bookflow.journey.management.describing import describe_issue
from bookflow.journey.trials.trying_out import try_out
from bookflow.journey.validation.advising import find_advice, near_misses
from bookflow.journey.validation.runtime_checks import Origin
from bookflow.spec.drafting import DRAFT, load_draft, write_as_text
from bookflow.spec.yaml_reading import dotted_key, read_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bookflow.journey.trials.outcomes import Trial
    from bookflow.journey.validation.runtime_checks import Check, RuntimeChecker
    from bookflow.ports import CompiledAction, NowSource
    from bookflow.ports.trials import TrialDomain
    from bookflow.spec.authoring.shapes import SpecFile
    from bookflow.spec.loading import LoadedWorkflow
    from bookflow.spec.models import Action
    from bookflow.spec.problems import Problem

log = logging.getLogger(__name__)

MOST_SUGGESTIONS = 20


@dataclass(frozen=True, slots=True)
class ValidationDesk:
    """Validates saved specs and drafts; changes and sends nothing."""

    domain: TrialDomain
    checker: RuntimeChecker
    compile_action: Callable[[Action], CompiledAction]
    now: NowSource
    size_limit: int

    def validate_draft(
        self, draft: Mapping[str, Any] | str, *, workflow_id: str | None = None
    ) -> dict[str, Any]:
        """Report on a draft; with an id it is an edit of that workflow, and must keep it."""
        text = write_as_text(draft)
        has_lines = isinstance(draft, str)
        try:
            loaded = load_draft(
                draft, vocabulary=self.domain.vocabulary, size_limit=self.size_limit
            )
        except SpecError as error:
            return _report(error.issues)
        found = loaded.workflow.id
        if workflow_id is not None and found != workflow_id:
            message = f"is `{found}`, but this is an edit of `{workflow_id}`; ids never change"
            return _report([SpecIssue(DRAFT, 0, 0, "id", message, workflow_id, "other-id")])
        origin = Origin.NEW if workflow_id is None else Origin.EDIT
        return self._report_valid(loaded, text, DRAFT, origin, has_lines=has_lines)

    def validate_file(self, file: SpecFile) -> dict[str, Any]:
        """Report on a saved workflow, valid or not."""
        if file.loaded is None:
            return _report(file.errors)
        loaded = replace(file.loaded, warnings=file.warnings)
        return self._report_valid(loaded, file.text, file.path, Origin.SAVED, has_lines=True)

    def _report_valid(
        self, loaded: LoadedWorkflow, text: str, name: str, origin: Origin, *, has_lines: bool
    ) -> dict[str, Any]:
        advice = find_advice(loaded.workflow, self.domain, self._try_on_sample(loaded))
        suggestions = _place(advice, text, name, self.size_limit, has_lines=has_lines)
        checks = self.checker.check(loaded, origin)
        return _report((), loaded.warnings, suggestions, checks)

    def _try_on_sample(self, loaded: LoadedWorkflow) -> Trial | None:
        try:
            return try_out(
                loaded,
                self.domain.make_sample(loaded.workflow, now=self.now()),
                domain=self.domain,
                now=self.now(),
                compile_action=self.compile_action,
            )
        except BookflowError as error:
            log.info("bookflow: no advice from a trial of %s: %s", loaded.workflow.id, error)
            return None


def _report(
    errors: Sequence[SpecIssue],
    warnings: Sequence[SpecIssue] = (),
    suggestions: Sequence[SpecIssue] = (),
    checks: Sequence[Check] = (),
) -> dict[str, Any]:
    hints = [*near_misses([*errors, *warnings]), *suggestions][:MOST_SUGGESTIONS]
    return {
        "valid": not errors,
        "errors": [describe_issue(issue) for issue in errors],
        "warnings": [describe_issue(issue) for issue in warnings],
        "suggestions": [describe_issue(issue) for issue in hints],
        "runtime_checks": [check.to_json() for check in checks],
    }


def _place(
    advice: Sequence[Problem], text: str, name: str, size_limit: int, *, has_lines: bool
) -> list[SpecIssue]:
    """Say where in the text each piece of advice belongs."""
    document = read_yaml(text, file=name, size_limit=max(size_limit, len(text) * 4))
    issues = []
    for item in advice:
        line, column = document.place_of(item.location, at_key=item.at_key)
        place = (line, column) if has_lines else (0, 0)
        key = dotted_key(item.location)
        issues.append(SpecIssue(name, *place, key, item.message, item.suggestion, item.code))
    return issues
