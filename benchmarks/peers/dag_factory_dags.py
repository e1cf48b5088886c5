"""The peer of the factory: DAGs by dag-factory, from a file each, with the same three actions.

Three tasks and no gates, which is less than ours build: nothing of theirs decides on conditions.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from airflow.sdk import DAG
from dagfactory import load_yaml_dags  # type: ignore[import-not-found]

SPEC = """\
filler-{number}:
  default_args:
    owner: host-{number}@example.com
    start_date: 2024-01-01
    retries: 2
  schedule: null
  catchup: false
  max_active_runs: 4
  tags: [bookflow]
  tasks:
    - task_id: confirm
      operator: airflow.providers.smtp.operators.smtp.EmailOperator
      conn_id: bookflow_smtp
      from_email: bookings@example.com
      to: "{{{{ dag_run.conf.booking.invitee.email }}}}"
      subject: "Your {{{{ dag_run.conf.booking.event_type.name }}}}"
      html_content: "Hello {{{{ dag_run.conf.booking.invitee.name }}}}"
    - task_id: tell
      operator: airflow.providers.http.operators.http.HttpOperator
      http_conn_id: crm
      endpoint: /hooks
      method: POST
      data: '{{"seats": "{{{{ dag_run.conf.booking.attendee_count }}}}"}}'
      dependencies: [confirm]
    - task_id: mark
      operator: airflow.providers.http.operators.http.HttpOperator
      http_conn_id: bookings
      endpoint: /bookings
      method: PATCH
      data: '{{"seen": "yes"}}'
      dependencies: [tell]
"""
DAGS = 200


def main() -> None:
    """Print the milliseconds per DAG, after a first time that warms up."""
    with tempfile.TemporaryDirectory(prefix="bookflow-bench-") as folder:
        files = [Path(folder) / f"filler-{number}.yaml" for number in range(DAGS)]
        for number, path in enumerate(files):
            path.write_text(SPEC.format(number=number))
        _build(files[:20])
        started = time.perf_counter()
        count = _build(files)
        elapsed = time.perf_counter() - started
    if count != DAGS:
        sys.exit(f"{count} DAGs came out of {DAGS} files")
    print(elapsed * 1000 / DAGS)


def _build(files: list[Path]) -> int:
    names: dict[str, object] = {}
    for path in files:
        load_yaml_dags(names, config_filepath=str(path))
    return sum(isinstance(value, DAG) and len(value.tasks) == 3 for value in names.values())


if __name__ == "__main__":
    main()
