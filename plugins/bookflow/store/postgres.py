"""The store on PostgreSQL: intake, runs and reports over one way to the database."""

from __future__ import annotations

from bookflow.store.connecting import Database
from bookflow.store.erased_keys import KeyDigests, plain_digests
from bookflow.store.postgres_analytics import PostgresAnalytics
from bookflow.store.postgres_audit import PostgresAudit
from bookflow.store.postgres_changes import PostgresChanges
from bookflow.store.postgres_cleaning import PostgresCleaning
from bookflow.store.postgres_clock import PostgresClock
from bookflow.store.postgres_endpoints import PostgresEndpoints
from bookflow.store.postgres_erasing import PostgresErasing
from bookflow.store.postgres_events import PostgresEvents
from bookflow.store.postgres_inbound import PostgresInbound
from bookflow.store.postgres_incidents import PostgresIncidents
from bookflow.store.postgres_intake import PostgresIntake
from bookflow.store.postgres_interventions import PostgresInterventions
from bookflow.store.postgres_metrics import PostgresMetrics
from bookflow.store.postgres_notices import PostgresNotices
from bookflow.store.postgres_reports import PostgresReports
from bookflow.store.postgres_runs import PostgresRuns
from bookflow.store.postgres_templates import PostgresTemplates
from bookflow.store.postgres_vitals import PostgresVitals


class PostgresStore(
    PostgresIntake,
    PostgresRuns,
    PostgresReports,
    PostgresInbound,
    PostgresChanges,
    PostgresClock,
    PostgresEndpoints,
    PostgresInterventions,
    PostgresNotices,
    PostgresIncidents,
    PostgresVitals,
    PostgresCleaning,
    PostgresErasing,
    PostgresEvents,
    PostgresTemplates,
    PostgresMetrics,
    PostgresAudit,
    PostgresAnalytics,
):
    """Fulfils `IntakeStore`, `RunStore` and `ReportStore`; safe to share between threads.

    Every method may raise `DatabaseUnavailableError` or `SchemaOutdatedError`.
    """

    @classmethod
    def open(
        cls, dsn: str, *, pool_size: int = 0, key_digests: KeyDigests = plain_digests
    ) -> PostgresStore:
        """Open a store; connects when it is first asked.

        `pool_size` 0 is one connection that threads use in turn, for task processes; a server
        gives the number of its threads that may use the database at once. `key_digests` make what
        stands for idempotency keys that named somebody who was erased.
        """
        return cls(Database.open(dsn, pool_size=pool_size), key_digests)

    def close(self) -> None:
        """Close every connection."""
        self._database.close()
