"""Chromium with somebody signed in to Airflow, for tests of the pages and pictures of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bookflow.demo.stack import AirflowStack
from tests.acceptance.chromium import MISSING, find_chromium

AXE = Path(__file__).parents[2] / "plugins/bookflow/ui/node_modules/axe-core/axe.min.js"
# without these Chromium asks its maker's hosts for news at every start
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 844}
GRAVE = ("serious", "critical")
PATIENCE = 60_000
# the host's router listens to the window's history: so a link within bookflow costs no new load
# of Airflow's whole app
FOLLOW = """(path) => {
    const before = document.querySelector("section[aria-label=bookflow]");
    // the host builds the page anew for another path: what still bears the mark is the old one
    if (before && path.split("?")[0] !== window.location.pathname) before.dataset.left = "yes";
    window.history.pushState({}, "", path);
    window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
}"""
IS_SETTLED = """() => !document.querySelector("section[data-left]")
    && !document.body.innerText.match(/Loading [^\\n]*…/)"""
PUT_ON = """(theme) => {
    const root = document.documentElement;
    root.classList.remove("light", "dark");
    root.classList.add(theme);
    root.style.colorScheme = theme;
}"""
STILL = "*, *::before, *::after { transition: none !important; animation: none !important; }"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Start one browser for the session; without Chromium the test is skipped, loudly."""
    path = find_chromium()
    if path is None:
        pytest.skip(MISSING)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def visits(chromium: Any, stack: AirflowStack) -> Iterator[Callable[[str], Visit]]:
    """Give the window of a user: one each for the session, opened when it is first asked for."""
    with ExitStack() as open_windows:
        known: dict[str, Visit] = {}

        def visit(user: str) -> Visit:
            if user not in known:
                known[user] = open_windows.enter_context(visiting(chromium, stack, user))
            known[user].faults.clear()
            return known[user]

        yield visit


@dataclass
class Visit:
    """A window in which somebody is signed in, and what went wrong in it."""

    page: Any
    root: str
    faults: list[str] = field(default_factory=list)

    def open(self, path: str) -> Any:
        """Go to a page below bookflow's entry, and wait until it has stopped loading."""
        wanted = f"/plugin/workflows{path}"
        if self.page.url.startswith(f"{self.root}/plugin/workflows"):
            self.page.evaluate(FOLLOW, wanted)
        else:
            self.page.goto(self.root + wanted, wait_until="domcontentloaded")
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until bookflow's page is there and says nothing of loading."""
        section = self.page.get_by_role("region", name="bookflow", exact=True)
        section.wait_for(timeout=PATIENCE)
        self.page.wait_for_function(IS_SETTLED, timeout=PATIENCE)

    @contextmanager
    def told(self, path: str, change: Callable[[Any], Any]) -> Iterator[None]:
        """Have the server's answers at a path changed on their way, for states hard to reach."""

        def answer(route: Any) -> None:
            real = route.fetch()
            route.fulfill(response=real, json=change(real.json()) if real.ok else real.json())

        pattern = f"**/bookflow/api/v1/{path}"
        self.page.route(pattern, answer)
        try:
            yield
        finally:
            self.page.unroute(pattern, answer)

    def put_on(self, theme: str) -> None:
        """Change between light and dark as the host does it."""
        self.page.evaluate(PUT_ON, theme)
        # charts draw themselves anew
        self.page.wait_for_timeout(150)

    def find_grave_violations(self) -> list[str]:
        """Ask axe what is serious about bookflow's part of the page."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.add_script_tag(path=str(AXE))
        found = self.page.evaluate(
            "() => axe.run(document.querySelector('section[aria-label=bookflow]'),"
            " { resultTypes: ['violations'] })"
        )
        return [
            f"{one['id']}: {node['target']} {node['failureSummary']}"
            for one in found["violations"]
            if one["impact"] in GRAVE
            for node in one["nodes"]
        ]


@contextmanager
def visiting(
    chromium: Any, stack: AirflowStack, user: str, *, is_still: bool = False
) -> Iterator[Visit]:
    """Open a window with the user's login; what its scripts complain about is kept.

    Where it is to be still, nothing moves: what is seen is what will stay.
    """
    context = chromium.new_context(
        viewport=WIDE,
        locale="en-GB",
        timezone_id="Europe/Berlin",
        reduced_motion="reduce" if is_still else "no-preference",
    )
    context.add_cookies([{"name": "_token", "value": stack.token(user), "url": stack.url}])
    try:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        visit = Visit(page, stack.url)
        if is_still:
            page.on("domcontentloaded", lambda: page.add_style_tag(content=STILL))
        page.on("pageerror", lambda error: visit.faults.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                visit.faults.append(f"{page.url}: {message.text}")
                if message.type == "error" and "Failed to load resource" not in message.text
                else None
            ),
        )
        yield visit
    finally:
        context.close()
