"""The Airflow settings bookflow recommends, and what each is for.

`docker-compose.yaml` sets the same ones; a test compares them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

RECOMMENDED: Mapping[str, str] = {
    # a spec that is edited twice within half a minute takes effect twice
    "AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL": "0",
    # a new workflow works as soon as its file is there
    "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    # an idle scheduler looks for queued runs ten times a second
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.1",
    # beside the dags folder the workflows, in shards: a spec that changes costs its shard a parse
    "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": (
        '[{"name": "dags-folder", "kwargs": {}, '
        '"classpath": "airflow.dag_processing.bundles.local.LocalDagBundle"}, '
        '{"name": "bookflow", "kwargs": {}, '
        '"classpath": "bookflow.dagrun.spec_bundle.SpecBundle"}]'
    ),
    # the bundle is asked each second whether specs changed
    "AIRFLOW__DAG_PROCESSOR__BUNDLE_REFRESH_CHECK_INTERVAL": "1",
    # what didn't change is parsed each hour instead of twice a minute. A file that changes is
    # parsed at once, and bookflow has parsed again what failed: no DAG waits for its hour
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "3600",
    # import errors name the spec, its line and its key: no stack in front of it
    "AIRFLOW__CORE__DAGBAG_IMPORT_ERROR_TRACEBACKS": "False",
    # the API server answers every starting task: many of them at once must not wait for a link
    "AIRFLOW__DATABASE__SQL_ALCHEMY_POOL_SIZE": "20",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_MAX_OVERFLOW": "20",
    # starting many runs at once is bookflow's normal day
    "AIRFLOW__SCHEDULER__MAX_DAGRUNS_PER_LOOP_TO_SCHEDULE": "100",
    "AIRFLOW__SCHEDULER__MAX_DAGRUNS_TO_CREATE_PER_LOOP": "50",
    # a task whose worker died is noticed after a minute of silence instead of five; it would speak
    # every 5 seconds, and one that is only slow finds that its deliveries are taken care of
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
    # tasks of a scheduler that died are looked for every 15 seconds instead of every 5 minutes; it
    # counts as dead after 30 seconds of silence, as Airflow has it
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "15",
    # a running task outlives about a minute without the API server or its database, and is back
    # at most 8 seconds after them
    "AIRFLOW__WORKERS__EXECUTION_API_RETRIES": "15",
    "AIRFLOW__WORKERS__EXECUTION_API_RETRY_WAIT_MAX": "8",
}
"""For every Airflow that runs bookflow, whatever its executor."""

LOCAL_EXECUTOR = "bookflow.dagrun.warm_executor.WarmLocalExecutor"
"""Airflow's LocalExecutor, whose workers have imported beforehand what bookflow's tasks need."""


def settings_on_one_machine(
    *, dsn: str, port: int, secrets: Mapping[str, str], parallelism: int
) -> dict[str, str]:
    """Give the settings of an Airflow that lives on one machine, on 127.0.0.1 only.

    `dsn` is the URL of Airflow's own database; `secrets` are `jwt`, `api` and `fernet` keys.
    """
    url = f"http://127.0.0.1:{port}"
    return {
        **RECOMMENDED,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": dsn,
        "AIRFLOW__CORE__EXECUTOR": LOCAL_EXECUTOR,
        "AIRFLOW__CORE__PARALLELISM": str(parallelism),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__CORE__FERNET_KEY": secrets["fernet"],
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets["jwt"],
        "AIRFLOW__API__SECRET_KEY": secrets["api"],
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": url,
        # parsing thousands of specs takes one core for seconds: leave the others to the tasks
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    }
