"""The scripts of the pages, as built from `ui/`. They are public, as Airflow's own are."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

DIST = Path(__file__).parents[1] / "ui" / "dist"
ICONS = Path(__file__).parents[1] / "ui" / "icons"
MAIN = "main.js"
NOT_BUILT = """\
globalThis.AirflowPlugin = () => globalThis.ReactJSXRuntime.jsx("p", {
  role: "alert",
  style: { padding: "1rem" },
  children: "bookflow's pages are not built on this server: run `make install` in its folder, or "
    + "install the package, and reload. The API and everything else works without them.",
});
"""


class PageFiles(StaticFiles):
    """Serves the bundle; chunks carry a digest in their name and never change."""

    def __init__(self, folder: Path = DIST) -> None:
        """Serve a folder that need not be there."""
        # icons are no part of what is built, and always there
        super().__init__(directory=ICONS)
        self.all_directories.insert(0, folder)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Give a file, and a script that says so where the pages were not built."""
        if path == MAIN and not self.lookup_path(MAIN)[1]:
            return Response(NOT_BUILT, media_type="text/javascript", headers=_caching(path))
        response = await super().get_response(path, scope)
        response.headers.update(_caching(path))
        return response


def _caching(path: str) -> dict[str, str]:
    lasting = path.startswith("chunks/")
    return {"Cache-Control": "public, max-age=31536000, immutable" if lasting else "no-cache"}
