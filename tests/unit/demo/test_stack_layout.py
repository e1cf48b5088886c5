from __future__ import annotations

from pathlib import Path

import pytest

from bookflow.demo.stack import AirflowStack, Layout
from bookflow.errors import ConfigurationError


def test_missing_folder_is_named_before_anything_starts(tmp_path: Path) -> None:
    stack = AirflowStack(tmp_path / "stack", layout=Layout(specs=tmp_path / "nowhere"), port=1)
    with pytest.raises(ConfigurationError, match=r"nowhere is missing.*`make demo`"):
        stack.start()
    assert not (tmp_path / "stack").exists()


def test_checkout_has_every_folder() -> None:
    Layout().check()
