"""A small client of bookflow's own API, for commands that talk to a running Airflow."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import httpx

from bookflow.cli.addressing import build_path
from bookflow.cli.plain_text import show_line
from bookflow.errors import BookflowError, ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

TIMEOUT_SECONDS = 30.0
SHOWN_CHARACTERS = 300
PAGE_SIZE = 100
TRIES = 5
PATIENCE_SECONDS = 60.0
API_PATH = "/bookflow/api/v1"
YAML = "application/yaml"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A name and password, or a token."""

    username: str | None = None
    password: str | None = None
    token: str | None = None


class RemoteError(BookflowError):
    """The API refused or could not be reached; `status` is what it answered with, if anything."""

    def __init__(
        self, message: str, *, status: int | None = None, problem: Mapping[str, Any] | None = None
    ) -> None:
        """Keep what the answer said."""
        super().__init__(message)
        self.status = status
        self.problem = problem or {}


class Server:
    """bookflow on one Airflow; signs in when it is first asked, and keeps the token in memory."""

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        *,
        pause: Callable[[float], None] = time.sleep,
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        """Open a client; nothing is sent yet."""
        self._base = url.rstrip("/")
        self._credentials = credentials
        self._pause = pause
        self._client = httpx.Client(timeout=timeout)
        self._token: str | None = None

    def __enter__(self) -> Self:
        """Use it in a `with`."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close its connections."""
        self._client.close()

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """Give the object at a path of the API."""
        return self.call("GET", path, query=query)

    def get_text(self, path: str, *, accept: str, **query: Any) -> str:
        """Give the text at a path."""
        return self._exchange("GET", path, headers={"Accept": accept}, params=_written(query)).text

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        version: str | None = None,
        yaml: bytes | None = None,
    ) -> dict[str, Any]:
        """Ask for something and give the object that is answered; raises `RemoteError`.

        `version` is the one that the change is made to; `yaml` goes as it is, instead of `body`.
        """
        headers = {} if version is None else {"If-Match": _entity_tag(version)}
        content: dict[str, Any] = {}
        if yaml is not None:
            headers["Content-Type"] = YAML
            content = {"content": yaml}
        elif body is not None:
            content = {"json": body}
        response = self._exchange(
            method, path, headers=headers, params=_written(query or {}), **content
        )
        return {} if response.status_code == 204 else self._read(response)

    def pages(
        self, path: str, key: str, *, limit: int | None = None, **query: Any
    ) -> Iterator[dict[str, Any]]:
        """Give the items of a list, page after page, up to `limit`."""
        left = limit
        cursor = None
        while left is None or left > 0:
            size = PAGE_SIZE if left is None else min(left, PAGE_SIZE)
            answer = self.get(path, limit=size, cursor=cursor, **query)
            items = answer.get(key)
            if not isinstance(items, list) or not all(isinstance(one, dict) for one in items):
                raise self.foreign(path)
            yield from items
            cursor = answer.get("next_cursor")
            left = None if left is None else left - len(items)
            if not isinstance(cursor, str) or not cursor or not items:
                return

    def stream(self, path: str, query: Mapping[str, Any]) -> AbstractContextManager[httpx.Response]:
        """Open an answer that is read piece by piece; check it with `check`."""
        return self._client.stream(
            "GET",
            self._address(path),
            params=_written(query),
            headers={"Authorization": f"Bearer {self._sign_in()}"},
        )

    def check(self, response: httpx.Response) -> None:
        """Raise `RemoteError` unless an answer is good."""
        if response.is_redirect:
            said = f"{response.url} answered {response.status_code}, which leads elsewhere"
            raise RemoteError(f"{said}; give the final address as --url")
        if not response.is_success:
            response.read()
            raise _refusal(response)

    def foreign(self, path: str) -> RemoteError:
        """Give the error for an answer that bookflow would not give."""
        return _foreign(self._address(path))

    def _exchange(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Send a request; where the server asks for patience it is sent again."""
        headers = {**request.pop("headers", {}), "Authorization": f"Bearer {self._sign_in()}"}
        for tries_left in reversed(range(TRIES)):
            response = self._send(method, self._address(path), headers=headers, **request)
            wait = _asked_patience(response)
            if wait is None or not tries_left:
                break
            self._pause(wait)
        self.check(response)
        return response

    def _sign_in(self) -> str:
        if self._token is None:
            self._token = self._find_token()
            if not (self._token.isascii() and self._token.isprintable()):
                message = "the token holds characters that no token has; copy it again"
                raise ConfigurationError(message)
        return self._token

    def _find_token(self) -> str:
        given = self._credentials
        if given.token:
            return given.token
        if not (given.username and given.password):
            message = (
                "no credentials: give --username and --password, or --token "
                "(or set BOOKFLOW_USERNAME and BOOKFLOW_PASSWORD, or BOOKFLOW_TOKEN)"
            )
            raise ConfigurationError(message)
        url = f"{self._base}/auth/token"
        body = {"username": given.username, "password": given.password}
        response = self._send("POST", url, json=body)
        self.check(response)
        token = self._read(response).get("access_token")
        if not isinstance(token, str):
            raise _foreign(url)
        return token

    def _send(self, method: str, url: str, **request: Any) -> httpx.Response:
        try:
            return self._client.request(method, url, **request)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise unreachable(url, error) from None
        except ValueError as error:
            # JSON knows neither NaN nor infinity, UTF-8 no halves of surrogate pairs
            raise RemoteError(f"this can't be sent as JSON: {show_line(error)}") from None

    def _read(self, response: httpx.Response) -> dict[str, Any]:
        try:
            answer = response.json()
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise _foreign(str(response.url))
        return answer

    def _address(self, path: str) -> str:
        return f"{self._base}{API_PATH}{path}"


def fire(server: Server, trigger: str, body: dict[str, Any]) -> dict[str, Any]:
    """Post one event; raises `RemoteError` with what the API said."""
    path = build_path("triggers", trigger)
    answer = server.call("POST", path, body)
    if not ({"event_id", "duplicate"} <= answer.keys() and _are_executions(answer)):
        raise server.foreign(path)
    return answer


def unreachable(url: str, error: Exception) -> RemoteError:
    """Give the error for a server that does not answer."""
    said = show_line(error) or type(error).__name__
    return RemoteError(f"{url} can't be reached ({said}); is Airflow's API server running there?")


def _are_executions(answer: dict[str, Any]) -> bool:
    keys = {"id", "workflow_id", "status", "due_at"}
    items = answer.get("executions")
    return isinstance(items, list) and all(
        isinstance(item, dict) and keys <= item.keys() for item in items
    )


def _written(query: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what was not given, and write the rest as a query string has it."""
    shown = {True: "true", False: "false"}
    return {
        name: shown[value] if isinstance(value, bool) else value
        for name, value in query.items()
        if value is not None
    }


def _entity_tag(version: str) -> str:
    return version if version == "*" else f'"{version}"'


def _asked_patience(response: httpx.Response) -> float | None:
    """Give the seconds that the server asks to wait, where it promises that nothing was done."""
    if response.status_code not in (429, 503):
        return None
    asked = response.headers.get("retry-after", "")
    return min(float(asked), PATIENCE_SECONDS) if asked[:9].isdecimal() else None


def _foreign(url: str) -> RemoteError:
    return RemoteError(f"{url} gave an answer that is not bookflow's; check --url")


def _refusal(response: httpx.Response) -> RemoteError:
    try:
        problem = response.json()
    except (ValueError, RecursionError):
        problem = None
    said = (
        _reason(problem)
        if isinstance(problem, dict)
        else show_line(response.text[:SHOWN_CHARACTERS])
    )
    url = str(response.url.copy_with(query=None))
    return RemoteError(
        f"{url} answered {response.status_code}: {said}",
        status=response.status_code,
        problem=problem if isinstance(problem, dict) else None,
    )


def _reason(problem: dict[str, Any]) -> str:
    issues = problem.get("issues")
    if isinstance(issues, list) and issues and all(isinstance(item, dict) for item in issues):
        return show_line("; ".join(_issue(item) for item in issues))
    items = problem.get("errors")
    if isinstance(items, list) and items and all(isinstance(item, dict) for item in items):
        return show_line("; ".join(f"{item.get('field')}: {item.get('message')}" for item in items))
    said = problem.get("detail") or problem.get("title") or problem
    return show_line(str(said)[:SHOWN_CHARACTERS])


def _issue(issue: Mapping[str, Any]) -> str:
    place = f"line {issue.get('line')}, " if issue.get("line") else ""
    advice = f" ({issue['suggestion']})" if issue.get("suggestion") else ""
    return f"{place}{issue.get('key') or 'spec'}: {issue.get('message')}{advice}"
