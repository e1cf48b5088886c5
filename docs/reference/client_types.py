"""The types of the API for the pages in TypeScript: `plugins/bookflow/ui/src/api/schema.d.ts`."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

UI = Path(__file__).parents[2] / "plugins" / "bookflow" / "ui"
TYPES = UI / "src" / "api" / "schema.d.ts"
NAMED_BY_PEOPLE = ("properties", "patternProperties", "schemas", "parameters")


def write_client_types(description: dict[str, Any]) -> str:
    """Give the types that openapi-typescript makes of what answers and bodies look like."""
    slim = _keep_shapes(description)
    for path in slim["paths"].values():
        for operation in path.values():
            # the client raises every problem as one kind of error
            answers = operation["responses"]
            operation["responses"] = {code: said for code, said in answers.items() if code < "4"}
    done = subprocess.run(  # noqa: S603 - the tool that package.json pins
        [find_node(), "node_modules/openapi-typescript/bin/cli.js", "--root-types",
         "--root-types-no-schema-prefix", "--alphabetize"],
        input=json.dumps(slim), capture_output=True, text=True, cwd=UI, check=True, timeout=120,
    )  # fmt: skip
    return done.stdout


def find_node() -> str:
    """Give the command that runs Node; `make ui` says which."""
    return os.environ.get("NODE", "node")


def _keep_shapes(node: Any, *, is_named: bool = False) -> Any:
    """Leave out what people read, which is in docs/api.md."""
    if isinstance(node, list):
        return [_keep_shapes(item) for item in node]
    if not isinstance(node, dict):
        return node
    read = () if is_named else ("description", "examples", "example", "summary", "title")
    return {
        key: _keep_shapes(value, is_named=key in NAMED_BY_PEOPLE and not is_named)
        for key, value in node.items()
        if key not in read
    }
