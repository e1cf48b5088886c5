"""One app for many tests: its runtime is exchanged for each, as building one takes a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bookflow.web.app import create_app
from tests.web.conftest import Desk, TestClient


@dataclass
class Seat:
    """Somebody at the API, signed in or not."""

    client: Any
    headers: dict[str, str]

    def post(self, url: str, **request: Any) -> Any:
        return self.client.post(url, **{**request, "headers": {**self.headers, **_of(request)}})


class Changing:
    """A runtime that is another one in each test."""

    def __init__(self) -> None:
        # a server opens before the first test has one
        self.current: Any = Desk()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.current, name)

    def start(self) -> None:
        """Do nothing: what is current neither starts nor ends with the app."""

    stop = start


@dataclass
class Stage:
    """The app; `seat` gives somebody of a role, None is nobody."""

    client: Any
    runtime: Changing
    _tokens: dict[str, str] = field(default_factory=dict)

    def seat(self, role: str | None = "admin") -> Seat:
        if role is None:
            return Seat(self.client, {})
        if role not in self._tokens:
            credentials = {"username": role, "password": f"secret of {role}"}
            answer = self.client.post("/auth/token", json=credentials)
            self._tokens[role] = answer.json()["access_token"]
        return Seat(self.client, {"Authorization": f"Bearer {self._tokens[role]}"})


@contextmanager
def open_stage(front: Callable[..., Any]) -> Iterator[Stage]:
    runtime = Changing()
    app = front(create_app(lambda: runtime))
    with TestClient(app, base_url="http://testserver", follow_redirects=False) as client:
        yield Stage(client, runtime)


def _of(request: dict[str, Any]) -> dict[str, str]:
    return dict(request.get("headers") or {})
