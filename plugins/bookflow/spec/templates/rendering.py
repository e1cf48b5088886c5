"""Compiling and rendering one template.

Most messages hold nothing but `{{ field }}`. They are cut up by a regular expression and rendered
without Jinja, with the same result; everything else goes through the bounded sandbox.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import jinja2
from markupsafe import Markup, escape

from bookflow.errors import TemplateError
from bookflow.spec.templates.analysis import SOURCE_LIMIT, analyse, parse_source
from bookflow.spec.templates.bounding import bound_tree
from bookflow.spec.templates.budget import OUTPUT_LIMIT, RunawayError
from bookflow.spec.templates.defaults import MissingValue, is_blank
from bookflow.spec.templates.sandbox import get_environment
from bookflow.spec.templates.scanning import RESERVED
from bookflow.spec.templates.state import STATE_KEY, RenderState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

_NEWLINE = re.compile(r"\r\n|\r")
_PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z][A-Za-z0-9_]*)\s*\}\}|\{[{%#]", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_FILENAME = "<bookflow template>"
_RENDER_ERRORS = (
    jinja2.TemplateError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RecursionError,
    MemoryError,
)


class Template:
    """A compiled template; safe to share between threads.

    >>> compile_template("Hello {{ invitee_name }}!").render({"invitee_name": "Ada"})
    'Hello Ada!'
    """

    __slots__ = ("_code", "_is_html", "_is_single_line", "_parts", "is_expression", "variables")

    def __init__(
        self,
        source: str,
        *,
        html: bool = False,
        single_line: bool = False,
    ) -> None:
        """Compile; raises TemplateError with the line of what is wrong."""
        self._is_html = html
        self._is_single_line = single_line
        self._parts: tuple[str, ...] | None = None
        self._code: jinja2.Template | None = None
        source = normalise_source(source)
        parts = split_placeholders(source)
        self.variables: frozenset[str]
        self.is_expression: bool
        """Whether the template is one `{{ expression }}` and nothing else."""
        if parts is not None:
            self._parts = tuple(parts)
            self.variables = frozenset(parts[1::2])
            self.is_expression = len(parts) == 3 and not parts[0] and not parts[2]
            return
        tree = parse_source(source, html=html)
        found = analyse(tree)
        if found.errors:
            raise found.errors[0]
        self.variables = frozenset(found.variables)
        outputs = [child for node in tree.body for child in node.iter_child_nodes()]
        self.is_expression = (
            len(outputs) == 1
            and isinstance(tree.body[0], jinja2.nodes.Output)
            and not isinstance(outputs[0], jinja2.nodes.TemplateData)
        )
        environment = get_environment(html=html)
        try:
            code = environment.compile(bound_tree(tree, environment), filename=_FILENAME)
        except jinja2.TemplateSyntaxError as error:
            raise TemplateError(error.message or "invalid syntax", line=error.lineno) from None
        except (SyntaxError, RecursionError, MemoryError, ValueError):
            raise TemplateError("the template is too complex; simplify it") from None
        self._code = jinja2.Template.from_code(environment, code, environment.globals)

    def render(self, context: Mapping[str, object], *, max_output: int = OUTPUT_LIMIT) -> str:
        """Render; raises TemplateError where the template runs away or reaches for too much."""
        return self.render_in(RenderState(clean_context(context)), max_output=max_output)

    def render_in(self, state: RenderState, *, max_output: int = OUTPUT_LIMIT) -> str:
        """Render within a given state, sharing its budget with other templates."""
        chunks: list[str] = []
        size = 0
        for chunk in self._generate(state):
            size += len(chunk)
            if size > max_output:
                raise RunawayError(
                    f"the result is longer than {max_output:,} characters; shorten the template"
                )
            chunks.append(chunk)
        text = "".join(chunks)
        if self._is_single_line:
            return " ".join(_CONTROL.sub(" ", text).split())
        return text

    def evaluate_in(self, state: RenderState) -> object:
        """Give the value of a template that is one expression, with its type."""
        if self._parts is not None:
            name = self._parts[1]
            state.spend()
            value = state.context.get(name)
            return MissingValue(name=name) if value is None else value
        for _ in self._generate(state):
            pass
        return state.last_value

    def _generate(self, state: RenderState) -> Iterator[str]:
        if self._parts is None:
            yield from self._run(state)
            return
        for position, part in enumerate(self._parts):
            if position % 2 == 0:
                yield part
            else:
                text = state.show_field(part)
                state.produce(len(text))
                yield str(escape(text)) if self._is_html else text

    def _run(self, state: RenderState) -> Iterator[str]:
        code = self._code
        if code is None:
            raise TemplateError("the template has no code")
        try:
            context = code.new_context({**state.context, STATE_KEY: state})
            for chunk in code.root_render_func(context):
                yield str(chunk) if isinstance(chunk, Markup) else chunk
        except TemplateError as error:
            error.line = error.line or _find_line(code, error.__traceback__)
            raise
        except _RENDER_ERRORS as error:
            line = _find_line(code, error.__traceback__)
            raise TemplateError(_describe(error), line=line) from None


def compile_template(source: str, *, html: bool = False, single_line: bool = False) -> Template:
    """Compile a template once per source; `single_line` is for subjects and other headers.

    >>> compile_template("{{ duration|duration }}").render({"duration": 90})
    '1 hour 30 minutes'
    """
    if len(source) > SOURCE_LIMIT:
        return Template(source, html=html, single_line=single_line)
    return _compile_cached(source, html, single_line)


@lru_cache(maxsize=512)
def _compile_cached(source: str, html: bool, single_line: bool) -> Template:
    return Template(source, html=html, single_line=single_line)


def normalise_source(source: str) -> str:
    """Write every line break as one line feed, as Jinja does."""
    return _NEWLINE.sub("\n", source) if "\r" in source else source


def split_placeholders(source: str) -> list[str] | None:
    """Cut `text {{ name }} text ...` into text, name, text, ...; None where there is more to it."""
    if len(source) > SOURCE_LIMIT:
        return None
    parts: list[str] = []
    end = 0
    for match in _PLACEHOLDER.finditer(source):
        name = match.group(1)
        if name is None or name in RESERVED:
            return None
        parts.append(source[end : match.start()])
        parts.append(name)
        end = match.end()
    parts.append(source[end:])
    return parts


def clean_context(context: Mapping[str, object]) -> dict[str, object]:
    """Drop what counts as missing, and markings that would let text pass unescaped."""
    return {
        name: str(value) if isinstance(value, Markup) else value
        for name, value in context.items()
        if not is_blank(name, value)
    }


def _find_line(code: jinja2.Template, traceback: TracebackType | None) -> int:
    line = 0
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == _FILENAME:
            line = code.get_corresponding_lineno(traceback.tb_lineno)
        traceback = traceback.tb_next
    return line


def _describe(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "the template nests its values or calls too deeply"
    if isinstance(error, MemoryError):
        return "the template needs too much memory"
    text = str(error) or type(error).__name__
    return f"the template can't be rendered: {text[:200]}"
