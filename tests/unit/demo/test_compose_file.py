from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bookflow.demo import compose_secrets
from bookflow.demo.cluster import Cluster
from bookflow.demo.compose_secrets import make_secrets, write_secrets

PROJECT = Path(__file__).parents[3]
LASTING = {
    "postgres",
    "redis",
    "api-server",
    "scheduler",
    "dag-processor",
    "triggerer",
    "worker",
}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yaml").read_text())
    return found


def test_every_lasting_service_is_watched_and_bounded(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == LASTING | {"mail", "migrate"}
    for name in LASTING:
        assert services[name]["healthcheck"]["test"], name
        assert set(services[name]["deploy"]["resources"]["limits"]) == {"cpus", "memory"}, name


def test_secrets_are_files_that_one_command_makes(compose: dict[str, Any]) -> None:
    made = set(make_secrets())
    assert {name: file["file"] for name, file in compose["secrets"].items()} == {
        name: f"secrets/{name}" for name in made
    }
    text = (PROJECT / "docker-compose.yaml").read_text()
    assert set(re.findall(r"/run/secrets/([\w.]+)", text)) == made
    airflow = set(compose["x-airflow"]["secrets"])
    assert airflow == made - {"postgres_password"}


def test_no_secret_stands_in_the_environment(compose: dict[str, Any]) -> None:
    environment = compose["x-airflow"]["environment"]
    for name in ("FERNET_KEY", "JWT_SECRET", "SECRET_KEY", "SQL_ALCHEMY_CONN", "RESULT_BACKEND"):
        named = [key for key in environment if key.endswith(f"__{name}")]
        assert not named, f"{named} would show in docker inspect"
    assert not [key for key in environment if key.startswith("AIRFLOW_CONN_")]


def test_workers_are_set_up_as_in_the_cluster_of_the_tests(compose: dict[str, Any]) -> None:
    environment = compose["x-airflow"]["environment"]
    ours = Cluster(Path("python")).settings(redis_port=1, dsn="postgresql://x")
    elsewhere = {"AIRFLOW__CELERY__BROKER_URL", "AIRFLOW__CELERY__RESULT_BACKEND"}
    for key, value in ours.items():
        if key not in elsewhere:
            assert environment[key] == value, key
    assert (
        f"--concurrency {Cluster(Path('python')).slots}"
        in (compose["services"]["worker"]["command"])
    )


def test_written_secrets_are_kept_and_their_folder_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    assert set(write_secrets(folder)) == set(make_secrets())
    before = {file.name: file.read_text() for file in folder.iterdir()}
    (folder / "airflow_jwt_secret").unlink()
    assert write_secrets(folder) == ["airflow_jwt_secret"]
    after = {file.name: file.read_text() for file in folder.iterdir()}
    del before["airflow_jwt_secret"], after["airflow_jwt_secret"]
    assert after == before
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_half_of_a_databases_secrets_is_refused(tmp_path: Path) -> None:
    (tmp_path / "postgres_password").write_text("known")
    with pytest.raises(FileExistsError, match=r"postgres_password but not airflow_database"):
        write_secrets(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["postgres_password"]


def test_secrets_of_one_database_share_its_password() -> None:
    made = make_secrets()
    password = made["postgres_password"]
    assert f"airflow:{password}@postgres/" in made["airflow_database"]
    assert f"airflow:{password}@postgres/" in made["celery_results"]
    assert json.loads(made["connections.json"])["bookflow_db"]["password"] == password


@pytest.mark.slow
def test_connections_are_read_from_the_secrets_file(
    tmp_path: Path, compose: dict[str, Any]
) -> None:
    write_secrets(tmp_path / "secrets")
    file = tmp_path / "secrets" / "connections.json"
    environment = compose["x-airflow"]["environment"]
    chosen = {key: environment[key] for key in environment if "SECRETS" in key.split("__")}
    chosen |= {key: environment[key] for key in environment if "__SECRETS_BACKEND" in key}
    kwargs = json.dumps({"connections_file_path": str(file)})
    chosen |= {key: kwargs for key in chosen if key.endswith("KWARGS")}
    code = (
        "import os; from bookflow.airflow_client.connections import AirflowConnections as C;"
        "print(C(os.environ, is_command=True).get('bookflow_db').password)"
    )
    inherited = {key: os.environ[key] for key in ("PATH",) if key in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={
            **inherited,
            **chosen,
            "AIRFLOW_HOME": str(tmp_path / "airflow"),
            "PYTHONPATH": str(PROJECT / "plugins"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip().splitlines()[-1:] == [
        (tmp_path / "secrets" / "postgres_password").read_text()
    ], done.stderr[-2000:]


def test_script_needs_nothing_but_python(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", str(compose_secrets.__file__), str(tmp_path / "s")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "wrote" in done.stdout
    assert len(list((tmp_path / "s").iterdir())) == len(make_secrets())
