"""A small client of bookflow's own API, for commands that talk to a running Airflow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from bookflow.errors import BookflowError, ConfigurationError

TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Credentials:
    """A name and password, or a token; nothing at all where Airflow lets everyone in."""

    username: str | None = None
    password: str | None = None
    token: str | None = None


class RemoteError(BookflowError):
    """The API refused or could not be reached."""


def fire(url: str, trigger: str, body: dict[str, Any], credentials: Credentials) -> dict[str, Any]:
    """Post one event; raises `RemoteError` with what the API said."""
    base = url.rstrip("/")
    with httpx.Client(timeout=TIMEOUT_SECONDS) as client:
        token = _token(client, base, credentials)
        answer = _send(
            client,
            f"{base}/bookflow/api/v1/triggers/{quote(trigger, safe='')}",
            body,
            {"Authorization": f"Bearer {token}"},
        )
    return dict(answer)


def _token(client: httpx.Client, base: str, credentials: Credentials) -> str:
    if credentials.token:
        return credentials.token
    if not (credentials.username and credentials.password):
        message = (
            "no credentials: give --username and --password, or --token "
            "(or set BOOKFLOW_USERNAME and BOOKFLOW_PASSWORD, or BOOKFLOW_TOKEN)"
        )
        raise ConfigurationError(message)
    body = {"username": credentials.username, "password": credentials.password}
    return str(_send(client, f"{base}/auth/token", body, {})["access_token"])


def _send(
    client: httpx.Client, url: str, body: dict[str, Any], headers: dict[str, str]
) -> dict[str, Any]:
    try:
        response = client.post(url, json=body, headers=headers)
    except httpx.HTTPError as error:
        message = f"{url} can't be reached ({error}); is Airflow's API server running there?"
        raise RemoteError(message) from None
    if response.is_success:
        return dict(response.json())
    raise RemoteError(f"{url} answered {response.status_code}: {_reason(response)}")


def _reason(response: httpx.Response) -> str:
    try:
        problem = response.json()
    except ValueError:
        return response.text[:300]
    if not isinstance(problem, dict):
        return str(problem)[:300]
    items = problem.get("errors") or []
    listed = "; ".join(f"{item.get('field')}: {item.get('message')}" for item in items)
    return listed or str(problem.get("detail") or problem.get("title") or problem)[:300]
