from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bookflow.airflow_client.connections import (
    AirflowConnections,
    EnvironmentConnections,
    open_connections,
)
from bookflow.errors import ConfigurationError, MissingConnectionError
from bookflow.settings import Settings
from bookflow.wiring.databases import dsn_of, find_dsn

SMTP = {
    "conn_type": "smtp",
    "host": "mail.example.com",
    "port": "2525",
    "login": "me",
    "password": "p@ss/word",
    "extra": {"from_email": "a@example.com", "disable_tls": True},
}


def connections(**variables: str) -> EnvironmentConnections:
    return EnvironmentConnections({f"AIRFLOW_CONN_{key}": text for key, text in variables.items()})


def test_json_variable_is_read_whole() -> None:
    info = connections(BOOKFLOW_SMTP=json.dumps(SMTP)).get("bookflow_smtp")
    assert (info.host, info.port, info.login, info.password) == (
        "mail.example.com",
        2525,
        "me",
        "p@ss/word",
    )
    assert info.extra == {"from_email": "a@example.com", "disable_tls": True}


def test_extra_may_be_json_in_a_string() -> None:
    text = json.dumps({**SMTP, "extra": json.dumps({"from_email": "b@example.com"})})
    assert connections(X=text).get("x").extra == {"from_email": "b@example.com"}


def test_uri_variable_is_decoded() -> None:
    uri = "smtp://me:p%40ss%2Fword@mail.example.com:2525/box?from_email=a%40example.com"
    info = connections(X=uri).get("x")
    assert (info.conn_type, info.host, info.port) == ("smtp", "mail.example.com", 2525)
    assert (info.login, info.password, info.schema) == ("me", "p@ss/word", "box")
    assert info.extra == {"from_email": "a@example.com"}


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://postgres@/bookflow?host=%2Ftmp%2FSome+Dir",
        "postgresql://u:p%40w@db.example.com:5433/bookflow",
        "postgresql://u@[::1]:5433/bookflow?sslmode=require",
    ],
)
def test_database_url_survives_the_way_through_a_connection(url: str) -> None:
    assert dsn_of(connections(BOOKFLOW_DB=url).get("bookflow_db")) == url


@pytest.mark.parametrize("conn_id", ["bookflow_db", "bookflow_smtp", "bookflow_sms", "own crm"])
def test_missing_connection_says_how_to_make_it(conn_id: str) -> None:
    with pytest.raises(MissingConnectionError, match="airflow connections add") as caught:
        connections().get(conn_id)
    assert f"AIRFLOW_CONN_{conn_id.upper()}" in str(caught.value)


@pytest.mark.parametrize("text", ["{no json", '{"port": "secret-one"}', "no-uri secret-one"])
def test_malformed_variable_is_named_and_its_value_kept_secret(text: str) -> None:
    with pytest.raises(ConfigurationError, match="AIRFLOW_CONN_X is neither") as caught:
        connections(X=text).get("x")
    assert "secret-one" not in str(caught.value)


def test_malformed_database_connection_never_means_the_embedded_server(tmp_path: Path) -> None:
    # events would end up in another database than the one that is meant
    settings = Settings(home=tmp_path)
    with pytest.raises(ConfigurationError, match="AIRFLOW_CONN_BOOKFLOW_DB is neither"):
        find_dsn(settings, connections(BOOKFLOW_DB="{no json"))
    assert list(tmp_path.iterdir()) == []


def test_airflow_is_asked_only_where_there_is_one(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    assert isinstance(open_connections({**home, "AIRFLOW_HOME": str(tmp_path)}), AirflowConnections)


def test_variables_need_no_airflow() -> None:
    code = (
        "import sys; from bookflow.airflow_client.connections import AirflowConnections as A\n"
        "assert A({'AIRFLOW_CONN_X': 'http://h:1'}).get('x').port == 1\n"
        "assert not [name for name in sys.modules if name.startswith('airflow')]"
    )
    environ = {"PYTHONPATH": "plugins"}
    subprocess.run([sys.executable, "-c", code], check=True, env=environ)
