"""The operators: each performs one action for every execution its run has claimed.

They stand in the DAGs the factory builds, and can stand in DAGs written by hand:

    with DAG("welcome", schedule=None):
        SendEmailOperator(
            task_id="confirm", recipient="invitee", subject="Booked", message="See you."
        )
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import (
    AirflowException,
    AirflowFailException,
    AirflowSkipException,
    DownstreamTasksSkipped,
)

from bookflow.actions.masking import mask_people
from bookflow.dagrun.action_keys import read_action
from bookflow.dagrun.task_work import HANDWRITTEN_VERSION, open_task_work
from bookflow.errors import (
    BookflowError,
    ConfigurationError,
    ConflictError,
    InputError,
    NotFoundError,
)
from bookflow.journey.steps import WorkflowFacts
from bookflow.spec.actions import SendEmail, SendSms, UpdateBooking, Webhook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow.sdk import Context

    from bookflow.journey.steps import ActSummary, Timing
    from bookflow.spec.actions import Recipient
    from bookflow.spec.models import Action

log = logging.getLogger(__name__)

TASK_RETRIES = 3
"""For what is no delivery's failure: a database that is away, a task that was killed."""
FINISH_RETRIES = 5
EXECUTION_TIMEOUT = timedelta(minutes=30)
LONGEST_RETRY_DELAY = timedelta(minutes=10)
RETRY_DELAY = timedelta(seconds=10)
BACKOFF_FACTOR = 2.0


class BookflowOperator(BaseOperator):
    """What all actions share: claim, act, and tell Airflow how it went."""

    action_class: ClassVar[type[Any]]
    ui_color = "#e8f1fb"

    def __init__(
        self,
        *,
        action: Action | None = None,
        workflow: WorkflowFacts | None = None,
        timing: Timing | None = None,
        **kwargs: Any,
    ) -> None:
        """Take an action as the spec has it, or its keys as keyword arguments.

        With a `timing`, what can't be sent now is put off to a later run; without, as in DAGs
        written by hand, Airflow's retry of the task comes back for it.
        """
        if action is None:
            action = read_action(self.action_class, kwargs)
        kwargs.setdefault("retry_delay", RETRY_DELAY)
        kwargs.setdefault("retry_exponential_backoff", BACKOFF_FACTOR)
        kwargs.setdefault("max_retry_delay", LONGEST_RETRY_DELAY)
        kwargs.setdefault("execution_timeout", EXECUTION_TIMEOUT)
        super().__init__(**kwargs)
        self.action = action
        self.workflow = workflow
        self.timing = timing

    def execute(self, context: Context) -> None:
        """Perform the action for the run's executions; a retry works on what isn't final."""
        with readable_errors(), open_task_work(context) as work:
            facts = self.workflow or _facts_by_hand(self)
            claim = work.runtime.claim(facts, work.run, work.conf)
            if not claim.count:
                self._end_empty_run()
            step = work.build_step(facts, self.action, self.timing)
            summary = work.runtime.act(step, work.run, is_last_try=work.is_last_try)
            if self.workflow is None:
                work.runtime.finish_complete(work.run, _steps_beside(self))
        _conclude(self.action.name, summary, may_wait=step.may_wait)

    def _end_empty_run(self) -> None:
        log.info("nothing is due: other runs have taken it, or every execution was cancelled")
        if self.workflow is None:
            raise AirflowSkipException("nothing is due")
        # the rest of the run would find nothing either: spare it the task starts
        rest = sorted(self.get_flat_relative_ids(upstream=False))
        raise DownstreamTasksSkipped(tasks=rest)  # type: ignore[no-untyped-call] # Airflow's


class SendEmailOperator(BookflowOperator):
    """Send an e-mail to the invitee, the organizer, both, or an address of your own."""

    action_class = SendEmail

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            task_id: str,
            recipient: Recipient,
            subject: str,
            message: str,
            html: str | None = None,
            custom_email: str | None = None,
            name: str | None = None,
            conditions: Sequence[Mapping[str, Any]] = (),
            **kwargs: Any,
        ) -> None:
            """Take the keys of the spec's `send_email`."""


class SendSmsOperator(BookflowOperator):
    """Send a text message to the invitee, the organizer, both, or a number of your own."""

    action_class = SendSms

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            task_id: str,
            recipient: Recipient,
            message: str,
            custom_phone: str | None = None,
            name: str | None = None,
            conditions: Sequence[Mapping[str, Any]] = (),
            **kwargs: Any,
        ) -> None:
            """Take the keys of the spec's `send_sms`."""


