"""Rules of the house that no other tool checks."""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import fields
from pathlib import Path

import yaml

from bookflow.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "plugins" / "bookflow"
BANNED_STEMS = {"utils", "helpers", "common", "manager", "service"}
RAISED_BY_MEANING = 400


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def test_every_setting_is_documented_with_its_default():
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    documented = dict(re.findall(r"^\| `(BOOKFLOW_\w+)` \| ([^|]+) \|", text, flags=re.MULTILINE))
    assert set(documented) == {PREFIX + item.name.upper() for item in fields(Settings)}
    for item in fields(Settings):
        shown = documented[PREFIX + item.name.upper()].strip().strip("`")
        default = getattr(Settings(), item.name)
        assert shown == ("none" if default in ((), "") else str(default)), item.name


def test_compose_names_only_known_settings():
    text = (ROOT / "docker-compose.yaml").read_text(encoding="utf-8")
    known = {PREFIX + item.name.upper() for item in fields(Settings)}
    environment = yaml.safe_load(text)["x-airflow"]["environment"]
    assert {name for name in environment if name.startswith(PREFIX)} <= known


def test_module_names_shadow_nothing_and_say_something():
    stems = {path.stem for path in modules()} - {"__init__", "__main__"}
    assert not stems & BANNED_STEMS
    assert not stems & (set(sys.stdlib_module_names) - {"this"}), "a standard-library stem"


def test_modules_stay_small():
    long = {
        str(path.relative_to(ROOT)): count
        for path in modules()
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > RAISED_BY_MEANING
    }
    assert not long


def test_plugins_folder_exposes_only_the_shim():
    ignored = (ROOT / "plugins" / ".airflowignore").read_text(encoding="utf-8")
    assert "bookflow/" in ignored
    top = {path.name for path in (ROOT / "plugins").glob("*.py")}
    assert top == {"bookflow_plugin.py"}


def test_importing_reads_no_environment():
    readers = []
    for path in modules():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            for inner in ast.walk(node):
                if isinstance(inner, ast.Attribute) and inner.attr in ("environ", "getenv"):
                    readers.append(str(path))
    assert not readers
