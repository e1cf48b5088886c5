"""Runtime checks: whether what a valid spec names is really there, and would work now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bookflow.errors import BookflowError, ConfigurationError
from bookflow.journey.upkeep.validating import needed_connections
from bookflow.ports.endpoints import EndpointStatus
from bookflow.spec.event_types import check_event_types
from bookflow.spec.models import SendEmail, SendSms, Webhook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bookflow.ports import CompiledAction, ConnectionSource
    from bookflow.ports.endpoints import Endpoint, EndpointStore
    from bookflow.ports.reports import ReportStore
    from bookflow.ports.validation import DagStates, TargetRules
    from bookflow.settings import Settings
    from bookflow.spec.loading import LoadedWorkflow
    from bookflow.spec.models import Action, Workflow
    from bookflow.spec.repository import SpecRepository

LONG_QUIET = timedelta(hours=16)


class CheckStatus(StrEnum):
    """How a check went; `skipped` ones could not or need not be made."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    SKIPPED = "skipped"


class Origin(StrEnum):
    """What is checked: a file, an edit of one that is not saved yet, or a new workflow."""

    SAVED = "saved"
    EDIT = "edit"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Check:
    """One finding of a check; `advice` says what to do."""

    name: str
    status: CheckStatus
    message: str
    advice: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Give it for the answer."""
        return {
            "name": self.name,
            "status": self.status.value,
            "message": self.message,
            "advice": self.advice,
        }


Findings = Iterator[Check]


@dataclass(frozen=True, slots=True)
class RuntimeChecker:
    """Makes the checks; each is on its own, so that one that can't be made hides no other."""

    settings: Settings
    specs: SpecRepository
    connections: ConnectionSource
    reports: ReportStore
    endpoints: EndpointStore
    dags: DagStates
    rules: TargetRules
    compile_action: Callable[[Action], CompiledAction]

    def check(self, loaded: LoadedWorkflow, origin: Origin) -> list[Check]:
        """Check a valid workflow; only a saved one has a DAG."""
        is_saved = origin is Origin.SAVED
        workflow = loaded.workflow
        made: list[tuple[str, str, Callable[[], Findings]]] = [
            ("connections", "every connection exists", lambda: self._connections(workflow)),
            ("event_types", "every event type is known", lambda: self._event_types(loaded)),
            ("names", "id and name are free", lambda: self._names(workflow, origin)),
            ("dag", "Airflow has the DAG and would run it", lambda: self._dag(workflow, is_saved)),
            ("endpoints", "no endpoint is in trouble", lambda: self._endpoints(workflow)),
            ("recipients", "messages may go to everybody named", lambda: self._people(workflow)),
            ("webhook_hosts", "no webhook's host is refused", lambda: self._hosts(workflow)),
            ("quiet_hours", "quiet hours leave time to send", lambda: self._quiet(workflow)),
        ]
        return [check for name, fine, find in made for check in _run(name, fine, find)]

    def _connections(self, workflow: Workflow) -> Findings:
        needed = needed_connections(workflow, self.settings)
        for conn_id, action in needed.items():
            try:
                self.connections.get(conn_id)
            except ConfigurationError as error:
                message = f"the action `{action}` needs the connection `{conn_id}`"
                yield Check("connections", CheckStatus.ERROR, message, str(error))
        if not needed:
            yield Check("connections", CheckStatus.SKIPPED, "no action needs a connection")

    def _event_types(self, loaded: LoadedWorkflow) -> Findings:
        if not loaded.workflow.event_types:
            message = "the workflow takes every event type"
            yield Check("event_types", CheckStatus.SKIPPED, message)
            return
        for issue in check_event_types(loaded, self.reports.event_type_slugs()):
            advice = "an event type comes with its first booking; until then nothing matches"
            yield Check("event_types", CheckStatus.WARNING, issue.message, advice)

    def _names(self, mine: Workflow, origin: Origin) -> Findings:
        if origin is Origin.NEW and self.specs.get(mine.id) is not None:
            message = f"there is a workflow `{mine.id}` already"
            advice = "choose another id, or change that workflow instead of making one"
            yield Check("names", CheckStatus.WARNING, message, advice)
        for other in self.specs.all():
            theirs = other.workflow
            if theirs.id == mine.id:
                continue
            if (theirs.organizer, theirs.name) == (mine.organizer, mine.name):
                message = f"`{mine.name}` is also the name of the workflow `{theirs.id}`"
                advice = "names are unique per organizer; rename one of the two"
                yield Check("names", CheckStatus.ERROR, message, advice)

    def _dag(self, workflow: Workflow, is_saved: bool) -> Findings:
        if not is_saved:
            message = "a draft has no DAG; saving it makes one"
            yield Check("dag", CheckStatus.SKIPPED, message)
            return
        state = self.dags.look_up(workflow.id)
        if not state.is_known:
            yield Check(
                "dag",
                CheckStatus.WARNING,
                f"Airflow does not know the DAG `{state.dag_id}`",
                "it appears within seconds after saving, if the dag-processor runs and its file "
                "`bookflow_workflows.py` is in the DAG folder; else look at the import errors",
            )
        elif state.has_import_errors:
            message = f"the file of the DAG `{state.dag_id}` has an import error"
            yield Check("dag", CheckStatus.ERROR, message, "look at Airflow's import errors")
        elif state.is_paused:
            message = f"the DAG `{state.dag_id}` is paused, so nothing is sent"
            yield Check("dag", CheckStatus.WARNING, message, "unpause it in Airflow")

    def _endpoints(self, workflow: Workflow) -> Findings:
        keys = [key for action in workflow.active_actions if (key := self._endpoint_of(action))]
        for endpoint in self.endpoints.load_endpoints(list(dict.fromkeys(keys))).values():
            if endpoint.state is not EndpointStatus.CLOSED:
                yield _describe_trouble(endpoint)

    def _endpoint_of(self, action: Action) -> str | None:
        if action.type == "send_email":
            return f"smtp:{self.settings.smtp_conn_id}"
        if action.type == "send_sms":
            return f"sms:{self.settings.sms_conn_id}"
        try:
            return getattr(self.compile_action(action), "endpoint", None)
        except BookflowError:
            return None

    def _people(self, workflow: Workflow) -> Findings:
        for action in workflow.active_actions:
            if isinstance(action, SendEmail) and action.custom_email:
                why = self.rules.refuse_templated_email(action.custom_email, workflow.organizer)
            elif isinstance(action, SendSms) and action.custom_phone:
                why = self.rules.refuse_phone(action.custom_phone)
            else:
                continue
            if why:
                is_sure = isinstance(action, SendSms)
                status = CheckStatus.ERROR if is_sure else CheckStatus.WARNING
                message = f"the action `{action.name}` may reach nobody"
                yield Check("recipients", status, message, why)

    def _hosts(self, workflow: Workflow) -> Findings:
        hooks = [item for item in workflow.active_actions if isinstance(item, Webhook)]
        if not hooks:
            yield Check("webhook_hosts", CheckStatus.SKIPPED, "no action calls a webhook")
        for action in hooks:
            why = self.rules.refuse_url(action.webhook_url) if action.webhook_url else None
            if why:
                message = f"the webhook `{action.name}` would be refused"
                yield Check("webhook_hosts", CheckStatus.ERROR, message, why)

    def _quiet(self, workflow: Workflow) -> Findings:
        hours = workflow.quiet_hours
        if hours is None:
            yield Check("quiet_hours", CheckStatus.SKIPPED, "the workflow has no quiet hours")
            return
        length = _length_of(hours)
        if length > LONG_QUIET:
            open_for = timedelta(days=1) - length
            message = f"{hours} leave {open_for.total_seconds() / 3600:g} hours a day to send in"
            advice = "exchange `start` and `end` if the rest of the day is meant"
            yield Check("quiet_hours", CheckStatus.WARNING, message, advice)


