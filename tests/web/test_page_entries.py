"""The entries in Airflow's UI, and the names that their script gives components."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bookflow.plugin import BookflowPlugin

pytestmark = pytest.mark.airflow

MAIN = Path(__file__).parents[2] / "plugins/bookflow/ui/src/main.tsx"
# a global of this name is there before our script: Airflow would render it
OF_THE_BROWSER = {"History", "Event", "Notification", "Request", "Response", "Document"}


def test_every_entry_has_a_component_of_its_name() -> None:
    names = list(dict.fromkeys(entry["name"] for entry in BookflowPlugin().react_apps))
    block = MAIN.read_text().split("Object.assign(globalThis, {")[1]
    assert re.findall(r"^  (\w+):", block, re.MULTILINE) == names
    assert not OF_THE_BROWSER & set(names)


def test_entries_lie_below_airflow_and_apart_from_each_other() -> None:
    entries = BookflowPlugin().react_apps
    assert len({entry["url_route"] for entry in entries}) == len(entries)
    for entry in entries:
        for key in ("bundle_url", "icon", "icon_dark_mode", "url_route"):
            assert not entry[key].startswith(("/", "http"))


def test_airflow_takes_the_entries() -> None:
    from airflow.api_fastapi.core_api.datamodels.plugins import ReactAppResponse

    for entry in BookflowPlugin().react_apps:
        ReactAppResponse.model_validate(entry)
