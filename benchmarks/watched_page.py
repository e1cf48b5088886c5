"""A page of Airflow in Chromium that keeps what its main thread was busy with."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bookflow.demo.stack import AirflowStack
from tests.acceptance.browsing import ARGUMENTS, WIDE

QUIET_MS = 700
"""So long no more is measured after a step's content is there: what it starts belongs to it."""
LIMIT_MS = 30_000

WATCH = """
(() => {
  const seen = (window.__seen = { tasks: [], inputs: [] });
  const keep = (list) => (found) =>
    found.getEntries().forEach((one) => list.push([one.startTime, one.duration, one.name]));
  new PerformanceObserver(keep(seen.tasks)).observe({ type: "longtask", buffered: true });
  new PerformanceObserver(keep(seen.inputs)).observe({
    type: "event", durationThreshold: 16, buffered: true,
  });
  window.__find = (what) => {
    const ours = document.querySelector("section[aria-label=bookflow]");
    const [selector, text] = what.split(" >> ");
    const all = [...(ours ?? document).querySelectorAll(selector)];
    return text === undefined ? all[0] : all.find((one) => one.textContent.trim() === text);
  };
})();
"""
# looked up by the page itself once per frame: a selector engine would be the longest task of all
WAIT = """
([holds, patience]) => new Promise((resolve, refuse) => {
  const limit = performance.now() + patience;
  const isReady = new Function(`return ${holds}`);
  const look = () => {
    if (isReady()) requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
    else if (performance.now() > limit) refuse(new Error(`never was: ${holds}`));
    else requestAnimationFrame(look);
  };
  look();
})
"""
GO = """
(path) => {
  history.pushState({}, "", path);
  dispatchEvent(new PopStateEvent("popstate", { state: {} }));
}
"""
PLACE = """
(what) => {
  const found = __find(what);
  if (!found) throw new Error(`not there: ${what}`);
  found.scrollIntoView({ block: "center" });
  const box = (found.closest("label") ?? found).getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
}
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one step cost, in milliseconds: until its content stood there, and of blocking."""

    content: float
    task: float
    """The longest task of the main thread by the clock; 0 where none took 50 ms."""
    cpu: float
    """The most that a task of the main thread itself computed, without waiting for a core."""
    input: float
    """The longest time from an input to the next paint; 0 where all took less than 16 ms."""


class WatchedPage:
    """A window in which somebody is signed in; `do` measures a step."""

    def __init__(self, page: Any, root: str) -> None:
        """Take a page that runs `WATCH`."""
        self._page = page
        self._browser = page.context.browser
        self._root = root

    def load(self, path: str, holds: str) -> Reading:
        """Load Airflow and a page anew, until what is given holds."""
        started = time.perf_counter()
        self._trace()
        self._page.goto(self._root + path, wait_until="commit")
        self._page.evaluate(WAIT, [holds, LIMIT_MS])
        seconds = time.perf_counter() - started
        return self._read(0.0, seconds * 1000)

    def go(self, path: str, holds: str) -> Reading:
        """Go to another page as a link does, until what is given holds."""
        return self._measure(lambda: self._page.evaluate(GO, path), holds)

    def click(self, what: str, holds: str) -> Reading:
        """Click with the mouse: a selector, or `selector >> text`."""
        x, y = self._page.evaluate(PLACE, what)
        self._page.wait_for_timeout(200)
        return self._measure(lambda: self._page.mouse.click(x, y), holds)

    def type(self, what: str, text: str, holds: str) -> Reading:
        """Type into a field, a key each 40 ms."""
        x, y = self._page.evaluate(PLACE, what)
        self._page.mouse.click(x, y)
        self._page.keyboard.press("End")
        self._page.wait_for_timeout(300)
        return self._measure(lambda: self._page.keyboard.type(text, delay=40), holds)

    def stay(self, seconds: float, holds: str) -> Reading:
        """Do nothing while the page keeps itself up to date."""
        return self._measure(lambda: self._page.wait_for_timeout(seconds * 1000), holds)

    def ask(self, script: str) -> Any:
        """Ask something of the page, between steps."""
        return self._page.evaluate(script)

    def _measure(self, act: Any, holds: str) -> Reading:
        self._trace()
        begun = self._page.evaluate("performance.now()")
        act()
        ready = self._page.evaluate(WAIT, [holds, LIMIT_MS])
        return self._read(begun, ready - begun)

    def _read(self, begun: float, content: float) -> Reading:
        self._page.wait_for_timeout(QUIET_MS)
        # a task may have begun just before the clock was read
        task, key = self._page.evaluate(
            "(begun) => [__seen.tasks, __seen.inputs].map((list) => list"
            ".filter(([start]) => start >= begun - 5)"
            ".reduce((most, [, length]) => Math.max(most, length), 0))",
            begun,
        )
        return Reading(content, task, _longest_task(self._browser.stop_tracing()), key)

    def _trace(self) -> None:
        self._browser.start_tracing(page=self._page, categories=["toplevel"])


def _longest_task(trace: bytes) -> float:
    """Give the CPU time of the longest task of a page's main thread, in milliseconds."""
    events = json.loads(trace)["traceEvents"]
    mains = {
        (one["pid"], one["tid"])
        for one in events
        if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain"
    }
    spent = (
        one.get("tdur", 0) / 1000
        for one in events
        if one["name"].endswith("RunTask") and (one["pid"], one["tid"]) in mains
    )
    return max(spent, default=0.0)


@contextmanager
def watching(path: str, stack: AirflowStack, user: str) -> Iterator[WatchedPage]:
    """Open Chromium with a user's login."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        context = browser.new_context(
            viewport={"width": WIDE["width"], "height": WIDE["height"]},
            locale="en-GB",
            timezone_id="Europe/Berlin",
        )
        context.add_cookies([{"name": "_token", "value": stack.token(user), "url": stack.url}])
        context.add_init_script(WATCH)
        try:
            yield WatchedPage(context.new_page(), stack.url)
        finally:
            browser.close()
