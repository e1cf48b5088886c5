from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from bookflow.domains.booking import BOOKING_VOCABULARY
from bookflow.errors import MissingConnectionError
from bookflow.journey.upkeep.configuring import find_broken_specs, find_missing_connections
from bookflow.journey.upkeep.validating import find_invalid, needed_connections
from bookflow.journey.validation.runtime_checks import Check, CheckStatus
from bookflow.ports.upkeep import Severity
from bookflow.settings import Settings
from bookflow.spec.loading import load_workflow

SPEC = """
id: welcome
organizer: hana@example.com
name: Welcome
trigger: booking_created
actions:
  - {name: mail, type: send_email, recipient: invitee, subject: s, message: m}
  - {name: crm, type: webhook, webhook_conn_id: crm, secret_conn_id: crm_secret}
  - {name: off, type: send_sms, recipient: invitee, message: m, is_active: false}
"""
BROKEN = SPEC.replace("booking_created", "booking_creatd").replace("send_sms", "send_sm")


def load(text: bytes, path: str) -> Any:
    return load_workflow(text, file=path, vocabulary=BOOKING_VOCABULARY)


def find(folder: Path, versions: Any = None, read: Any = load) -> list[Any]:
    return list(find_broken_specs(folder, read, versions or {}, size_limit=100_000))


def test_valid_specs_are_fine(tmp_path):
    (tmp_path / "welcome.yaml").write_text(SPEC)
    assert find(tmp_path) == []


def test_a_broken_spec_is_told_to_its_owner_with_what_is_wrong(tmp_path):
    (tmp_path / "team").mkdir()
    (tmp_path / "team" / "welcome.yaml").write_text(BROKEN)
    [found] = find(tmp_path, {"team/welcome.yaml": ("old", "welcome", "hana@example.com")})
    assert (found.kind, found.key) == ("spec", "team/welcome.yaml")
    assert (found.workflow_id, found.owner, found.tells_owner) == (
        "welcome",
        "hana@example.com",
        True,
    )
    assert "did you mean `booking_created`?" in found.message
    assert str(tmp_path) not in found.message + found.subject


def test_a_spec_that_was_never_valid_is_known_by_its_file(tmp_path):
    (tmp_path / "new.yaml").write_text("id: [")
    [found] = find(tmp_path)
    assert (found.workflow_id, found.owner) == ("new", None)


def test_a_text_that_was_valid_is_not_parsed_again(tmp_path):
    (tmp_path / "welcome.yaml").write_text(SPEC)
    version = sha256(SPEC.encode()).hexdigest()[:12]

    def refuse(text: bytes, path: str) -> Any:
        raise AssertionError(path)

    versions = {"welcome.yaml": (version, "welcome", "hana@example.com")}
    assert find(tmp_path, versions, refuse) == []


def test_a_folder_that_is_gone_is_critical(tmp_path):
    [found] = find(tmp_path / "gone")
    assert (found.kind, found.severity) == ("configuration", Severity.CRITICAL)


class Connections:
    def get(self, conn_id: str) -> Any:
        if conn_id == "crm":
            return object()
        raise MissingConnectionError(f"there is no connection {conn_id}")


def test_missing_connections_are_told_with_what_they_are_for():
    wanted = [("crm", "x"), ("slack", "to send alerts")]
    [found] = find_missing_connections(Connections(), wanted)
    assert found.key == "connection:slack"
    assert found.message == "It is needed to send alerts. there is no connection slack"


def test_connections_that_active_actions_need():
    needed = needed_connections(load(SPEC.encode(), "f").workflow, Settings())
    assert needed == {"bookflow_smtp": "mail", "crm": "crm", "crm_secret": "crm"}


@pytest.mark.parametrize(
    ("name", "status", "is_told"),
    [
        ("connections", CheckStatus.ERROR, True),
        ("event_types", CheckStatus.WARNING, True),
        ("dag", CheckStatus.WARNING, True),
        ("quiet_hours", CheckStatus.WARNING, False),
        ("connections", CheckStatus.SKIPPED, False),
        ("endpoints", CheckStatus.ERROR, False),
    ],
)
def test_checks_that_speak_against_a_workflow_are_told(name, status, is_told):
    loaded = load(SPEC.encode(), "f")
    found = list(find_invalid([loaded], lambda _: [Check(name, status, "it is so", "do that")]))
    assert bool(found) is is_told
    if found:
        assert (found[0].key, found[0].owner) == ("welcome", "hana@example.com")
        assert found[0].message == "it is so: do that"


def test_inactive_workflows_are_not_checked():
    loaded = load(SPEC.encode() + b"is_active: false\n", "f")
    failing = Check("connections", CheckStatus.ERROR, "no")
    assert list(find_invalid([loaded], lambda _: [failing])) == []
