"""What people do with workflows through the API: write them, try them out, look at figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from bookflow.ports.reparsing import NoReparser

if TYPE_CHECKING:
    from collections.abc import Callable

    from bookflow.domains.booking import BookingDomain
    from bookflow.journey.analytics.desk import Analytics
    from bookflow.journey.intake import Intake
    from bookflow.journey.management.starting import Starter
    from bookflow.journey.management.writing import WorkflowWriter
    from bookflow.journey.trials.desk import TrialDesk
    from bookflow.journey.trials.live import LiveTester
    from bookflow.journey.upkeep.erasing import Eraser
    from bookflow.journey.upkeep.incidents import Incidents
    from bookflow.journey.validation.report import ValidationDesk
    from bookflow.ports import ConnectionSource, NowSource, Waker
    from bookflow.ports.reparsing import Reparser
    from bookflow.settings import Settings
    from bookflow.spec.authoring.desk import AuthoringDesk
    from bookflow.spec.catalogue.shelf import TemplateShelf
    from bookflow.spec.repository import SpecRepository
    from bookflow.store.postgres import PostgresStore


def _ignore() -> None:
    """Do nothing."""


@dataclass
class Management:
    """One part per job, each made when it is first asked for; only servers pay for them.

    `prompt` has reminders planned soon, after specs or bookings have changed.
    """

    settings: Settings
    domain: BookingDomain
    specs: SpecRepository
    store: PostgresStore
    intake: Intake
    waker: Waker
    connections: ConnectionSource
    now: NowSource
    reparser: Reparser = field(default_factory=NoReparser)
    prompt: Callable[[], None] = _ignore

    @cached_property
    def authoring(self) -> AuthoringDesk:
        """Where workflows are written."""
        from bookflow.spec.authoring.desk import AuthoringDesk

        return AuthoringDesk(
            self.specs,
            self.domain.vocabulary,
            settings=self.settings,
            now=self.now,
        )

    @cached_property
    def templates(self) -> TemplateShelf:
        """What workflows can be made from."""
        from bookflow.spec.catalogue.shelf import TemplateShelf

        return TemplateShelf(
            self.settings.specs_dir / self.settings.templates_dir,
            self.domain.vocabulary,
            size_limit=self.settings.spec_size_limit,
        )

    @cached_property
    def workflows(self) -> WorkflowWriter:
        """Where people change workflows, with all that follows from it."""
        from bookflow.journey.management.writing import WorkflowWriter

        return WorkflowWriter(
            desk=self.authoring,
            specs=self.specs,
            audit=self.store,
            reports=self.store,
            now=self.now,
            reparser=self.reparser,
            prompt=self.prompt,
        )

    @cached_property
    def starter(self) -> Starter:
        """Where people start a workflow for one booking."""
        from bookflow.journey.management.starting import Starter

        return Starter(
            self.store, self.specs, self.domain, self.waker, self.now, prompt=self.prompt
        )

    @cached_property
    def trials(self) -> TrialDesk:
        """Where people try workflows out."""
        from bookflow.wiring.trials import open_trials

        return open_trials(self)

    @cached_property
    def live_tests(self) -> LiveTester:
        """Where people have workflows send to themselves."""
        from bookflow.wiring.trials import open_live_tester

        return open_live_tester(self)

    @cached_property
    def analytics(self) -> Analytics:
        """Where people ask how well it goes."""
        from bookflow.journey.analytics.desk import Analytics

        return Analytics(self.store)

    @cached_property
    def validation(self) -> ValidationDesk:
        """Where people have specs validated."""
        from bookflow.wiring.trials import open_validation

        return open_validation(self)

    @cached_property
    def incidents(self) -> Incidents:
        """Where people close incidents."""
        from bookflow.wiring.upkeep import open_incidents

        return open_incidents(self.store, self.settings, now=self.now)

    @cached_property
    def eraser(self) -> Eraser:
        """What erases people."""
        from bookflow.wiring.upkeep import open_eraser

        return open_eraser(self.store, self.domain, now=self.now)
