"""What validation asks of the outside world beside the store: DAGs, addresses and domains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class DagState:
    """What Airflow knows of a workflow's DAG."""

    dag_id: str
    is_known: bool = False
    is_paused: bool = False
    has_import_errors: bool = False


class DagStates(Protocol):
    """Asks Airflow about DAGs."""

    def look_up(self, workflow_id: str) -> DagState:
        """Give the state of a workflow's DAG; raises `BookflowError` where nobody can tell."""
        ...


class TargetRules(Protocol):
    """Knows where messages may go, by form alone: no name is looked up, nothing is called."""

    def refuse_url(self, url: str) -> str | None:
        """Say why calls of a URL would be refused; None where nothing is known against it."""
        ...

    def refuse_templated_email(self, template: str, organizer: str) -> str | None:
        """Say why mail to a computed address might be refused; None where it may go."""
        ...

    def refuse_phone(self, number: str) -> str | None:
        """Say why texts to a literal number would be refused."""
        ...