class WebhookOperator(BookflowOperator):
    """Post the booking to a URL or to the host of an Airflow connection."""

    action_class = Webhook

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            task_id: str,
            webhook_url: str | None = None,
            webhook_conn_id: str | None = None,
            webhook_data: Mapping[str, Any] | None = None,
            headers: Mapping[str, str] | None = None,
            secret_conn_id: str | None = None,
            name: str | None = None,
            conditions: Sequence[Mapping[str, Any]] = (),
            **kwargs: Any,
        ) -> None:
            """Take the keys of the spec's `webhook`."""


class UpdateBookingOperator(BookflowOperator):
    """Set fields of the booking itself."""

    action_class = UpdateBooking

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            task_id: str,
            update_booking_fields: Mapping[str, Any],
            name: str | None = None,
            conditions: Sequence[Mapping[str, Any]] = (),
            **kwargs: Any,
        ) -> None:
            """Take the keys of the spec's `update_booking`."""


OPERATORS: dict[type[Any], type[BookflowOperator]] = {
    operator.action_class: operator
    for operator in (SendEmailOperator, SendSmsOperator, WebhookOperator, UpdateBookingOperator)
}
"""The operator of each action class."""


class FinishOperator(BaseOperator):
    """The leaf: settles the run's executions, and turns the run red if an action failed."""

    ui_color = "#f3f3f3"

    def __init__(self, *, steps: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        """Know name and type of every action of the DAG."""
        kwargs.setdefault("retries", FINISH_RETRIES)
        kwargs.setdefault("retry_delay", RETRY_DELAY)
        super().__init__(**kwargs)
        self.steps = tuple(steps)

    def execute(self, context: Context) -> None:
        """Settle; raises when executions failed, so that people see the run in red."""
        with readable_errors(), open_task_work(context) as work:
            ended = work.runtime.finish(work.run, self.steps)
        log.info(
            "%d executions completed, %d failed, %d cancelled, %d go on in a later run",
            ended.completed,
            ended.failed,
            ended.cancelled,
            ended.parked,
        )
        total = ended.completed + ended.failed + ended.cancelled + ended.parked
        if not total:
            # a run that found nothing due never gets here
            raise AirflowFailException("no execution could be claimed; the tasks above say why")
        if ended.failed:
            raise AirflowFailException(
                f"{ended.failed} of {total} executions failed; the failed tasks above say why, "
                "and the link `Bookflow executions` shows each of them"
            )


class readable_errors:  # noqa: N801 (reads as a statement)
    """Turn our errors into Airflow's: those that a retry can't mend end the task at once."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Translate."""
        if isinstance(error, InputError | NotFoundError | ConflictError):
            raise AirflowFailException(str(error)) from error
        if isinstance(error, BookflowError):
            raise AirflowException(str(error)) from error


def _conclude(name: str, summary: ActSummary, *, may_wait: bool) -> None:
    shown = _show_counts(summary)
    log.info("%s: %s", name, shown or "everything was done by an earlier try")
    # Airflow shows a task's log to whoever may read the DAG, and keeps it where it likes
    reasons = mask_people("; ".join(summary.messages))
    if summary.retrying and not may_wait:
        raise AirflowException(f"{shown}: {reasons}")
    if summary.failed:
        raise AirflowFailException(f"{shown}: {reasons}")
    is_nothing_done = summary.skipped or summary.retrying or summary.waiting
    if is_nothing_done and not summary.completed:
        raise AirflowSkipException(f"{shown}: {reasons}" if reasons else shown)


def _show_counts(summary: ActSummary) -> str:
    counts = {
        "completed": summary.completed,
        "skipped": summary.skipped,
        "failed": summary.failed,
        "to be retried": summary.retrying,
        "put off": summary.waiting,
    }
    shown = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    if summary.resume_at is not None:
        shown += f" (a later run goes on from {summary.resume_at.isoformat(timespec='seconds')})"
    return shown


def _facts_by_hand(operator: BaseOperator) -> WorkflowFacts:
    dag = operator.get_dag()
    if dag is None:
        raise ConfigurationError(f"the task {operator.task_id} is in no DAG")
    return WorkflowFacts(dag.dag_id, dag.dag_display_name, HANDWRITTEN_VERSION)


def _steps_beside(operator: BookflowOperator) -> list[tuple[str, str]]:
    dag = operator.get_dag()
    tasks = dag.tasks if dag is not None else [operator]
    return [
        (task.action.name, task.action.type) for task in tasks if isinstance(task, BookflowOperator)
    ]


__all__ = [
    "OPERATORS", "BookflowOperator", "FinishOperator", "SendEmailOperator", "SendSmsOperator",
    "UpdateBookingOperator", "WebhookOperator",
]  # fmt: skip
