"""Has the pages in each package that is built."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PagesHook(BuildHookInterface[Any]):
    """Builds the pages before they are packed; an editable install leaves that to make."""

    def dependencies(self) -> list[str]:
        """Ask for Node where the machine has none."""
        pages = _load()
        return [] if pages.find_node() else [pages.NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, and name what git ignores."""
        if version == "editable":
            return
        _load().build()
        build_data["artifacts"].append("plugins/bookflow/ui/dist/**")


def _load() -> ModuleType:
    path = Path(__file__).with_name("build_pages.py")
    spec = importlib.util.spec_from_file_location("build_pages", path)
    if spec is None or spec.loader is None:
        raise ImportError(str(path))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
