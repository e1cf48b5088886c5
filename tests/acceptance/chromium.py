"""`python -m tests.acceptance.chromium` sees to it that there is a browser for the pages' tests."""

from __future__ import annotations

import os
import shutil
import subprocess

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = (
    "NO CHROMIUM: the pages are NOT tested in a browser; install Debian's package `chromium` "
    "or put one on the path"
)
INSTALL = ("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "chromium")


def find_chromium() -> str | None:
    """Give the path of an installed Chromium."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def main() -> None:
    """Install it where that can be done without asking anybody; else say so, loudly."""
    if find_chromium() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        print("installing Chromium for the tests of the pages …", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (INSTALL, ("apt-get", "update", "--quiet"), INSTALL):
            if find_chromium() is None:
                subprocess.run(command, env=environment, capture_output=True, check=False)
    if find_chromium() is None:
        print(f"!!! {MISSING}", flush=True)


if __name__ == "__main__":
    main()
