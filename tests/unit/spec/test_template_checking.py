import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookflow.errors import TemplateError
from bookflow.spec.templates import check_data, check_template, compile_template
from bookflow.spec.templates.analysis import ERROR_LIMIT, analyse, parse_source
from bookflow.spec.templates.rendering import split_placeholders
from bookflow.spec.templates.scanning import scan_fields
from bookflow.spec.vocabulary import ContextField, FieldType, Vocabulary

NAMES = ("invitee_name", "invitee_email", "start_time", "attendee_count", "duration")
VOCABULARY = Vocabulary(
    "tests",
    {name: ContextField(name, FieldType.TEXT, "") for name in NAMES},
    {},
    open_prefixes=("custom_",),
)
PIECES = st.sampled_from(
    [
        *("{{ a }}", "{{a}}", "{{ a|upper }}", "{{ a | date('long') }}", "{{ a|nope }}"),
        *("{{ a|d('x') }}", "{{ a|upper('x') }}", "{{ a|in_timezone('Mars/Base') }}", "{{ not }}"),
        *("{{ self }}", "{{{", "{% if a %}", "{% if not b %}", "{% elif c %}", "{% else %}"),
        *(
            "{% endif %}",
            "{% if not %}",
            "{% raw %}",
            "{% endraw %}",
            "{# x #}",
            "{#",
            "text",
            "\n",
        ),
        *("}}", "{", "{{ a\n}}", "{%- if a %}", "{% for x in a %}", "{% endfor %}", "{{ x }}"),
        *("{{ elif }}", "{{ a|date }}", "{{ a|length }}"),
    ]
)


def check(source: str) -> list[str]:
    return [str(error) for error in check_template(source, vocabulary=VOCABULARY)]


def test_near_miss_gets_a_suggestion():
    assert check("Hi {{ invitee_nmae }}") == [
        "`invitee_nmae` is not a field; did you mean `invitee_name`?"
    ]
    assert check("{{ invitee_mail|upper }}") == [
        "`invitee_mail` is not a field; did you mean `invitee_email`?"
    ]


def test_every_problem_is_listed_with_its_line():
    errors = check_template(
        "{{ start_time|dat }}\n{{ foo }}\n{% include 'x' %}", vocabulary=VOCABULARY
    )
    assert [error.line for error in errors] == [1, 2, 3]
    assert "`dat` is not a filter; did you mean `date`?" in str(errors[0])


def test_line_of_an_unknown_plain_field():
    errors = check_template("a\r\nb {{\r\n x }}\n{{ start_time }} {{ y }}", vocabulary=VOCABULARY)
    assert [error.line for error in errors] == [2, 4]


@pytest.mark.parametrize(
    "source",
    [
        "{% set total = 3 %}{{ total }}",
        "{% for seat in range(attendee_count) %}{{ loop.index }}{{ seat }}{% endfor %}",
        "{% macro sign(who) %}{{ who }}{{ varargs }}{% endmacro %}{{ sign(invitee_name) }}",
        "{% with a = 1 %}{{ a }}{% endwith %}{{ custom_any }}",
        "{% set n = namespace(x=1) %}{% set n.x = 2 %}{{ n.x }}{{ recipient_timezone }}",
        "{% set text %}x{% endset %}{{ text }}",
    ],
)
def test_names_set_in_the_template_are_known(source):
    assert check(source) == []


def test_names_of_a_loop_end_with_it():
    assert check("{% for seat in range(2) %}{% endfor %}{{ seat }}") == ["`seat` is not a field"]


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("{{ start_time|date(tz='Mars/Base') }}", "not a timezone"),
        ("{{ start_time|date(locale='xx') }}", "not a locale"),
        ("{{ start_time|date('mediun') }}", "did you mean `medium`?"),
        ("{{ start_time|date(zone='UTC') }}", "has no argument `zone`"),
        ("{{ duration|duration('huge') }}", "use narrow, short, long"),
        ("{{ start_time|upper('x') }}", "`upper` doesn't take these arguments"),
        ("{{ start_time|replace('x') }}", "`replace` doesn't take these arguments"),
        ("{{ start_time|round(digits=1) }}", "`round` doesn't take these arguments"),
    ],
)
def test_wrong_literal_arguments_are_found_at_load(source, part):
    assert part in check(source)[0]
    with pytest.raises(TemplateError, match=re.escape(part)):
        compile_template(source)


def test_data_problems_carry_their_path():
    found = check_data({"deal": {"tags": ["x", "{{ nope"]}, "n": 1}, vocabulary=VOCABULARY)
    assert [path for path, _ in found] == ["deal.tags.1"]


@given(st.lists(PIECES, max_size=8).map("".join))
def test_scanning_finds_what_the_parser_finds(source):
    fields = scan_fields(source)
    if fields is None:
        return
    found = analyse(parse_source(source, html=False))
    assert found.errors == []
    assert {name for name, _ in fields} == set(found.variables)


@given(st.lists(PIECES, max_size=8).map("".join))
def test_a_template_that_passes_the_check_compiles(source):
    vocabulary = Vocabulary(
        "tests", {name: ContextField(name, FieldType.TEXT, "") for name in "abcx"}, {}
    )
    if not check_template(source, vocabulary=vocabulary):
        compile_template(source).render({"a": "1", "b": None})


@given(st.lists(PIECES, max_size=8).map("".join))
def test_plain_placeholders_render_as_in_jinja(source):
    if split_placeholders(source) is None:
        return
    context = {"a": 2.0, "x": "<b>"}
    for html in (False, True):
        # an empty comment changes nothing but sends the template through Jinja
        through_jinja = compile_template("{# #}" + source, html=html)
        assert compile_template(source, html=html).render(context) == through_jinja.render(context)


@pytest.mark.parametrize(
    "piece", ["{{ nam%d }}", "{{ duration|dat%d }}", "{{ duration.uper%d() }}"]
)
def test_meaning_of_endless_mistakes_is_not_searched(piece: str) -> None:
    source = "{% if duration %}" + " ".join(piece % at for at in range(1_000)) + "{% endif %}"
    found = check_template(source, vocabulary=VOCABULARY)
    assert len(found) == ERROR_LIMIT
