"""`python -m docs.reference` writes the pages of docs/ that come from the code."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from docs.reference.api_page import write_api_page
from docs.reference.cli_page import write_cli_page
from docs.reference.client_types import TYPES, write_client_types

DOCS = Path(__file__).parents[1]


def describe_api() -> dict[str, Any]:
    """Give the OpenAPI description; it needs no database."""
    from bookflow.web.app import create_app

    def open_nothing() -> Any:
        raise AssertionError("the description needs no runtime")

    return create_app(open_nothing).openapi()


def list_pages() -> dict[Path, str]:
    """Give every generated page by its file."""
    return {DOCS / "api.md": write_api_page(describe_api()), DOCS / "cli.md": write_cli_page()}


def list_files() -> dict[Path, str]:
    """Give every generated file; the types of the client need Node."""
    return {**list_pages(), TYPES: write_client_types(describe_api())}


def main() -> None:
    """Write the pages, and the types of the API's client."""
    for path, text in list_files().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    with warnings.catch_warnings():
        # Airflow's own, about what it comes with
        warnings.simplefilter("ignore")
        main()
