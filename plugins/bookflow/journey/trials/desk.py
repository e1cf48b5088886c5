"""The desk where people try workflows out: one at a time, many, or an edit on a past event."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bookflow.errors import BookflowError, InputError
from bookflow.journey.by_hand import MANUAL
from bookflow.journey.trials.comparing import compare_trials
from bookflow.journey.trials.outcomes import Trial, TrialStatus
from bookflow.journey.trials.trying_out import try_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from bookflow.journey.trials.subjects import Moment, SubjectFinder, TrialRequest
    from bookflow.ports import CompiledAction, NowSource
    from bookflow.records import Subject
    from bookflow.spec.loading import LoadedWorkflow
    from bookflow.spec.models import Action

BULK_SECONDS = 20.0
_GOING = (TrialStatus.WOULD_RUN, TrialStatus.WAITS)


@dataclass(frozen=True, slots=True)
class TrialDesk:
    """Tries workflows out; sends nothing and records nothing. `clock` counts seconds."""

    finder: SubjectFinder
    compile_action: Callable[[Action], CompiledAction]
    now: NowSource
    clock: Callable[[], float] = field(default=time.monotonic)

    def try_one(self, loaded: LoadedWorkflow, request: TrialRequest) -> Trial:
        """Try a workflow; raises `InputError` or `NotFoundError` for what it is to be tried on."""
        _check_names(loaded, request)
        now = request.at or self.now()
        subject, origin = self.finder.find(request, loaded.workflow, now)
        trial = self._try(loaded, subject, now, request)
        return replace(trial, extra={"mode": request.mode.value, "booking": origin.to_json()})

    def replay(
        self, current: LoadedWorkflow, edited: LoadedWorkflow, moment: Moment
    ) -> dict[str, Any]:
        """Try the workflow as it is and as edited on a past event; gives both and what differs."""
        subject, origin = self.finder.find_at(moment, current.workflow)
        before, after = (
            try_out(
                loaded,
                subject,
                domain=self.finder.domain,
                now=moment.occurred_at,
                compile_action=self.compile_action,
                event_trigger=moment.trigger,
            )
            for loaded in (current, edited)
        )
        return {
            "workflow": current.workflow.id,
            "event": {"trigger": moment.trigger, "occurred_at": moment.occurred_at.isoformat()},
            "booking": origin.to_json(),
            "before": before.to_json(),
            "after": after.to_json(),
            "difference": compare_trials(before, after),
        }

    def try_many(
        self, workflows: Iterable[LoadedWorkflow], request: TrialRequest
    ) -> dict[str, Any]:
        """Try many workflows, each on its own; what no time is left for is `not_run`."""
        started = self.clock()
        results = [
            self._try_within(loaded, request, self.clock() - started) for loaded in workflows
        ]
        outcomes = Counter(result["outcome"] for result in results)
        names = ("passed", "skipped", "not_matching", "failed", "not_run")
        return {
            "mode": request.mode.value,
            "results": results,
            "totals": {"workflows": len(results), **{name: outcomes[name] for name in names}},
            "duration_ms": round((self.clock() - started) * 1000, 1),
        }

    def _try(
        self, loaded: LoadedWorkflow, subject: Subject, now: datetime, request: TrialRequest
    ) -> Trial:
        return try_out(
            loaded,
            subject,
            domain=self.finder.domain,
            now=now,
            compile_action=self.compile_action,
            only=request.only,
            event_trigger=MANUAL if request.is_by_hand else None,
        )

    def _try_within(
        self, loaded: LoadedWorkflow, request: TrialRequest, elapsed: float
    ) -> dict[str, Any]:
        if elapsed > BULK_SECONDS:
            reason = f"the {BULK_SECONDS:g} s for one request were over; ask for fewer at once"
            return show_outcome(loaded, "not_run", reason)
        try:
            trial = self.try_one(loaded, request)
        except BookflowError as error:
            return show_outcome(loaded, "failed", str(error))
        problems = [
            f"{action.name}: {action.reason}"
            for action in trial.actions
            if action.status is TrialStatus.INVALID
        ]
        answer = show_outcome(loaded, _judge(trial), trial.reason or "; ".join(problems) or None)
        return {
            **answer,
            "due_at": trial.due_at.isoformat(),
            "totals": trial.totals,
            "actions": [
                {
                    "name": one.name,
                    "type": one.type,
                    "status": one.status.value,
                    "reason": one.reason,
                }
                for one in trial.actions
            ],
            "duration_ms": trial.duration_ms,
        }


def show_outcome(loaded: LoadedWorkflow, outcome: str, reason: str | None) -> dict[str, Any]:
    """Give how one of many workflows did, before its actions are told."""
    return {
        "workflow_id": loaded.workflow.id,
        "name": loaded.workflow.name,
        "outcome": outcome,
        "reason": reason,
        "due_at": None,
        "totals": None,
        "actions": [],
        "duration_ms": 0.0,
    }


def _judge(trial: Trial) -> str:
    """Sum a trial up: content that can't be made is a failure, whether or not it matches."""
    if any(action.status is TrialStatus.INVALID for action in trial.actions):
        return "failed"
    if trial.reason is not None:
        return "not_matching"
    return "passed" if any(one.status in _GOING for one in trial.actions) else "skipped"


def _check_names(loaded: LoadedWorkflow, request: TrialRequest) -> None:
    names = [action.name for action in loaded.workflow.active_actions]
    for name in request.only or ():
        if name not in names:
            message = f"`{name:.64}` is no active action of the workflow; there are {names}"
            raise InputError("actions", message)
