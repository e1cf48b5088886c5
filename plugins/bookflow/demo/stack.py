"""A whole Airflow on this machine: embedded PostgreSQL and the four components, on 127.0.0.1."""

from __future__ import annotations

import base64
import json
import os
import secrets
import socket
import ssl
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import httpx

from bookflow.demo.airflow_settings import settings_on_one_machine
from bookflow.demo.component import Component, run_once, tail
from bookflow.demo.occupancy import DirectoryLock, check_port_free
from bookflow.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from bookflow.demo.cluster import Cluster

PROJECT = Path(__file__).resolve().parents[3]
ROLES = {"admin": "admin", "operator": "op", "editor": "user", "viewer": "viewer"}
COMPONENTS = {
    "api-server": ("api-server",),
    # log files are read from the disk; the log servers would listen on every interface
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}
START_SECONDS = 180.0
POLL_SECONDS = 0.25
# whoever starts the stack may work with another Airflow, or not want compiled files kept
FOREIGN_PREFIXES = ("AIRFLOW", "_AIRFLOW", "PYTHON")
# but connections for bookflow are meant for it, wherever it runs
OWN_PREFIXES = ("AIRFLOW_CONN_BOOKFLOW_",)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a stack finds the project's folders."""

    dags: Path = PROJECT / "dags"
    plugins: Path = PROJECT / "plugins"
    specs: Path = PROJECT / "workflow_specs"

    def check(self) -> None:
        """Raise `ConfigurationError` when a folder is missing, as in an installed package."""
        for folder in (self.dags, self.plugins, self.specs):
            if not folder.is_dir():
                raise ConfigurationError(
                    f"the folder {folder} is missing; a whole Airflow starts from a clone of the "
                    "project: run `make demo` there, the installed package alone holds no DAG files"
                )


