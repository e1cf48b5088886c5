"""The types of the pages' client are those of the API as it is."""

from __future__ import annotations

import shutil

import pytest

from docs.reference.__main__ import describe_api
from docs.reference.client_types import TYPES, UI, find_node, write_client_types

pytestmark = [pytest.mark.slow, pytest.mark.airflow]


@pytest.mark.skipif(
    not (UI / "node_modules").is_dir() or shutil.which(find_node()) is None,
    reason="THE TYPES OF THE PAGES ARE NOT COMPARED: no Node, or `make pages` has not run",
)
def test_types_of_the_client_are_current() -> None:
    assert TYPES.read_text() == write_client_types(describe_api()), "run `make api-docs`"
