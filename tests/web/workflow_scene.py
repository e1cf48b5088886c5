"""Works with workflows through the API in few words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

API = "/bookflow/api/v1"
HELLO = """\
# greets everybody who books
id: hello
organizer: olive@example.org
name: Hello
trigger: booking_created
event_types: [intro]
actions:
  # the first words
  - name: Say hello
    type: send_email
    recipient: invitee
    subject: Welcome   # short
    message: Hello {{ invitee_name }}
  - name: Text
    type: send_sms
    recipient: invitee
    message: Hello
"""
BYE = """\
id: bye
organizer: ana@example.org
name: Bye
description: Says good-bye
trigger: booking_cancelled
is_active: false
actions:
  - {name: Wave, type: send_email, recipient: invitee, subject: Bye, message: Bye}
"""
BROKEN = "id: broken\nname: Broken\ntrigger: booking_creatd\nactions: []\n"
ACTION = {
    "name": "Wave",
    "type": "send_email",
    "recipient": "organizer",
    "subject": "Wave",
    "message": "Hello",
}
SPEC = {
    "id": "new",
    "organizer": "olive@example.org",
    "name": "New",
    "trigger": "booking_created",
    "actions": [ACTION],
}


@dataclass
class WorkflowScene:
    """A client, and what lies behind it."""

    client: Any
    bench: Any
    sign_in: Callable[[str], Any]

    @property
    def folder(self) -> Path:
        return Path(self.bench.settings.specs_dir)

    def put_file(self, text: str, name: str = "") -> None:
        stem = text.partition("id: ")[2].partition("\n")[0]
        (self.folder / (name or f"{stem}.yaml")).write_text(text)

    def text(self, workflow_id: str) -> str:
        return (self.folder / f"{workflow_id}.yaml").read_text()

    def get(self, path: str = "", status: int = 200, **asked: Any) -> Any:
        return self.ask("GET", path, status, **asked).json()

    def ask(self, method: str, path: str, status: int, **asked: Any) -> Any:
        response = self.client.request(method, f"{API}/workflows{path}", **asked)
        assert response.status_code == status, response.text
        if status >= 400:
            assert response.headers["content-type"] == "application/problem+json"
        return response

    def tag(self, workflow_id: str = "hello") -> dict[str, str]:
        """Give the condition that holds for the workflow as it is now."""
        return {"If-Match": self.client.get(f"{API}/workflows/{workflow_id}").headers["ETag"]}

    def change(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        status: int = 200,
        **asked: Any,
    ) -> Any:
        """Change something of a workflow, on condition that nobody else does."""
        workflow_id = path.split("/")[1].partition("?")[0]
        headers = asked.pop("headers", None) or self.tag(workflow_id)
        return self.ask(method, path, status, json=body, headers=headers, **asked).json()

    def audit(self) -> list[tuple[str, str, str]]:
        rows = self.bench.shelf._decisions
        return [(row["actor"], row["what"], row["subject_id"]) for row in rows]