class AirflowStack:
    """Starts, watches and stops an Airflow with bookflow; use as a context manager.

    Everything it writes is under `directory`: database, logs, passwords. `environment` are
    further variables for every process, such as `AIRFLOW_CONN_BOOKFLOW_SMTP`. A `port` of 0 takes
    a free one. With a `cluster`, tasks run on Celery workers.
    """

    def __init__(
        self,
        directory: Path,
        *,
        layout: Layout | None = None,
        environment: Mapping[str, str] | None = None,
        port: int = 0,
        parallelism: int = 16,
        cluster: Cluster | None = None,
    ) -> None:
        """Remember what to start; `start` starts it."""
        self.directory = directory.resolve()
        self.layout = layout or Layout()
        self.logs = self.directory / "logs"
        self.port = port or find_free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.passwords: dict[str, str] = {}
        self.database = ""
        self.airflow_database = ""
        self._parallelism = parallelism
        self._cluster = cluster
        self._redis_port = 0
        self._commands: dict[str, tuple[str, ...]] = {}
        self._extra = dict(environment or {})
        self._environ: dict[str, str] = {}
        self._components: dict[str, Component] = {}
        self._tokens: dict[str, str] = {}
        self._lock = DirectoryLock(self.directory)
        self._owns_database = False

    def __enter__(self) -> Self:
        """Start."""
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def start(self) -> None:
        """Start everything and wait until it works; raises `ConfigurationError` with log lines."""
        self.layout.check()
        if self._cluster is not None:
            self._cluster.check()
        self._lock.take()
        check_port_free(self.port)
        self.logs.mkdir(exist_ok=True)
        self._prepare_databases()
        self._commands = self._find_commands()
        self._environ = self._build_environment()
        migrate = (*self._airflow, "db", "migrate")
        run_once(migrate, self.logs / "db-migrate.log", self._environ, START_SECONDS)
        for name in self._commands:
            self.start_component(name)
        self._wait(self._is_healthy, "Airflow to become healthy")
        self._check_it_is_ours()

    def stop(self) -> None:
        """Stop the components this stack started, then its database; twice does no harm."""
        for component in self._components.values():
            component.ask_to_stop()
        for component in self._components.values():
            component.make_sure_stopped()
        self._components.clear()
        # a server that this stack did not start is somebody else's
        if self._owns_database:
            from bookflow.store.embedded import stop_embedded

            stop_embedded(self._postgres)
            self._owns_database = False
            self.database = ""
        self._lock.release()

    def check_alive(self) -> None:
        """Raise `ConfigurationError` with log lines when the database or a component has ended."""
        if self._owns_database:
            from bookflow.store.embedded import is_alive

            if not is_alive(self._postgres):
                log = self._postgres / "log"
                said = f":\n{tail(log)}" if log.is_file() else ""
                raise ConfigurationError(f"PostgreSQL in {self._postgres} ended{said}")
        for component in self._components.values():
            component.check_alive()

    def start_component(self, name: str) -> Component:
        """Start one of `component_names`."""
        component = Component(name, self._commands[name], self.logs / f"{name}.log", self._environ)
        component.start()
        self._components[name] = component
        return component

    def component(self, name: str) -> Component:
        """Give a running component, for tests that end or restart it."""
        return self._components[name]

    @property
    def component_names(self) -> list[str]:
        """Name the processes: `api-server`, `scheduler`, `dag-processor`, `triggerer`; a cluster's.

        Those of a cluster are `redis`, `scheduler-2`, `celery-worker`, `celery-worker-2` and so on.
        """
        return list(self._commands)

    @property
    def environment(self) -> Mapping[str, str]:
        """Give the variables of the stack's processes, for commands that work beside them."""
        return dict(self._environ)

    def token(self, user: str) -> str:
        """Log in as one of `ROLES`."""
        if user not in self._tokens:
            body = {"username": user, "password": self.passwords[user]}
            url = f"{self.url}/auth/token"
            answer = httpx.post(url, json=body, timeout=30, verify=_trust_nobody())
            answer.raise_for_status()
            self._tokens[user] = answer.json()["access_token"]
        return self._tokens[user]

    def headers(self, user: str) -> dict[str, str]:
        """Give the request headers of a logged-in user."""
        return {"Authorization": f"Bearer {self.token(user)}"}

    def client(self, user: str) -> httpx.Client:
        """Give an HTTP client of a logged-in user; close it after use."""
        return httpx.Client(
            base_url=self.url, headers=self.headers(user), timeout=30, verify=_trust_nobody()
        )

    def wait_for_dags(self, dag_ids: Collection[str], timeout: float = START_SECONDS) -> None:
        """Wait until Airflow knows the DAGs."""
        wanted = set(dag_ids)
        with self.client("admin") as api:
            self._wait(
                lambda: wanted <= _known_dags(api), f"DAGs {sorted(wanted)[:5]} to appear", timeout
            )

    def import_errors(self) -> dict[str, str]:
        """Give the import errors Airflow shows, by file."""
        with self.client("admin") as api:
            answer = api.get("/api/v2/importErrors", params={"limit": 100})
            answer.raise_for_status()
            errors = answer.json()["import_errors"]
        return {error["filename"]: error["stack_trace"] for error in errors}

    def _prepare_databases(self) -> None:
        # only a stack pays for starting PostgreSQL and for Alembic
        from bookflow.store.embedded import ensure_database, start_embedded
        from bookflow.store.migrating import upgrade

        # from here on, as a start that is cut short may leave a server behind
        self._owns_database = True
        server = start_embedded(self._postgres)
        self.airflow_database = ensure_database(server, "airflow")
        self.database = ensure_database(server, "bookflow")
        upgrade(self.database)

    @property
    def _postgres(self) -> Path:
        return self.directory / "postgres"

    @property
    def _airflow(self) -> tuple[str, ...]:
        python = str(self._cluster.python) if self._cluster else sys.executable
        return (python, "-m", "airflow")

    def _find_commands(self) -> dict[str, tuple[str, ...]]:
        found = {name: (*self._airflow, *words) for name, words in COMPONENTS.items()}
        if self._cluster is None:
            return found
        self._redis_port = self._redis_port or find_free_port()
        return {**self._cluster.commands(self._redis_port, self.directory), **found}

    def _build_environment(self) -> dict[str, str]:
        keys = self._load_secrets()
        self.passwords = keys["passwords"]
        passwords = self.directory / "passwords.json"
        _write_private(passwords, json.dumps(self.passwords))
        users = ",".join(f"{user}:{role}" for user, role in ROLES.items())
        inherited = {
            key: value
            for key, value in os.environ.items()
            if key.startswith(OWN_PREFIXES) or not key.startswith(FOREIGN_PREFIXES)
        }
        return {
            **inherited,
            **settings_on_one_machine(
                dsn=_sqlalchemy_url(self.airflow_database),
                port=self.port,
                secrets=keys,
                parallelism=self._parallelism,
            ),
            **self._cluster_settings(),
            "PATH": f"{Path(self._airflow[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            "PYTHONPATH": str(self.layout.plugins),
            "AIRFLOW_HOME": str(self.directory / "airflow"),
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.layout.dags),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(self.layout.plugins),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": users,
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
            "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(self.logs / "tasks"),
            "AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": str(self.logs / "parse"),
            "AIRFLOW_CONN_BOOKFLOW_DB": self.database,
            "BOOKFLOW_SPECS_DIR": str(self.layout.specs),
            "BOOKFLOW_HOME": str(self.directory / "home"),
            "BOOKFLOW_PUBLIC_URL": self.url,
            **self._extra,
        }

    def _cluster_settings(self) -> Mapping[str, str]:
        if self._cluster is None:
            return {}
        dsn = _sqlalchemy_url(self.airflow_database)
        return self._cluster.settings(redis_port=self._redis_port, dsn=dsn)

    def _load_secrets(self) -> dict[str, Any]:
        file = self.directory / "secrets.json"
        made = {
            "jwt": secrets.token_urlsafe(64),
            "api": secrets.token_urlsafe(32),
            "fernet": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        }
        passwords = {user: secrets.token_urlsafe(12) for user in ROLES}
        kept = json.loads(file.read_text()) if file.exists() else {}
        # a directory may be older than one of the users
        keys = {**made, **kept, "passwords": {**passwords, **kept.get("passwords", {})}}
        _write_private(file, json.dumps(keys))
        return keys

    def _is_healthy(self) -> bool:
        try:
            url = f"{self.url}/api/v2/monitor/health"
            answer = httpx.get(url, timeout=5, verify=_trust_nobody())
            states = answer.json() if answer.is_success else {}
        except (httpx.HTTPError, ValueError):
            return False
        parts = ("metadatabase", "scheduler", "dag_processor", "triggerer")
        return all((states.get(part) or {}).get("status") == "healthy" for part in parts)

    def _check_it_is_ours(self) -> None:
        """Make sure that no other Airflow answers: only ours knows the passwords just made."""
        self.check_alive()
        try:
            self.token("admin")
        except (httpx.HTTPStatusError, KeyError, ValueError):
            message = (
                f"another server than this stack's answers on {self.url}; choose another port, "
                f"such as make demo PORT={self.port + 1}"
            )
            raise ConfigurationError(message) from None

    def _wait(self, is_done: Callable[[], bool], what: str, timeout: float = START_SECONDS) -> None:
        deadline = time.monotonic() + timeout
        while not is_done():
            self.check_alive()
            if time.monotonic() > deadline:
                raise ConfigurationError(f"waited {timeout:.0f} s for {what}; see {self.logs}")
            time.sleep(POLL_SECONDS)


def find_free_port() -> int:
    """Give a TCP port on 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _trust_nobody() -> ssl.SSLContext:
    """Give what plain HTTP needs of TLS: reading all authorities took 50 ms for each client."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _known_dags(api: httpx.Client) -> set[str]:
    found: set[str] = set()
    offset = 0
    while True:
        try:
            answer = api.get("/api/v2/dags", params={"limit": 100, "offset": offset})
        except httpx.TimeoutException:
            # a machine that is still busy with starting; whoever asks will ask again
            return found
        answer.raise_for_status()
        page = answer.json()
        found |= {dag["dag_id"] for dag in page["dags"]}
        # what comes in between moves a DAG to the next page: it is then read twice
        offset += len(page["dags"])
        if not page["dags"] or offset >= page["total_entries"]:
            return found


def _sqlalchemy_url(dsn: str) -> str:
    return dsn.replace("postgresql://", "postgresql+psycopg2://", 1)


def _write_private(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.write_text(text)
