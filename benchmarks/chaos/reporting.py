"""The table of all rounds, in the terminal and between the markers of docs/reliability.md."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.chaos.rounds import Outcome
from benchmarks.measuring import describe_machine

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN = "<!-- made by {command}: begin -->"
END = "<!-- made by {command}: end -->"
COMMANDS = {False: "make chaos", True: "make chaos CLUSTER=1"}
LIMIT_SECONDS = 120.0


def describe(outcome: Outcome) -> str:
    """Say in one line how a round went."""
    if outcome.problem:
        return f"{outcome.round.title}: NOT PLAYED: {outcome.problem}"
    states = ", ".join(f"{count} {status}" for status, count in outcome.states.by_status.items())
    recovery = "NOT FINAL" if outcome.recovery is None else f"{outcome.recovery:.1f} s"
    return (
        f"{outcome.round.title}: {outcome.tally.lost} lost, "
        f"{outcome.tally.other_id} under another id, {outcome.tally.repeated} repeated, "
        f"{outcome.updates_missing} updates missing, "
        f"{states}; final {recovery} after recovery; {outcome.resent} batches sent again; "
        f"restarted: {', '.join(outcome.restarted) or 'nothing'}"
    )


def write_page(outcomes: Sequence[Outcome], *, is_cluster: bool = False) -> None:
    """Put the table between its markers of the page."""
    command = COMMANDS[is_cluster]
    begin, end = BEGIN.format(command=command), END.format(command=command)
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    PAGE.write_text(f"{before}{begin}\n\n{make_table(outcomes)}\n{end}{after}", encoding="utf-8")


def make_table(outcomes: Sequence[Outcome]) -> str:
    """Make the table."""
    rows = [
        f"{describe_machine()}; {datetime.now(UTC).date()}.",
        "",
        "| broken in mid-burst | events | deliveries | lost | second id | repeated, same id "
        "| sent in again by the client | last one final after recovery | within 2 minutes |",
        "|---|---|---|---|---|---|---|---|---|",
        *(_row(outcome) for outcome in outcomes),
        "",
    ]
    return "\n".join(rows)


def _row(outcome: Outcome) -> str:
    took = outcome.recovery
    cells = (
        outcome.round.title,
        f"{outcome.events:,}",
        f"{outcome.tally.expected:,}",
        str(outcome.tally.lost),
        str(outcome.tally.other_id),
        str(outcome.tally.repeated),
        str(outcome.resent),
        _show_recovery(outcome),
        "yes" if took is not None and took <= LIMIT_SECONDS and outcome.is_clean else "no",
    )
    return f"| {' | '.join(cells)} |"


def _show_recovery(outcome: Outcome) -> str:
    if outcome.problem:
        return "not played"
    return "not final" if outcome.recovery is None else f"{outcome.recovery:.1f} s"
