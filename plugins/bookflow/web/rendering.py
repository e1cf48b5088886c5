"""Turns page data into HTML: everything is escaped, nothing is fetched from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bookflow.web.addressing import (
    airflow_root,
    airflow_run_path,
    booking_path,
    execution_path,
    run_path,
)

TEMPLATES = Path(__file__).parent / "templates"
VALUE_LIMIT = 4_000


def render_page(
    request: Request,
    template: str,
    data: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Render a template as an answer that browsers neither keep nor run scripts in."""
    pages = _load_pages()
    html = pages.environment.get_template(template).render(
        **data,
        airflow=airflow_root(request) or "/",
        to_airflow_run=lambda dag_id, run_id: airflow_run_path(request, dag_id, run_id),
        to_booking=lambda booking_id: booking_path(request, booking_id),
        to_execution=lambda execution_id: execution_path(request, execution_id),
        to_run=lambda dag_id, run_id: run_path(request, dag_id, run_id),
    )
    return HTMLResponse(html, status, {**pages.headers, **(headers or {})})


def render_problem(
    request: Request, problem: Mapping[str, Any], headers: Mapping[str, str]
) -> HTMLResponse:
    """Render an RFC 9457 problem for people."""
    status = int(problem["status"])
    return render_page(
        request, "problem.html", {"problem": problem}, status=status, headers=headers
    )


class _Pages:
    """The templates, and the headers that go with their style sheet."""

    def __init__(self) -> None:
        self.environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.filters["messages"] = list_messages
        self.environment.filters["moment"] = show_moment
        self.environment.filters["value"] = show_value
        self.environment.filters["words"] = show_words
        style = (TEMPLATES / "style.html").read_text("utf-8")
        self.environment.globals["style"] = Markup(style)  # noqa: S704 - our own file
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        self.headers = {
            "Cache-Control": "no-store",
            "Content-Security-Policy": (
                f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; "
                "form-action 'none'; frame-ancestors 'self'"
            ),
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        }


@cache
def _load_pages() -> _Pages:
    return _Pages()


def list_messages(rendered: object) -> list[Mapping[str, Any]]:
    """Give the messages of recorded content; where there are more, its own keys are the first."""
    if not isinstance(rendered, Mapping):
        return []
    messages = rendered.get("messages")
    if isinstance(messages, list) and all(isinstance(item, Mapping) for item in messages):
        return messages
    return [rendered]


def show_moment(value: object) -> str:
    """Show a time in UTC, to the second; anything else as it is."""
    if not value:
        return ""
    try:
        instant = datetime.fromisoformat(str(value))
        return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError):
        return str(value)


def show_value(value: object) -> str:
    """Show any recorded value: text as it is, the rest as JSON; long ones are cut."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    if len(text) > VALUE_LIMIT:
        return f"{text[:VALUE_LIMIT]} … ({len(text):,} characters)"
    return text


def show_words(name: object) -> str:
    """Show a name such as `is_not_empty` as words."""
    return str(name).replace("_", " ")
