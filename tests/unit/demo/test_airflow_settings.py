from __future__ import annotations

from pathlib import Path

import yaml

from bookflow.demo.airflow_settings import RECOMMENDED, settings_on_one_machine
from bookflow.demo.stack import COMPONENTS
from bookflow.store.embedded import TUNING

PROJECT = Path(__file__).parents[3]


def test_compose_file_sets_what_is_recommended() -> None:
    compose = yaml.safe_load((PROJECT / "docker-compose.yaml").read_text())
    environment = compose["x-airflow"]["environment"]
    assert {key: str(environment.get(key)) for key in RECOMMENDED} == dict(RECOMMENDED)


def test_embedded_server_takes_what_all_pools_together_may_open() -> None:
    names = ("POOL_SIZE", "MAX_OVERFLOW")
    pool = sum(int(RECOMMENDED[f"AIRFLOW__DATABASE__SQL_ALCHEMY_{name}"]) for name in names)
    # the API server and the triggerer have a second pool, of the same size, for async code
    airflow = pool * (len(COMPONENTS) + 2)
    bookflow_and_commands = 20
    assert airflow + bookflow_and_commands <= int(TUNING["max_connections"])


def test_one_machine_listens_on_loopback_only() -> None:
    keys = {"jwt": "j", "api": "a", "fernet": "f"}
    made = settings_on_one_machine(dsn="postgresql://x", port=8123, secrets=keys, parallelism=2)
    assert made["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert made["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:8123/execution/"
    assert made["AIRFLOW__API__BASE_URL"] == "http://127.0.0.1:8123"
