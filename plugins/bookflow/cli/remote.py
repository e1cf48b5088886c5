"""A small client of bookflow's own API, for commands that talk to a running Airflow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from bookflow.cli.plain_text import show_line
from bookflow.errors import BookflowError, ConfigurationError

TIMEOUT_SECONDS = 30.0
SHOWN_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Credentials:
    """A name and password, or a token."""

    username: str | None = None
    password: str | None = None
    token: str | None = None


class RemoteError(BookflowError):
    """The API refused or could not be reached."""


def fire(url: str, trigger: str, body: dict[str, Any], credentials: Credentials) -> dict[str, Any]:
    """Post one event; raises `RemoteError` with what the API said."""
    base = url.rstrip("/")
    target = f"{base}/bookflow/api/v1/triggers/{quote(trigger, safe='')}"
    with httpx.Client(timeout=TIMEOUT_SECONDS) as client:
        token = _token(client, base, credentials)
        answer = _send(client, target, body, {"Authorization": f"Bearer {token}"})
    if not ({"event_id", "duplicate"} <= answer.keys() and _are_executions(answer)):
        raise _foreign(target)
    return answer


def _are_executions(answer: dict[str, Any]) -> bool:
    keys = {"id", "workflow_id", "status", "due_at"}
    items = answer.get("executions")
    return isinstance(items, list) and all(
        isinstance(item, dict) and keys <= item.keys() for item in items
    )


def _token(client: httpx.Client, base: str, credentials: Credentials) -> str:
    token = credentials.token
    if not token:
        if not (credentials.username and credentials.password):
            message = (
                "no credentials: give --username and --password, or --token "
                "(or set BOOKFLOW_USERNAME and BOOKFLOW_PASSWORD, or BOOKFLOW_TOKEN)"
            )
            raise ConfigurationError(message)
        body = {"username": credentials.username, "password": credentials.password}
        token = _send(client, f"{base}/auth/token", body, {}).get("access_token")
        if not isinstance(token, str):
            raise _foreign(f"{base}/auth/token")
    if not (token.isascii() and token.isprintable()):
        raise ConfigurationError("the token holds characters that no token has; copy it again")
    return token


def _send(
    client: httpx.Client, url: str, body: dict[str, Any], headers: dict[str, str]
) -> dict[str, Any]:
    try:
        response = client.post(url, json=body, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        said = show_line(error) or type(error).__name__
        message = f"{url} can't be reached ({said}); is Airflow's API server running there?"
        raise RemoteError(message) from None
    except ValueError as error:
        # JSON knows neither NaN nor infinity, UTF-8 no halves of surrogate pairs
        raise RemoteError(f"the booking can't be sent as JSON: {show_line(error)}") from None
    if not response.is_success:
        raise RemoteError(f"{url} answered {response.status_code}: {_reason(response)}")
    try:
        answer = response.json()
    except ValueError:
        raise _foreign(url) from None
    if not isinstance(answer, dict):
        raise _foreign(url)
    return answer


def _foreign(url: str) -> RemoteError:
    return RemoteError(f"{url} gave an answer that is not bookflow's; check --url")


def _reason(response: httpx.Response) -> str:
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        return show_line(response.text[:SHOWN_CHARACTERS])
    items = problem.get("errors")
    if isinstance(items, list) and items and all(isinstance(item, dict) for item in items):
        return show_line("; ".join(f"{item.get('field')}: {item.get('message')}" for item in items))
    said = problem.get("detail") or problem.get("title") or problem
    return show_line(str(said)[:SHOWN_CHARACTERS])
