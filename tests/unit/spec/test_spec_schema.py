from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from bookflow.domains.booking.vocabulary import BOOKING_VOCABULARY
from bookflow.spec.loading import SIZE_LIMIT, load_workflow
from bookflow.spec.schema import json_schema
from bookflow.spec.yaml_reading import read_yaml
from tests.sample_specs import SAMPLE_SPECS
from tests.unit.spec.sample_vocabulary import SPEC, VOCABULARY

SCHEMA = json_schema(VOCABULARY)
SHIPPED = SAMPLE_SPECS
VALIDATOR = Draft202012Validator(SCHEMA)


def sample() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(SPEC)
    return data


def test_schema_is_valid_and_takes_the_sample() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert list(VALIDATOR.iter_errors(sample())) == []


def test_schema_takes_a_schedule_with_cron_and_timezone() -> None:
    data = {**sample(), "trigger": "schedule"}
    assert not VALIDATOR.is_valid(data)
    assert VALIDATOR.is_valid({**data, "cron": "0 9 * * 1", "timezone": "UTC"})


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_schema_agrees_with_the_loader_on_every_shipped_spec(path: Path) -> None:
    loaded = load_workflow(path.read_bytes(), file=str(path), vocabulary=BOOKING_VOCABULARY)
    assert loaded.workflow.id == path.stem
    data = read_yaml(path.read_bytes(), file=str(path), size_limit=SIZE_LIMIT).data
    validator = Draft202012Validator(json_schema(BOOKING_VOCABULARY))
    assert [error.message for error in validator.iter_errors(data)] == []
    assert not validator.is_valid({**data, "surprise": 1})


@pytest.mark.parametrize("delay", [0, 15, "24h", "2d", "1h30m", "90"])
def test_schema_takes_delays(delay: object) -> None:
    assert VALIDATOR.is_valid({**sample(), "delay_minutes": delay})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("surprise",), 1),
        (("trigger",), "booking_creatd"),
        (("id",), "Big"),
        (("cron",), "* * * * *"),
        (("delay_minutes",), "soon"),
        (("delay_minutes",), -1),
        (("actions",), []),
        (("actions", 0, "surprise"), 1),
        (("actions", 0, "recipient"), "custom"),
        (("actions", 0, "custom_email"), "a@example.com"),
        (("actions", 0, "conditions", 0, "surprise"), 1),
        (("actions", 0, "conditions", 0, "operator"), "XOR"),
        (("actions", 0, "conditions", 0, "rules", 0, "surprise"), 1),
        (("actions", 0, "conditions", 0, "rules", 0, "field"), "invitee_mail"),
        (("actions", 0, "conditions", 0, "rules", 0, "operator"), "greter_than"),
        (("actions", 1, "webhook_conn_id"), "both"),
        (("actions", 2, "update_booking_fields", "surprise"), 1),
    ],
)
def test_schema_refuses(path: tuple[Any, ...], value: object) -> None:
    data = sample()
    parent: Any = data
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = value
    assert not VALIDATOR.is_valid(data)


def test_every_key_is_described_for_editors() -> None:
    for name, model in {"Workflow": SCHEMA, **SCHEMA["$defs"]}.items():
        for key, about in model["properties"].items():
            assert about.get("description"), f"{name}.{key}"


def test_fields_and_triggers_are_offered() -> None:
    assert SCHEMA["properties"]["trigger"]["enum"] == list(VOCABULARY.triggers)
    named, opened, _ = SCHEMA["$defs"]["Rule"]["properties"]["field"]["anyOf"]
    assert named["enum"] == list(VOCABULARY.fields)
    assert opened["pattern"] == "^custom_.+"
