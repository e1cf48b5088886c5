"""A rehearsal of a task, without a database or a message: whoever forks later has it all loaded.

What a process does for the first time costs many times what it costs the second time: modules,
models, compiled patterns, Airflow's settings. A worker that has rehearsed spares its tasks that.
"""

from __future__ import annotations

import importlib
import logging
import pkgutil
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)

MODULES = (
    "airflow.dag_processing.bundles.local",
    "airflow.dag_processing.bundles.manager",
    "airflow.dag_processing.dagbag",
    "airflow.dag_processing.importers.python_importer",
    "airflow.sdk.execution_time.supervisor",
    "airflow.sdk.execution_time.task_runner",
    "airflow.sdk.execution_time.timeout",
    "aiohttp",
    "aiosmtplib",
    "bookflow.dagrun.spec_bundle",
    "bookflow.store.postgres",
    "httpx",
    "httpx_aiohttp",
    "jinja2.ext",
    "phonenumbers",
    "standardwebhooks",
)
PACKAGES = ("bookflow.actions", "bookflow.airflow_client", "bookflow.domains", "bookflow.journey")
NOT_FOR_TASKS = frozenset(
    {"bookflow.airflow_client.run_starting", "bookflow.airflow_client.runs_in_server"}
)
SPEC = """
id: rehearsal
organizer: rehearsal@example.com
name: Rehearsal
trigger: booking_created
actions:
  - name: mail
    type: send_email
    recipient: invitee
    subject: "{{ event_type_name }}"
    message: "{{ invitee_name }}: {{ start_time | datetime('full') }}, {{ duration | duration }}"
    html: "<p>{{ invitee_name }}</p>"
    conditions:
      - operator: AND
        rules:
          - {field: invitee_domain, operator: ends_with, value: example.com}
          - {field: invitee_name, operator: regex_match, value: "^[A-Z]"}
          - {field: start_time, operator: greater_than, value: "2020-01-01T00:00:00+00:00"}
  - name: text
    type: send_sms
    recipient: invitee
    message: "{{ invitee_name }}"
  - name: call
    type: webhook
    webhook_url: https://example.com/rehearsal
    webhook_data: {note: "{{ invitee_name }}"}
  - name: update
    type: update_booking
    update_booking_fields: {meeting_link: "https://example.com/{{ booking_id }}"}
"""
BOOKING = {
    "id": "rehearsal",
    "status": "confirmed",
    "start_time": "2026-01-05T10:00:00+01:00",
    "end_time": "2026-01-05T10:30:00+01:00",
    "event_type": {"id": "rehearsal", "slug": "rehearsal", "name": "Rehearsal", "duration": 30},
    "organizer": {
        "id": "rehearsal",
        "email": "rehearsal@example.com",
        "name": "Rehearsal",
        "timezone": "Europe/Berlin",
    },
    "invitee": {
        "name": "Rehearsal",
        "email": "rehearsal@example.com",
        "phone": "+12025550123",
        "timezone": "America/New_York",
    },
    "created_at": "2026-01-01T10:00:00+00:00",
}


def rehearse() -> None:
    """Import what tasks need, then build and render a made-up workflow; never raises."""
    started = time.perf_counter()
    for name in (*MODULES, *_modules_inside(PACKAGES)):
        try:
            importlib.import_module(name)
        except ImportError as error:
            log.warning("bookflow: %s can't be imported ahead of tasks: %s", name, error)
    try:
        _load_plugins()
        _build_and_render()
    except Exception:
        # tasks work without it, only slower
        log.exception("bookflow: the rehearsal failed; tasks start more slowly")
    log.info("bookflow: rehearsed a task in %.2f s", time.perf_counter() - started)


def _modules_inside(packages: tuple[str, ...]) -> Iterator[str]:
    for name in packages:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, name + "."):
            if module.name not in NOT_FOR_TASKS:
                yield module.name


def _load_plugins() -> None:
    """Have Airflow find its plugins: it looks at every installed package for that."""
    from airflow.sdk.listener import get_listener_manager

    get_listener_manager()


def _build_and_render() -> None:
    from bookflow.actions.action_resources import ActionResources
    from bookflow.actions.registry import compile_action
    from bookflow.airflow_client.connections import EnvironmentConnections
    from bookflow.dagrun.factory import build_dag
    from bookflow.domains.booking import BookingDomain
    from bookflow.settings import Settings
    from bookflow.spec.conditions import compile_conditions
    from bookflow.spec.loading import load_workflow

    settings = Settings()
    domain = BookingDomain(settings)
    now = datetime.now(UTC)
    loaded = load_workflow(SPEC, file="rehearsal.yaml", vocabulary=domain.vocabulary)
    build_dag(loaded, settings, with_texts=False)
    subject = domain.parse_subject(BOOKING, path="")
    context = domain.build_context(subject, now=now)
    facts = {
        "workflow_id": "rehearsal",
        "workflow_name": "Rehearsal",
        "execution_id": "00000000-0000-0000-0000-000000000000",
        "timestamp": now.isoformat(),
    }
    resources = ActionResources(settings, domain, EnvironmentConnections({}))
    for action in loaded.workflow.active_actions:
        compile_conditions(action.conditions, domain.vocabulary).explain(context, now=now)
        compiled = compile_action(action, resources)
        compiled.render(subject, context, {**facts, "action": action.name})
