from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bookflow.journey.watching import OTHERS, SHOWN_WORKFLOWS, take_sight
from bookflow.ports.metrics import Vitals, WorkflowCounts
from tests.contract.conftest import Scene, make_booking

pytestmark = pytest.mark.airflow

PATH = "/bookflow/api/v1/metrics"


def read(response: Any) -> dict[tuple[str, ...], float]:
    """Give every sample by its name and the values of its labels."""
    assert response.status_code == 200, response.text
    found = {}
    for family in text_string_to_metric_families(response.text):
        assert family.name.startswith("bookflow_")
        assert family.documentation
        for sample in family.samples:
            found[(sample.name, *sample.labels.values())] = sample.value
    return found


def test_figures_tell_how_things_stand(open_client: Any, workbench: Any) -> None:
    from tests.web.conftest import NOW

    scene = Scene(workbench.shelf)
    scene.book(make_booking("b-1"), due_at=NOW - timedelta(seconds=90))
    scene.book(make_booking("b-2"), due_at=NOW + timedelta(days=1))
    execution = scene.running(make_booking("b-3"))
    scene.claim_delivery(scene.deliver(execution))
    (workbench.settings.specs_dir / "broken.yaml").write_text("id: [")
    workbench.specs.scan()
    response = open_client(workbench, "viewer").get(PATH)
    assert response.headers["content-type"].startswith("text/plain; version=")
    found = read(response)
    assert found["bookflow_executions_pending",] == 2
    assert found["bookflow_executions_due",] == 1
    assert found["bookflow_oldest_due_seconds",] == 90
    assert found["bookflow_executions_running",] == 1
    assert found["bookflow_executions_created_total", "welcome"] == 3
    assert found["bookflow_executions_ended", "failed", "welcome"] == 0
    assert found["bookflow_deliveries", "email", "sending"] == 1
    assert found["bookflow_specs", "invalid"] == 1


def test_requests_of_this_process_are_measured_by_route(open_client: Any, workbench: Any) -> None:
    client = open_client(workbench, "viewer")
    client.get("/bookflow/api/v1/executions/11111111-1111-1111-1111-111111111111")
    client.get("/bookflow/api/v1/nonsense/../../etc")
    client.request("BREW", "/bookflow/api/v1/executions")
    found = read(client.get(PATH))
    name = "bookflow_http_request_duration_seconds_count"
    assert found[name, "GET", "/api/v1/executions/{execution_id}", "4xx"] == 1
    assert not [key for key in found if "nonsense" in "".join(key) or "BREW" in key]


def test_who_sees_some_workflows_sees_their_figures_alone() -> None:
    class Store:
        def count_by_workflow(self, workflow_ids: Any) -> list[WorkflowCounts]:
            return [WorkflowCounts(key, 1, 1, 0, 0) for key in sorted(workflow_ids or {"a", "b"})]

        def measure(self, now: Any) -> Vitals:
            return Vitals(pending=7)

    from tests.web.conftest import NOW

    partial = take_sight(Store(), frozenset({"a"}), now=NOW)
    assert [one.workflow_id for one in partial.workflows] == ["a"]
    assert partial.vitals is None
    whole = take_sight(Store(), None, now=NOW)
    assert whole.vitals is not None
    assert whole.overdue_seconds == 0
    assert whole.clock_lag_seconds is None


def test_many_workflows_are_summed_up() -> None:
    class Store:
        def count_by_workflow(self, workflow_ids: Any) -> list[WorkflowCounts]:
            return [WorkflowCounts(f"w-{n}", 10, 5, 3, 2) for n in range(SHOWN_WORKFLOWS + 50)]

        def measure(self, now: Any) -> Vitals:
            return Vitals()

    from tests.web.conftest import NOW

    shown = take_sight(Store(), None, now=NOW).workflows
    assert len(shown) == SHOWN_WORKFLOWS + 1
    assert shown[-1] == WorkflowCounts(OTHERS, 500, 250, 150, 100)


def test_strangers_get_nothing(open_client: Any, desk: Any) -> None:
    assert open_client(desk, None).get(PATH).status_code == 401
