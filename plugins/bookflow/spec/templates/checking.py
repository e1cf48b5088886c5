"""Checks templates when a spec is loaded: parsing and looking only, no code is made."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from bookflow.errors import TemplateError
from bookflow.spec.templates.analysis import ERROR_LIMIT, Analysis, analyse, parse_source, suggest
from bookflow.spec.templates.moments import PEOPLE
from bookflow.spec.templates.rendering import normalise_source
from bookflow.spec.templates.scanning import scan_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bookflow.spec.vocabulary import Vocabulary

ALWAYS_KNOWN = frozenset(f"{person}_{what}" for person in PEOPLE for what in ("timezone", "locale"))
"""Names that rendering itself understands, in every domain."""


def check_template(
    source: str, *, html: bool = False, vocabulary: Vocabulary
) -> list[TemplateError]:
    """List what is wrong with a template, by line; an empty list means it will compile."""
    source = normalise_source(source)
    fields = scan_fields(source)
    if fields is not None:
        found = Analysis()
        for name, position in fields:
            if not _is_known(name, vocabulary):
                found.variables.setdefault(name, source.count("\n", 0, position) + 1)
    else:
        try:
            found = analyse(parse_source(source, html=html))
        except TemplateError as error:
            return [error]
    unknown = (
        TemplateError(describe_unknown(name, vocabulary.fields), line=line)
        for name, line in found.variables.items()
        if not _is_known(name, vocabulary)
    )
    errors = found.errors + list(islice(unknown, ERROR_LIMIT))
    return sorted(errors, key=lambda error: error.line)


def describe_unknown(name: str, fields: Mapping[str, object]) -> str:
    """Say that a name is no field, with the nearest field where there is one."""
    return f"`{name[:100]}` is not a field{suggest(name, fields)}"


def _is_known(name: str, vocabulary: Vocabulary) -> bool:
    return name in vocabulary.fields or name in ALWAYS_KNOWN or vocabulary.has_field(name)
