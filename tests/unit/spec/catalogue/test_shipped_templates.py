"""Every shipped template makes a valid workflow that runs, with defaults and with odd values."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bookflow.airflow_client.connections import EnvironmentConnections
from bookflow.domains.booking import BOOKING_VOCABULARY, BookingDomain
from bookflow.journey.trials.trying_out import try_out
from bookflow.settings import Settings
from bookflow.spec.catalogue.filling import fill_template
from bookflow.spec.catalogue.shapes import CATEGORIES, Heading
from bookflow.spec.catalogue.shelf import SHIPPED, TemplateShelf
from bookflow.spec.catalogue.values import read_values, sample_values
from bookflow.spec.loading import load_workflow
from bookflow.wiring.workshops import compile_action

ROOT = Path(__file__).parents[4]
NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
IDS = sorted(path.stem for path in SHIPPED.rglob("*.yaml"))
HEADING = Heading(
    "made", 'Olive "O" <olive@example.org>', 'A: name # with "quotes"', is_active=True
)
ODD_TEXTS = (
    "true", "no", "null", "~", "12:30", "007", "- item", "key: value", "# comment", "a #b", "*x",
    "&x", "!x", "%x", "@x", "`x`", "'", '"', "\\", "\\n", "|", ">", "{", "}", "[", "]", "{a: b}",
    "${ahead}", "$${x}", " padded ", "two\nlines", "Ünïcödé 李 🙂", "x" * 2000, "<b>&amp;</b>",
)  # fmt: skip


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> TemplateShelf:
    return TemplateShelf(tmp_path_factory.mktemp("own"), BOOKING_VOCABULARY)


@pytest.fixture(scope="module")
def booking() -> dict[str, Any]:
    raw = json.loads((ROOT / "docs" / "examples" / "booking.json").read_text(encoding="utf-8"))
    return BookingDomain(Settings()).parse_subject(raw, path="booking")


def load(text: str) -> Any:
    return load_workflow(text, file="made.yaml", vocabulary=BOOKING_VOCABULARY)


def test_every_category_has_several(shelf: TemplateShelf) -> None:
    catalogue = shelf.look()
    assert not catalogue.errors
    assert sorted(catalogue.templates) == IDS
    counts = Counter(template.head.category for template in catalogue.templates.values())
    assert set(counts) == set(CATEGORIES)
    assert min(counts.values()) >= 3
    assert sum(counts.values()) >= 14


def test_files_lie_by_category_under_their_id() -> None:
    for path in SHIPPED.rglob("*.yaml"):
        said = dict(
            line.split(": ", 1) for line in path.read_text().splitlines()[:4] if ": " in line
        )
        assert (said["category"], said["id"]) == (path.parent.name, path.stem)


@pytest.mark.parametrize("template_id", IDS)
def test_template_runs_with_its_defaults(
    shelf: TemplateShelf, booking: dict[str, Any], template_id: str
) -> None:
    template = shelf.get(template_id)
    loaded = load(fill_template(template, HEADING, sample_values(template)))
    assert not loaded.warnings
    assert (loaded.workflow.id, loaded.workflow.name) == ("made", HEADING.name)
    assert loaded.workflow.organizer == HEADING.organizer
    settings = Settings()
    domain = BookingDomain(settings)
    tried = try_out(
        loaded,
        booking,
        domain=domain,
        now=NOW,
        compile_action=lambda action: compile_action(
            action, settings, domain, EnvironmentConnections({})
        ),
    )
    assert tried.reason is None
    statuses = {action.status.value for action in tried.actions}
    assert statuses <= {"would_run", "waits", "skipped"}
    if template_id != "large-group-alert":
        assert statuses & {"would_run", "waits"}
    assert "${" not in json.dumps(tried.to_json())


@pytest.mark.parametrize("template_id", IDS)
def test_comments_of_a_template_stay(shelf: TemplateShelf, template_id: str) -> None:
    template = shelf.get(template_id)
    made = fill_template(template, HEADING, sample_values(template))
    for line in template.text.splitlines():
        if line.lstrip().startswith("#"):
            assert line in made.splitlines()


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_odd_text_stays_text_where_it_was_put(shelf: TemplateShelf, text: str) -> None:
    template = shelf.get("booking-confirmation")
    values = read_values(template, {"signature": text, "preparation": text})
    action = load(fill_template(template, HEADING, values)).workflow.actions[0]
    assert action.message.endswith(f"{text}\n\n{text}\n")
    webhook = shelf.get("crm-webhook")
    values = read_values(webhook, {"url": "https://example.com/x", "source": text})
    action = load(fill_template(webhook, HEADING, values)).workflow.actions[0]
    assert action.webhook_data["source"] == text


def test_inactive_workflow_says_so(shelf: TemplateShelf) -> None:
    template = shelf.get("thank-you")
    heading = Heading("quiet", "o@example.com", "Quiet", is_active=False)
    loaded = load(fill_template(template, heading, sample_values(template)))
    assert not loaded.workflow.is_active
