from __future__ import annotations

import pytest

from bookflow.airflow_client.connections import EnvironmentConnections
from bookflow.errors import MissingConnectionError
from bookflow.settings import Settings
from bookflow.wiring.databases import find_known_dsn


def test_watcher_takes_the_connection(tmp_path):
    dsn = "postgresql://me@db.example.com:5433/bookings"
    connections = EnvironmentConnections({"AIRFLOW_CONN_BOOKFLOW_DB": dsn})
    assert find_known_dsn(Settings(home=tmp_path), connections) == dsn


def test_watcher_makes_no_database_while_the_connection_seems_missing(tmp_path):
    home = tmp_path / "home"
    with pytest.raises(MissingConnectionError, match="bookflow_db"):
        find_known_dsn(Settings(home=home), EnvironmentConnections({}))
    assert not home.exists()
