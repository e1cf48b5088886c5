from __future__ import annotations

from pathlib import Path

import yaml

from bookflow.demo.airflow_settings import RECOMMENDED, settings_on_one_machine

PROJECT = Path(__file__).parents[3]


def test_compose_file_sets_what_is_recommended() -> None:
    compose = yaml.safe_load((PROJECT / "docker-compose.yaml").read_text())
    environment = compose["x-airflow"]["environment"]
    assert {key: str(environment.get(key)) for key in RECOMMENDED} == dict(RECOMMENDED)


def test_one_machine_listens_on_loopback_only() -> None:
    keys = {"jwt": "j", "api": "a", "fernet": "f"}
    made = settings_on_one_machine(dsn="postgresql://x", port=8123, secrets=keys, parallelism=2)
    assert made["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert made["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:8123/execution/"
    assert made["AIRFLOW__API__BASE_URL"] == "http://127.0.0.1:8123"
