"""Drafts: specs that somebody sends along, which no file holds yet."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bookflow.errors import SpecError
from bookflow.spec.loading import SIZE_LIMIT, LoadedWorkflow, load_workflow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bookflow.errors import SpecIssue
    from bookflow.spec.vocabulary import Vocabulary

DRAFT = "draft"
"""What issues name as the file."""


def load_draft(
    draft: Mapping[str, Any] | str,
    *,
    vocabulary: Vocabulary,
    size_limit: int = SIZE_LIMIT,
    file: str = DRAFT,
) -> LoadedWorkflow:
    """Load a spec from YAML text, or from the object that it would say; raises `SpecError`.

    Issues of an object have no line: nobody sees the text.
    """
    if isinstance(draft, str):
        return load_workflow(draft, file=file, vocabulary=vocabulary, size_limit=size_limit)
    text = write_as_text(draft)
    try:
        loaded = load_workflow(text, file=file, vocabulary=vocabulary, size_limit=size_limit)
    except SpecError as error:
        raise SpecError([_without_place(issue) for issue in error.issues]) from None
    return replace(loaded, warnings=tuple(_without_place(issue) for issue in loaded.warnings))


def write_as_text(draft: Mapping[str, Any] | str) -> str:
    """Give the text of a draft: JSON, as far as it goes, is YAML."""
    return draft if isinstance(draft, str) else json.dumps(draft, ensure_ascii=False, indent=1)


def _without_place(issue: SpecIssue) -> SpecIssue:
    return replace(issue, line=0, column=0)
