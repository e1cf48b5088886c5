"""Cleaning: what ended long ago is deleted, a few rows at a time, while everything else goes on."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bookflow.ports.upkeep import Cut, Part

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from bookflow.ports import Domain, NowSource
    from bookflow.ports.clock import Outlook
    from bookflow.ports.upkeep import CleaningStore
    from bookflow.settings import Settings

log = logging.getLogger(__name__)

BATCH = 1_000
PAUSE_SECONDS = 0.05
LONG_KEPT = (Part.AUDIT, Part.INCIDENTS)
# reminders are judged by the clock a little before and after now
MARGIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Kept:
    """For how long rows are kept after they ended."""

    history: timedelta
    audit: timedelta

    @classmethod
    def from_settings(cls, settings: Settings) -> Kept:
        """Read the periods of the settings."""
        return cls(timedelta(days=settings.retention_days), timedelta(days=settings.audit_days))


@dataclass(frozen=True, slots=True)
class Cleaned:
    """How many rows were deleted, or would be; not `is_done` where time ran out."""

    counts: Mapping[Part, int]
    is_done: bool = True

    def __str__(self) -> str:
        """Say it in a line for the log."""
        counts = [f"{count} {part}" for part, count in self.counts.items() if count]
        rest = "" if self.is_done else "; the time is up, the rest goes with the next"
        return (", ".join(counts) or "nothing is old enough") + rest


@dataclass(frozen=True, slots=True)
class Cleaner:
    """Deletes batch after batch, each committed, with pauses for others and an end by the clock."""

    store: CleaningStore
    outlook: Outlook
    domain: Domain
    kept: Kept
    now: NowSource
    pause: Callable[[float], object]
    budget: timedelta
    batch: int = BATCH

    def clean(self) -> Cleaned:
        """Delete what is old, until nothing is left or the time is up."""
        began = self.now()
        counts = dict.fromkeys(Part, 0)
        for part in Part:
            cut = self.cut_of(part, began)
            place = None
            while True:
                if self.now() - began > self.budget:
                    return Cleaned(counts, is_done=False)
                done = self.store.clean(part, cut, limit=self.batch, place=place)
                counts[part] += done.count
                place = done.place
                if place is None:
                    break
                self.pause(PAUSE_SECONDS)
        return Cleaned(counts)

    def count(self) -> Cleaned:
        """Count what would be deleted."""
        now = self.now()
        return Cleaned({part: self.store.count_old(part, self.cut_of(part, now)) for part in Part})

    def cut_of(self, part: Part, now: datetime) -> Cut:
        """Say what is old; reminders stay as long as the clock could make them anew."""
        before = now - (self.kept.audit if part in LONG_KEPT else self.kept.history)
        if part in LONG_KEPT or part is Part.NOTICES:
            return Cut(before)
        triggers = [t.name for t in self.domain.vocabulary.triggers.values() if t.anchor]
        anchors = {
            rule.workflow_id: min(
                before,
                self.domain.earliest_anchor(rule.trigger, rule.delay_minutes, rule.if_late, now)
                - MARGIN,
            )
            for rule in self.outlook.load_rules(triggers)
        }
        return Cut(before, anchors)
