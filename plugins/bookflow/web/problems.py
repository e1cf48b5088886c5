"""Errors as RFC 9457 problems: one place that maps our error tree to HTTP."""

from __future__ import annotations

import logging
import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import sqlalchemy.exc
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bookflow.errors import (
    BookflowError,
    ConfigurationError,
    ConflictError,
    DatabaseUnavailableError,
    InputError,
    NotFoundError,
    SignatureError,
    SpecError,
    SpecIssue,
    TooManyRequestsError,
    UnavailableError,
    VersionConflictError,
)
from bookflow.journey.management.describing import describe_issue
from bookflow.web.addressing import is_page
from bookflow.web.rendering import render_problem

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5
AIRFLOW_DATABASE_ERRORS = (
    sqlalchemy.exc.OperationalError,
    sqlalchemy.exc.InterfaceError,
    sqlalchemy.exc.TimeoutError,
)
URN = "urn:bookflow:problem:"


class NotStartedError(BookflowError):
    """Bookflow is not ready in this API server."""


class LoginRequiredError(BookflowError):
    """A browser without a valid session asked for a page; it is sent to the login."""

    def __init__(self, location: str) -> None:
        """Keep where to log in."""
        super().__init__()
        self.location = location


@dataclass(frozen=True, slots=True)
class Problem:
    """One RFC 9457 problem; `kind` ends its `type` and never changes."""

    status: int
    kind: str
    title: str
    detail: str
    errors: tuple[tuple[str, str], ...] = ()
    reference: str | None = None
    issues: tuple[SpecIssue, ...] = ()
    version: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Give the body of the answer."""
        body: dict[str, Any] = {
            "type": URN + self.kind,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = [{"field": field, "message": text} for field, text in self.errors]
        if self.reference:
            body["reference"] = self.reference
        if self.issues:
            body["issues"] = [describe_issue(issue) for issue in self.issues]
        if self.version is not None:
            body["version"] = self.version
        return body


_KINDS: tuple[tuple[type[BookflowError], int, str, str], ...] = (
    (InputError, 422, "invalid-input", "The request is not acceptable"),
    (NotFoundError, 404, "not-found", "There is no such thing"),
    (SpecError, 422, "invalid-spec", "The spec is not valid"),
    (VersionConflictError, 412, "version-conflict", "It was changed meanwhile"),
    (ConflictError, 409, "conflict", "The request contradicts what is recorded"),
    (SignatureError, 401, "invalid-signature", "The signature does not hold"),
    (TooManyRequestsError, 429, "too-many-requests", "Requests come too fast"),
    (DatabaseUnavailableError, 503, "unavailable", "A database can't be reached"),
    (UnavailableError, 503, "unavailable", "Bookflow can't take this just now"),
    (NotStartedError, 503, "unavailable", "Bookflow is not ready"),
    (ConfigurationError, 500, "configuration", "Bookflow is not configured correctly"),
)


def kind_of(error: BookflowError) -> str:
    """Give the stable short name of an error, such as `invalid-input`."""
    return next((kind for cls, _, kind, _ in _KINDS if isinstance(error, cls)), "internal")


def problem_of(error: BookflowError) -> Problem:
    """Turn one of our errors into a problem; a kind without a mapping is an internal one."""
    for cls, status, kind, title in _KINDS:
        if isinstance(error, cls):
            if isinstance(error, SpecError):
                return _problem_of_spec(error, status, kind, title)
            if isinstance(error, VersionConflictError):
                return Problem(status, kind, title, str(error), version=error.current or None)
            errors = error.problems if isinstance(error, InputError) else ()
            more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
            return Problem(status, kind, title, f"{error}{more}", tuple(errors))
    return internal_problem(error)


def _problem_of_spec(error: SpecError, status: int, kind: str, title: str) -> Problem:
    issues = error.issues
    first = str(issues[0]) if issues else str(error)
    more = f" (and {len(issues) - 1} more)" if len(issues) > 1 else ""
    errors = tuple((issue.key, issue.message) for issue in issues)
    return Problem(status, kind, title, f"{first}{more}", errors, issues=issues)


def internal_problem(error: Exception) -> Problem:
    """Log an unexpected error under a reference, and tell the caller the reference alone.

    Airflow's own database being away is no surprise: that is a 503 like ours.
    """
    if isinstance(error, AIRFLOW_DATABASE_ERRORS):
        log.warning("bookflow: Airflow's database can't be reached: %s", type(error).__name__)
        detail = (
            "Airflow's own database can't be reached, so nobody can be let in; nothing was "
            "changed. Check sql_alchemy_conn and that PostgreSQL runs, then try again."
        )
        return Problem(503, "unavailable", "A database can't be reached", detail)
    reference = uuid.uuid4().hex[:12]
    log.error("bookflow: request failed unexpectedly, reference %s", reference, exc_info=error)
    detail = f"An unexpected error; the API server's log has it under reference {reference}."
    return Problem(500, "internal", "Something went wrong", detail, reference=reference)


def answer(
    request: Request, problem: Problem, headers: Mapping[str, str] | None = None
) -> Response:
    """Answer with a problem: JSON under /api, a readable page elsewhere."""
    sent = dict(headers or {})
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        sent.setdefault("Retry-After", str(RETRY_AFTER_SECONDS))
    if is_page(request):
        return render_problem(request, problem.to_json(), sent)
    return JSONResponse(problem.to_json(), problem.status, sent, media_type=MEDIA_TYPE)


def install_handlers(app: FastAPI) -> None:
    """Let every error of the app leave as a problem."""
    app.add_exception_handler(BookflowError, _answer_ours)
    app.add_exception_handler(LoginRequiredError, _send_to_login)
    app.add_exception_handler(RequestValidationError, _answer_validation)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_middleware(UnexpectedErrorGuard)


# FastAPI runs plain handlers in its thread pool; these do nothing that blocks.
async def _answer_ours(request: Request, error: Exception) -> Response:
    problem = problem_of(error) if isinstance(error, BookflowError) else internal_problem(error)
    if isinstance(error, TooManyRequestsError):
        return answer(request, problem, {"Retry-After": str(math.ceil(error.retry_after))})
    if isinstance(error, VersionConflictError) and error.current:
        return answer(request, problem, {"ETag": f'"{error.current}"'})
    return answer(request, problem)


async def _send_to_login(request: Request, error: Exception) -> Response:
    location = error.location if isinstance(error, LoginRequiredError) else "/"
    return Response(status_code=302, headers={"Location": location, "Cache-Control": "no-store"})


async def _answer_validation(request: Request, error: Exception) -> Response:
    found: Sequence[Any] = error.errors() if isinstance(error, RequestValidationError) else ()
    # only place and message: pydantic's own entries repeat the caller's input
    problems = [(".".join(str(part) for part in item["loc"][1:]), item["msg"]) for item in found]
    first, *more = problems or [("", "the request is not acceptable")]
    return answer(request, problem_of(InputError(*first, more=more)))


async def _answer_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        return answer(request, internal_problem(error))
    title = HTTPStatus(error.status_code).phrase
    kind = title.lower().replace(" ", "-")
    problem = Problem(error.status_code, kind, title, str(error.detail))
    return answer(request, problem, error.headers)


class UnexpectedErrorGuard:
    """Answers errors nobody foresaw, before Airflow's own app would let them through."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the app."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer 500 where it fails before any answer began."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def watch(message: Message) -> None:
            nonlocal has_begun
            has_begun = has_begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except ClientDisconnect:
            # nobody is left to read it; and no stranger may fill the log with tracebacks
            if not has_begun:
                problem = Problem(400, "bad-request", "Bad Request", "The body ended too early.")
                await answer(Request(scope), problem)(scope, receive, send)
        except Exception as error:
            if has_begun:
                raise
            response = answer(Request(scope), internal_problem(error))
            await response(scope, receive, send)
