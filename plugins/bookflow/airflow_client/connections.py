"""Airflow connections: from `AIRFLOW_CONN_*` variables where they are set, else from Airflow."""

from __future__ import annotations

import json
import logging
import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from bookflow.errors import ConfigurationError, MissingConnectionError, UnavailableError
from bookflow.records import ConnectionInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bookflow.ports import ConnectionSource

log = logging.getLogger(__name__)

VARIABLE_PREFIX = "AIRFLOW_CONN_"
EXAMPLES = {
    "bookflow_db": (
        "--conn-type postgres --conn-host HOST --conn-login LOGIN --conn-password PASSWORD "
        "--conn-schema bookflow"
    ),
    "bookflow_smtp": (
        "--conn-type smtp --conn-host HOST --conn-port 587 --conn-login LOGIN "
        """--conn-password PASSWORD --conn-extra '{"from_email": "bookings@example.com"}'"""
    ),
    "bookflow_sms": (
        "--conn-type http --conn-host https://HOST --conn-login ACCOUNT_SID "
        """--conn-password AUTH_TOKEN --conn-extra '{"from": "+12025550123"}'"""
    ),
}
EXAMPLES |= {
    f"bookflow_inbound_{source}": "--conn-type generic --conn-password SECRET"
    for source in ("cal_com", "calendly", "standard_webhooks")
}
OTHER_EXAMPLE = "--conn-type http --conn-host https://HOST --conn-password SECRET"


@dataclass(frozen=True, slots=True)
class EnvironmentConnections:
    """Connections from `AIRFLOW_CONN_*` variables, as JSON or URI; needs no Airflow."""

    environ: Mapping[str, str]

    def get(self, conn_id: str) -> ConnectionInfo:
        """Read a connection; raises `ConfigurationError` when it's absent or malformed."""
        info = self.find(conn_id)
        if info is None:
            raise missing_connection(conn_id)
        return info

    def find(self, conn_id: str) -> ConnectionInfo | None:
        """Read a connection, or give None; raises `ConfigurationError` when it's malformed."""
        text = self.environ.get(VARIABLE_PREFIX + conn_id.upper(), "").strip()
        if not text:
            return None
        return _read_json(conn_id, text) if text.startswith("{") else _read_uri(conn_id, text)


@dataclass(frozen=True, slots=True)
class AirflowConnections:
    """Connections as Airflow knows them: secrets backends, variables, its own database.

    Variables come first here, as reading them costs a task no request to the API server.
    """

    environ: Mapping[str, str]
    is_command: bool = False
    """Whether this is a command line, which may ask Airflow's database itself."""
    is_server: bool = False
    """Whether this is the API server, where Airflow takes a database that is away for a
    connection that is not there."""

    def get(self, conn_id: str) -> ConnectionInfo:
        """Read a connection; raises `ConfigurationError` when it's absent.

        In the API server `UnavailableError` where nobody can tell.
        """
        info = EnvironmentConnections(self.environ).find(conn_id)
        if info is not None:
            _mask(info)
            return info
        # a command or task whose connections are variables never imports Airflow for them
        from airflow.sdk import BaseHook
        from airflow.sdk.exceptions import AirflowNotFoundException, AirflowRuntimeError

        try:
            return _convert(conn_id, BaseHook.get_connection(conn_id))
        except (AirflowNotFoundException, AirflowRuntimeError):
            stored = self._ask_again(conn_id)
            if stored is None:
                raise missing_connection(conn_id) from None
            return _convert(conn_id, stored)

    def _ask_again(self, conn_id: str) -> Any:
        if self.is_server:
            return _ask_own_database(conn_id)
        return _ask_database(conn_id) if self.is_command else None


def open_connections(environ: Mapping[str, str]) -> ConnectionSource:
    """Give the connections of this machine: Airflow's where there is one, else the variables."""
    home = Path(environ.get("AIRFLOW_HOME") or "~/airflow").expanduser()
    if environ.get("AIRFLOW_HOME") or (home / "airflow.cfg").exists():
        return AirflowConnections(environ, is_command=True)
    return EnvironmentConnections(environ)


def task_connections() -> AirflowConnections:
    """Give the connections of the Airflow process this runs in."""
    return AirflowConnections(os.environ)


