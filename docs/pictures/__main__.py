"""`python -m docs.pictures` draws the pictures of docs/pictures from a running bookflow."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from bookflow.airflow_client.run_names import dag_id_of
from bookflow.demo.outfit import open_outfit
from bookflow.demo.showing import open_api, play_sample
from docs.pictures.scenes import SCENES, WORKFLOW, Scene
from docs.pictures.window_drawing import draw_window, find_private
from tests.acceptance.browsing import ARGUMENTS, Visit, visiting
from tests.acceptance.chromium import find_chromium

if TYPE_CHECKING:
    from bookflow.demo.stack import AirflowStack

FOLDER = Path(__file__).parent
THEMES = ("light", "dark")
LIMIT = 250_000
NO_CHROMIUM = (
    "NO PICTURES: they need Chromium; install Debian's package `chromium` or put one on the path"
)


def main() -> int:
    """Start the demo in a folder of its own, give it a past, and draw."""
    path = find_chromium()
    if path is None:
        print(NO_CHROMIUM, file=sys.stderr)
        return 1
    from playwright.sync_api import sync_playwright

    print("starting Airflow with the sample bookings (a minute or so) …", flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="bookflow-pictures-") as home,
        open_outfit(Path(home)) as outfit,
        open_api(outfit) as api,
        sync_playwright() as playwright,
    ):
        outfit.stack.wait_for_dags([dag_id_of(WORKFLOW)])
        play_sample(outfit, api)
        add_past(outfit.stack.database)
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        faults = draw_scenes(browser, outfit.stack, FOLDER)
        browser.close()
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def add_past(dsn: str) -> None:
    """Have the sample of today happen on days before, too."""
    with psycopg.connect(dsn) as connection:
        connection.execute((FOLDER / "past.sql").read_bytes())


def draw_scenes(browser: Any, stack: AirflowStack, folder: Path) -> list[str]:
    """Write every picture in light and dark; gives what is wrong with those not written."""
    faults = []
    with visiting(browser, stack, "editor", is_still=True) as visit, stack.client("editor") as api:
        for scene in SCENES:
            _show(visit, scene, api)
            for theme in THEMES:
                visit.put_on(theme)
                picture = draw_window(visit.page, scene.title)
                name = f"{scene.name}-{theme}.svg"
                fault = _find_fault(picture)
                if fault:
                    faults.append(f"{name} is not written: {fault}")
                    continue
                (folder / name).write_text(picture, encoding="utf-8")
                print(f"{name}: {len(picture.encode()) // 1000} kB", flush=True)
    return faults


def _show(visit: Visit, scene: Scene, api: Any) -> None:
    visit.page.set_viewport_size({"width": scene.width, "height": scene.height})
    visit.open(scene.path(api))
    scene.prepare(visit.page)
    visit.settle()


def _find_fault(picture: str) -> str | None:
    private = find_private(picture)
    if private:
        return f"it tells of this machine: {', '.join(private)}"
    size = len(picture.encode())
    return f"it is larger than {LIMIT} bytes: {size}" if size > LIMIT else None


if __name__ == "__main__":
    sys.exit(main())
