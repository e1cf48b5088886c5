"""What holds for every request and answer, whichever route they belong to."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bookflow.web.addressing import API_PREFIX, is_page, own_root
from bookflow.web.problems import Problem, answer

QUERY_LIMIT = 8_192
HEADERS_LIMIT = 32_768
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
INBOUND = f"{API_PREFIX}/inbound/"
_OF_ALL = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_OF_DATA = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
}
_OF_PAGES = {"X-Frame-Options": "SAMEORIGIN"}


class Shield:
    """Refuses oversized and cross-site requests, and adds the headers that answers need."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the app."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on unless something is wrong with it as a whole."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(message, is_of_page=is_page(request))
            await send(message)

        refusal = next(filter(None, (check(request) for check in _CHECKS)), None)
        if refusal is None:
            await self._app(scope, receive, send_safely)
            return
        # the body is not read, so the connection can't be used again
        response = answer(request, refusal, {"Connection": "close"})
        await response(scope, receive, send_safely)


def _add_headers(message: Message, *, is_of_page: bool) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in {**_OF_ALL, **(_OF_PAGES if is_of_page else _OF_DATA)}.items():
        headers.setdefault(name, value)


def _check_size(request: Request) -> Problem | None:
    if len(request.scope["query_string"]) > QUERY_LIMIT:
        return _refuse(414, f"The query string is longer than {QUERY_LIMIT} bytes.")
    if sum(len(name) + len(value) for name, value in request.headers.raw) > HEADERS_LIMIT:
        return _refuse(431, f"The headers are longer than {HEADERS_LIMIT} bytes.")
    return None


def _check_origin(request: Request) -> Problem | None:
    """Refuse what another site has a signed-in browser send (cross-site request forgery)."""
    if request.method in SAFE_METHODS or _brings_proof(request):
        return None
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        is_own = site == "same-origin"
    elif "origin" in request.headers:
        is_own = _host_of(request.headers["origin"]) == request.headers.get("host", "").lower()
    else:
        # no browser leaves out both; a script that borrows a cookie had better use a token
        is_own = "cookie" not in request.headers
    if is_own:
        return None
    message = (
        "This request comes from another site, or does not say where from. Send it from Airflow's "
        "own pages, or with a token in the header `Authorization: Bearer`."
    )
    return _refuse(403, message)


def _brings_proof(request: Request) -> bool:
    """Tell whether a request is let in by what no browser adds by itself: token or signature."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return True
    return request.url.path.removeprefix(own_root(request)).startswith(INBOUND)


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:
        return None


def _refuse(status: int, detail: str) -> Problem:
    title = HTTPStatus(status).phrase
    return Problem(status, title.lower().replace(" ", "-"), title, detail)


_CHECKS: tuple[Callable[[Request], Problem | None], ...] = (_check_size, _check_origin)
