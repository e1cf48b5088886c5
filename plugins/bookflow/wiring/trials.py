"""Where people try workflows out and have them validated, put together for a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bookflow.wiring.workshops import compile_action, make_guards

if TYPE_CHECKING:
    from collections.abc import Callable

    from bookflow.journey.trials.desk import TrialDesk
    from bookflow.journey.trials.live import LiveTester
    from bookflow.journey.trials.subjects import SubjectFinder
    from bookflow.journey.validation.report import ValidationDesk
    from bookflow.ports import CompiledAction
    from bookflow.spec.models import Action
    from bookflow.wiring.management import Management


def open_trials(parts: Management) -> TrialDesk:
    """Open where workflows are tried out without sending."""
    from bookflow.journey.trials.desk import TrialDesk

    return TrialDesk(_open_finder(parts), _compiler(parts), parts.now)


def open_live_tester(parts: Management) -> LiveTester:
    """Open where live tests are carried out; raises `ConfigurationError` for a bad setting."""
    from bookflow.actions.live_marking import LiveMarking
    from bookflow.journey.trials.live import LiveTester

    return LiveTester(
        finder=_open_finder(parts),
        compile_action=_compiler(parts),
        marker=LiveMarking.from_settings(parts.settings),
        audit=parts.store,
        make_guard=make_guards(parts.store, parts.settings),
        now=parts.now,
    )


def open_validation(parts: Management) -> ValidationDesk:
    """Open where specs are validated."""
    from bookflow.actions.target_rules import SettingRules
    from bookflow.airflow_client.dags_in_server import ServerDagStates
    from bookflow.journey.validation.report import ValidationDesk
    from bookflow.journey.validation.runtime_checks import RuntimeChecker

    checker = RuntimeChecker(
        settings=parts.settings,
        specs=parts.specs,
        connections=parts.connections,
        reports=parts.store,
        endpoints=parts.store,
        dags=ServerDagStates(),
        rules=SettingRules(parts.settings),
        compile_action=_compiler(parts),
    )
    return ValidationDesk(
        domain=parts.domain,
        checker=checker,
        compile_action=_compiler(parts),
        now=parts.now,
        size_limit=parts.settings.spec_size_limit,
    )


def _open_finder(parts: Management) -> SubjectFinder:
    from bookflow.journey.trials.subjects import SubjectFinder

    return SubjectFinder(parts.domain, parts.store, parts.store, parts.store)


def _compiler(parts: Management) -> Callable[[Action], CompiledAction]:
    def compile_one(action: Action) -> CompiledAction:
        return compile_action(action, parts.settings, parts.domain, parts.connections)

    return compile_one
