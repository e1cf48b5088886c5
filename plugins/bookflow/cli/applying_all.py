"""Applies many spec files, with progress, and tells what became of each."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from bookflow.cli.applying import Outcome, What, apply_spec, list_versions, prune
from bookflow.cli.plain_text import show_line, show_text
from bookflow.cli.progress import show_progress
from bookflow.cli.tables import print_diff

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bookflow.cli.applying import LocalSpec
    from bookflow.cli.remote import Server

ORDER: tuple[What, ...] = ("created", "updated", "deleted", "unchanged", "failed")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be applied, and to which versions."""

    specs: Sequence[LocalSpec]
    versions: Mapping[str, str]
    superfluous: Sequence[str]
    is_dry: bool

    @classmethod
    def make(
        cls, server: Server, specs: Sequence[LocalSpec], *, is_pruning: bool, is_dry: bool
    ) -> Self:
        """Compare the files with what the server has."""
        versions = list_versions(server)
        local = {spec.workflow_id for spec in specs}
        superfluous = sorted(versions.keys() - local) if is_pruning else []
        return cls(specs, versions, superfluous, is_dry)


def apply_all(server: Server, plan: Plan) -> list[Outcome]:
    """Apply every file; one that is refused keeps no other from being applied."""
    outcomes = []
    with show_progress("applying", len(plan.specs) + len(plan.superfluous)) as advance:
        for spec in plan.specs:
            outcomes.append(apply_spec(server, spec, plan.versions, is_dry=plan.is_dry))
            advance(1)
        for workflow_id in plan.superfluous:
            version = plan.versions[workflow_id]
            outcomes.append(prune(server, workflow_id, version, is_dry=plan.is_dry))
            advance(1)
    return outcomes


def print_outcomes(outcomes: Sequence[Outcome], *, is_dry: bool) -> None:
    """Print the difference each file made, what was refused, and the sum."""
    for one in outcomes:
        if one.what == "failed":
            place = one.file or one.workflow_id
            print(f"error: {show_line(place)}: {show_line(one.message)}", file=sys.stderr)
        elif one.what != "unchanged":
            commit = f", commit {one.commit[:10]}" if one.commit else ""
            verb = f"would be {one.what}" if is_dry else one.what
            print(show_text(f"{one.workflow_id}: {verb}{commit}"))
            print_diff(one.diff)
    counts = Counter(one.what for one in outcomes)
    sums = [f"{counts[what]} {what}" for what in ORDER if counts[what]]
    print(", ".join(sums) + (" (nothing was saved)" if is_dry else ""))


def summarize(outcomes: Sequence[Outcome], *, is_dry: bool) -> dict[str, Any]:
    """Give what became of each file, for scripts."""
    counts = Counter(one.what for one in outcomes)
    return {
        "dry_run": is_dry,
        "counts": {what: counts[what] for what in ORDER},
        "workflows": [asdict(one) for one in outcomes],
    }