def missing_connection(conn_id: str) -> MissingConnectionError:
    """Say how to make a connection that is missing."""
    options = EXAMPLES.get(conn_id, OTHER_EXAMPLE)
    shown = shlex.quote(conn_id)
    variable = VARIABLE_PREFIX + conn_id.upper()
    return MissingConnectionError(
        f"the Airflow connection `{conn_id}` does not exist; make it with "
        f"`airflow connections add {shown} {options}`, or set {variable} to its JSON"
    )


def _malformed(conn_id: str, why: str) -> ConfigurationError:
    # the value itself stays out of the text: it holds a password
    variable = VARIABLE_PREFIX + conn_id.upper()
    return ConfigurationError(
        f"{variable} is neither a connection in JSON nor a URI ({why}); write it like "
        """'{"conn_type": "postgres", "host": "HOST", "login": "LOGIN", "password": "…"}'"""
    )


def _read_json(conn_id: str, text: str) -> ConnectionInfo:
    try:
        data = json.loads(text)
        port = data.get("port")
        extra = data.get("extra") or {}
        return ConnectionInfo(
            conn_id=conn_id,
            host=str(data.get("host") or ""),
            port=int(port) if port not in (None, "") else None,
            login=str(data.get("login") or ""),
            password=str(data.get("password") or ""),
            schema=str(data.get("schema") or ""),
            conn_type=str(data.get("conn_type") or ""),
            extra=_read_extra(extra),
        )
    except (ValueError, TypeError) as error:
        raise _malformed(conn_id, type(error).__name__) from None


def _read_uri(conn_id: str, text: str) -> ConnectionInfo:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _malformed(conn_id, "it can't be split into its parts") from None
    if not parts.scheme:
        raise _malformed(conn_id, "it has no scheme")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    extra: Any = query.pop("__extra__", None)
    socket = query.pop("host", "")
    return ConnectionInfo(
        conn_id=conn_id,
        host=_hostname(parts.netloc, parts.hostname) or socket,
        port=port,
        login=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        schema=unquote(parts.path.removeprefix("/")),
        conn_type=parts.scheme.replace("-", "_"),
        extra=_read_extra(extra) if extra else query,
    )


def _hostname(netloc: str, lowered: str | None) -> str:
    """Give the host as it was written: a path to a socket must keep its capital letters."""
    host = netloc.rpartition("@")[2]
    if host.startswith("["):
        return lowered or ""
    return unquote(host.partition(":")[0])


def _read_extra(extra: object) -> dict[str, Any]:
    parsed = json.loads(extra) if isinstance(extra, str) else extra
    return dict(parsed) if isinstance(parsed, dict) else {}


def _ask_own_database(conn_id: str) -> Any:
    from airflow.secrets.metastore import MetastoreBackend
    from sqlalchemy.exc import SQLAlchemyError

    try:
        return MetastoreBackend().get_connection(conn_id)
    except SQLAlchemyError as error:
        cause = str(error).partition("\n")[0]
        message = f"Airflow's own database can't be asked for the connection `{conn_id}`: {cause}"
        raise UnavailableError(message) from None


def _ask_database(conn_id: str) -> Any:
    from airflow.secrets.metastore import MetastoreBackend
    from sqlalchemy.exc import SQLAlchemyError

    try:
        return MetastoreBackend().get_connection(conn_id)
    except SQLAlchemyError as error:
        cause = str(error).partition("\n")[0]
        log.warning("bookflow: Airflow's own database can't be asked for `%s`: %s", conn_id, cause)
        return None


def _convert(conn_id: str, connection: Any) -> ConnectionInfo:
    return ConnectionInfo(
        conn_id=conn_id,
        host=connection.host or "",
        port=connection.port,
        login=connection.login or "",
        password=connection.password or "",
        schema=connection.schema or "",
        conn_type=connection.conn_type or "",
        extra=dict(connection.extra_dejson),
    )


def _mask(info: ConnectionInfo) -> None:
    """Keep the password out of Airflow's logs, as Airflow does for connections it reads."""
    # a process without Airflow writes no Airflow logs, and should not load it for this
    if info.password and "airflow.sdk" in sys.modules:
        from airflow.sdk.log import mask_secret

        mask_secret(info.password)
