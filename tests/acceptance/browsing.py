"""Chromium with somebody signed in to Airflow, for tests of the pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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


@dataclass
class Visit:
    """A window in which somebody is signed in, and what went wrong in it."""

    page: Any
    root: str
    faults: list[str] = field(default_factory=list)

    def open(self, path: str) -> Any:
        """Go to a page below bookflow's entry, and wait until it has stopped loading."""
        self.page.goto(f"{self.root}/plugin/workflows{path}", wait_until="domcontentloaded")
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until bookflow's page is there and says nothing of loading."""
        section = self.page.get_by_role("region", name="bookflow", exact=True)
        section.wait_for(timeout=60_000)
        self.page.wait_for_function(
            "() => !document.body.innerText.match(/Loading [^\\n]*…/)", timeout=60_000
        )

    def find_grave_violations(self) -> list[str]:
        """Ask axe what is serious about bookflow's part of the page."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.add_script_tag(path=str(AXE))
        found = self.page.evaluate(
            "() => axe.run(document.querySelector('section[aria-label=bookflow]'))"
        )
        return [
            f"{one['id']}: {node['target']} {node['failureSummary']}"
            for one in found["violations"]
            if one["impact"] in GRAVE
            for node in one["nodes"]
        ]


@contextmanager
def visiting(chromium: Any, stack: AirflowStack, user: str) -> Iterator[Visit]:
    """Open a window with the user's login; what its scripts complain about is kept."""
    context = chromium.new_context(viewport=WIDE, locale="en-GB", timezone_id="Europe/Berlin")
    context.add_cookies([{"name": "_token", "value": stack.token(user), "url": stack.url}])
    try:
        page = context.new_page()
        visit = Visit(page, stack.url)
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
