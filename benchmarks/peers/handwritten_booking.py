"""The peer: what a team writes by hand. A gate and an operator per action, one run per booking."""

from __future__ import annotations

import json
from datetime import datetime

from airflow.providers.http.operators.http import HttpOperator
from airflow.providers.smtp.operators.smtp import EmailOperator
from airflow.providers.standard.operators.python import ShortCircuitOperator
from airflow.sdk import DAG


def is_wanted(**context: object) -> bool:
    booking = context["dag_run"].conf["booking"]  # type: ignore[attr-defined]
    return str(booking["invitee"]["email"]).rpartition("@")[2] == "example.org"


with DAG(
    dag_id="handwritten_booking",
    schedule=None,
    start_date=datetime(2024, 1, 1),  # noqa: DTZ001 - as hand-written DAGs have it
    catchup=False,
    max_active_runs=16,
    tags=["peer"],
):
    previous = None
    for position, kind in enumerate(("email", "webhook", "webhook"), start=1):
        gate = ShortCircuitOperator(
            task_id=f"gate_{position}",
            python_callable=is_wanted,
            ignore_downstream_trigger_rules=False,
        )
        if kind == "email":
            action: EmailOperator | HttpOperator = EmailOperator(
                task_id=f"action_{position}",
                conn_id="bookflow_smtp",
                from_email="bookings@example.com",
                to="{{ dag_run.conf.booking.invitee.email }}",
                subject="Your {{ dag_run.conf.booking.event_type.name }}",
                html_content="Hello {{ dag_run.conf.booking.invitee.name }}",
            )
        else:
            action = HttpOperator(
                task_id=f"action_{position}",
                http_conn_id="bench_webhook",
                endpoint="/handwritten",
                method="POST",
                headers={"Content-Type": "application/json"},
                data=json.dumps({"booking_id": "{{ dag_run.conf.booking.id }}", "step": position}),
                response_check=lambda response: response.status_code < 300,
            )
        if previous is not None:
            previous >> gate
        gate >> action
        previous = action
