"""Reads a template's file, and tries it out before anybody else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from bookflow.errors import InputError, SpecError, SpecIssue
from bookflow.spec.catalogue.filling import fill_template, find_placeholders
from bookflow.spec.catalogue.shapes import FIXED_KINDS, Heading, TemplateHead, WorkflowTemplate
from bookflow.spec.catalogue.values import sample_of, sample_values
from bookflow.spec.loading import load_workflow, show_path
from bookflow.spec.yaml_reading import dotted_key, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bookflow.spec.catalogue.shapes import Parameter, TemplateSource
    from bookflow.spec.vocabulary import Vocabulary
    from bookflow.spec.yaml_reading import YamlDocument

RESERVED = ("id", "organizer", "name", "is_active")
"""Keys of the spec that whoever uses the template decides."""


def read_template(
    content: str | bytes,
    *,
    file: str,
    source: TemplateSource,
    vocabulary: Vocabulary,
    size_limit: int,
) -> WorkflowTemplate:
    """Read and check a template; raises `SpecError` with what is wrong."""
    name = show_path(file)
    document = read_yaml(content, file=name, size_limit=size_limit)
    try:
        head = TemplateHead.model_validate(document.data)
    except ValidationError as error:
        raise SpecError(
            [
                _issue(document, name, item["loc"], _explain(item))
                for item in error.errors(include_url=False, include_input=False)
            ]
        ) from None
    issues = [_issue(document, name, place, said) for place, said in _find_faults(head)]
    if issues:
        raise SpecError(issues)
    template = WorkflowTemplate(head, _cut_spec(document, name), source, name)
    _try(template, vocabulary, size_limit)
    return template


def _explain(item: Any) -> str:
    """Say what pydantic says, for people."""
    said = {"missing": "is required", "extra_forbidden": "is not a key of templates; remove it"}
    message: str = said.get(item["type"], item["msg"])
    return message


def _find_faults(head: TemplateHead) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for key in RESERVED:
        if key in head.spec:
            yield ("spec", key), "is decided by whoever uses the template; remove it"
    known: dict[str, Parameter] = {}
    for number, parameter in enumerate(head.parameters):
        if parameter.name in known:
            yield ("parameters", number, "name"), f"`{parameter.name}` stands twice"
        known[parameter.name] = parameter
        try:
            sample_of(parameter)
        except ValueError as error:
            yield ("parameters", number), f"its default or example {error}"
    used = set()
    for name, is_inside in find_placeholders(head.spec):
        used.add(name)
        if name not in known:
            yield ("spec",), f"`${{{name:.60}}}` is not a parameter; write `$${{` for a plain `${{`"
        elif is_inside and known[name].type not in FIXED_KINDS:
            message = (
                f"`${{{name}}}` stands inside of Jinja, where a {known[name].type} could change "
                "what the template does; only number, boolean and choice may"
            )
            yield ("spec",), message
    for name in known.keys() - used:
        yield ("parameters",), f"`{name}` is used nowhere in `spec`"


def _cut_spec(document: YamlDocument, name: str) -> str:
    """Cut the spec out of the file's text, comments included, moved to the left margin."""
    keys = {key.value: (key, value) for key, value in document.root.value}
    key, value = keys["spec"]
    if key is not document.root.value[-1][0] or value.flow_style or _is_shared(document):
        message = "must be the last key of the file, a block of keys without anchors and aliases"
        raise SpecError([_issue(document, name, ("spec",), message)])
    margin = value.start_mark.column
    lines = document.text.splitlines(keepends=True)[key.start_mark.line + 1 :]
    text = "".join(
        line[margin:] if line.startswith(" " * margin) else line.lstrip(" ") for line in lines
    )
    try:
        is_same = (
            read_yaml(text, file=name, size_limit=len(document.text.encode())).data
            == (document.data["spec"])
        )
    except SpecError:
        is_same = False
    if not is_same:
        message = "can't be cut out of the file; indent everything in it alike, with spaces"
        raise SpecError([_issue(document, name, ("spec",), message)])
    return text


def _is_shared(document: YamlDocument) -> bool:
    """Tell whether a value stands in more than one place."""
    seen: set[int] = set()

    def walk(node: yaml.Node) -> bool:
        if id(node) in seen:
            return True
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return any(walk(value) for _, value in node.value)
        return isinstance(node, yaml.SequenceNode) and any(walk(item) for item in node.value)

    return walk(document.root)


def _try(template: WorkflowTemplate, vocabulary: Vocabulary, size_limit: int) -> None:
    """Make a workflow with the defaults, so that no user of the template is the first."""
    heading = Heading(template.id, "organizer@example.com", template.head.name)
    try:
        text = fill_template(template, heading, sample_values(template))
        load_workflow(text, file=template.path, vocabulary=vocabulary, size_limit=size_limit)
    except SpecError as error:
        # lines are those of the workflow that was made, not of this file
        raise SpecError(
            [
                SpecIssue(
                    template.path, 0, 0, f"spec.{issue.key}", issue.message, issue.suggestion,
                    issue.code,
                )
                for issue in error.issues
            ]
        ) from None  # fmt: skip
    except InputError as error:
        message = f"its defaults don't fit: {error}"
        raise SpecError([SpecIssue(template.path, 0, 0, "parameters", message)]) from None


def _issue(
    document: YamlDocument, name: str, place: tuple[str | int, ...], message: str
) -> SpecIssue:
    line, column = document.place_of(place)
    return SpecIssue(name, line, column, dotted_key(place), message, None, "template")