def _run(name: str, fine: str, find: Callable[[], Iterable[Check]]) -> list[Check]:
    """Make one check; what can't be looked up is told, and no failure of the others."""
    try:
        found = list(find())
    except BookflowError as error:
        advice = "try again; the other checks stand"
        return [Check(name, CheckStatus.SKIPPED, f"could not be checked: {error}", advice)]
    return found or [Check(name, CheckStatus.OK, fine)]


def _describe_trouble(endpoint: Endpoint) -> Check:
    shown = endpoint.key.partition("?")[0]
    if endpoint.state is EndpointStatus.DISABLED:
        message = f"{shown} is disabled: {endpoint.disabled_reason or 'it failed too long'}"
        advice = "mend it, then enable it with `bookflow endpoints enable` or through the API"
        return Check("endpoints", CheckStatus.ERROR, message, advice)
    message = f"{shown} fails: {endpoint.last_error or 'it does not answer'}"
    advice = "messages wait until it answers again"
    return Check("endpoints", CheckStatus.WARNING, message, advice)


def _length_of(hours: Any) -> timedelta:
    day = datetime(2000, 1, 1)  # noqa: DTZ001 - a difference of wall clocks
    span = datetime.combine(day, hours.end) - datetime.combine(day, hours.start)
    return span if span > timedelta(0) else span + timedelta(days=1)
