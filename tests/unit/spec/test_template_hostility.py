"""Templates that try to escape or to run away end quickly, with an error or harmless text."""

import resource
import time
from datetime import UTC, datetime

import pytest

from bookflow.errors import TemplateError
from bookflow.spec.templates import compile_template

CONTEXT = {
    "x": "text",
    "big": "ab" * 400_000,
    "names": ["Ada", "Bo"],
    "answers": {"__class__": "an answer", "items": 1},
}
FORBIDDEN = [
    "{{ ''.__class__.__mro__ }}",
    "{{ x.__class__ }}",
    "{{ x['__class__'] }}",
    "{{ x|attr('__class__') }}",
    "{{ x|attr('upper') }}",
    "{{ ().__class__.__bases__[0].__subclasses__() }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ cycler('a') }}",
    "{{ joiner() }}",
    "{{ lipsum() }}",
    "{{ dict(a=1) }}",
    "{{ self }}",
    "{{ self.__init__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ super() }}",
    "{{ _x }}",
    "{{ '{0.__class__}'.format(x) }}",
    "{{ '{0.__class__}'.format_map({'0': x}) }}",
    "{{ ('{0.__class__}'.format)(x) }}",
    "{{ '%s'|format(x) }}",
    "{{ names|map(attribute='x', default=x.__class__)|list }}",
    "{{ names|groupby('__class__') }}",
    "{{ x|pprint }}",
    "{{ {'a': 1}|xmlattr }}",
    "{{ x|safe }}",
    "{{ x|urlize }}",
    "{{ ('a' * 1000)|center(10**9) }}",
    "{{ 'a'|indent(10**9) }}",
    "{{ 'a'|wordwrap(1) }}",
    "{{ 'a'|filesizeformat }}",
    "{{ 'a'|bookflow.step(-100000) }}",
    "{{ ['a']|map('bookflow.step')|list }}",
    "{{ ['a']|map('attr', '__class__')|list }}",
    "{% import 'x' as y %}",
    "{% from 'x' import y %}",
    "{% include 'x' %}",
    "{% extends 'x' %}",
    "{% block a %}{% endblock %}",
    "{% autoescape false %}{{ x }}{% endautoescape %}",
    "{% do x.append(1) %}",
    "{{ names.append(1) }}",
    "{{ names.__len__() }}",
    "{{ x.encode('utf-8') }}",
    "{{ x.zfill(10**9) }}",
    "{{ x.ljust(10**9) }}",
    "{{ x.expandtabs(10**9) }}",
    "{{ x.translate({}) }}",
    "{{ x() }}",
    "{{ x.upper(*names) }}",
    "{{ range(**answers) }}",
    "{{ pickle.loads('x') }}",
    "{{ '' if x else __import__('os') }}",
    "{% macro __m() %}{% endmacro %}",
    "{% set _a = 1 %}",
    "{{ 10000000000000000000000000 }}",
    "{{ " + "9" * 5000 + " }}",
    "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "{{ x" + "|upper" * 500 + " }}",
    "{{ " + "not " * 3000 + "x }}",
    "{% for a in names %}" * 12 + "{% endfor %}" * 12,
    "{{ x|upper }}" * 7000,
    "x" * 100_001,
    "{{ x",
    "{% if x %}",
]
RUNAWAY = [
    "{% for a in range(10**9) %}x{% endfor %}",
    "{{ range(10**30) }}",
    "{{ range(100000)|list|length }}{{ range(100000)|list|length }}",
    "{% for a in range(1000) %}{% for b in range(1000) %}{{ b }}{% endfor %}{% endfor %}",
    "{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}",
    "{% for a in range(100000) if false %}{% endfor %}" * 3,
    "{% for a in range(99999) %}" + "{% set b = a %}" * 3000 + "{% endfor %}",
    "{% for a in range(99999) %}" + "y" * 90_000 + "{% endfor %}",
    "{% for a in range(99999) %}{{ big }}{% endfor %}",
    "{% set c %}{% for a in range(99999) %}{{ big }}{% endfor %}{% endset %}",
    "{% macro m() %}{% for a in range(99999) %}"
    + "y" * 50_000
    + "{% endfor %}{% endmacro %}{{ m()|length }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
    "{% macro m(a) %}{{ caller() }}{% endmacro %}"
    "{% for i in range(99999) %}{% call m(i) %}" + "z" * 500 + "{% endcall %}{% endfor %}",
    "{% for a in [[1]] recursive %}{{ loop([a]) }}{% endfor %}",
    "{% for a in range(9) recursive %}{{ loop(range(99999)) }}{% endfor %}",
    "{{ 'a' * 10**9 }}",
    "{{ 10**9 * 'a' }}",
    "{{ [1] * 10**9 }}",
    "{{ (1,) * 10**9 }}",
    "{{ 2 ** 10**9 }}",
    "{{ 9**64 }}",
    "{{ '%999999999d' % 1 }}",
    "{{ 10.0 ** 64 ** 9 }}",
    "{{ (0 - 8) ** 0.5 }}",
    "{{ 1 / 0 }}",
    "{{ 1 % 0 }}",
    "{{ '%999999999d' ~ 1 % '' }}",
    "{% set n = namespace(v='aaaaaaaa') %}"
    "{% for i in range(60) %}{% set n.v = n.v ~ n.v %}{% endfor %}",
    "{% set n = namespace(v='aaaaaaaa') %}"
    "{% for i in range(60) %}{% set n.v = n.v + n.v %}{% endfor %}",
    "{% set n = namespace(v=[1]) %}{% for i in range(60) %}{% set n.v = n.v + n.v %}{% endfor %}",
    "{% set n = namespace(v=[1]) %}{% for i in range(60) %}{% set n.v = [n.v, n.v] %}{% endfor %}"
    "{{ n.v }}",
    "{% set n = namespace(v=(1,)) %}"
    "{% for i in range(60) %}{% set n.v = (n.v, n.v) %}{% endfor %}{{ {n.v: 1} }}",
    "{% set n = namespace(v=2) %}{% for i in range(60) %}{% set n.v = n.v * n.v %}{% endfor %}",
    "{% set n = namespace(v='ab') %}"
    "{% for i in range(60) %}{% set n.v = n.v.replace('a', n.v) %}{% endfor %}",
    "{% set n = namespace(v='ab') %}"
    "{% for i in range(60) %}{% set n.v = n.v|replace('', n.v) %}{% endfor %}",
    "{% for i in range(99999) %}{% set a = big[1:] %}{% endfor %}",
    "{% for i in range(99999) %}{% if 'zz' in big %}{% endif %}{% endfor %}",
    "{% for i in range(99999) %}{% set a = big|upper %}{% endfor %}",
    "{% for i in range(99999) %}{% set a = big.count('z') %}{% endfor %}",
    "{{ big.split('a')|length }}",
    "{{ big|list|length }}",
    "{{ big|join(big) }}",
    "{{ (big, big, big, big, big, big)|tojson|length }}",
    "{{ 'a'.join(range(99999)) }}{{ big.join(range(99)) }}",
    "{{ names|batch(10**9, 'x')|list }}",
    "{{ names|slice(10**9)|list }}",
    "{{ 1.5|round(10**9, 'ceil') }}",
    "{{ 'x'|truncate(10**9) }}",
    "{{ [[1]]|sum(start=[]) }}",
    "{{ start.strftime('%1000000000Y') }}",
]
HARMLESS = {
    "{{ cycler }}|{{ range }}|{{ namespace }}": "||",
    "{{ names|map(attribute='__class__')|join }}": "",
    "{{ names|sort(attribute='__class__')|join(',') }}": "Ada,Bo",
    "{{ names|selectattr('__class__')|list|length }}": "0",
    "{% set k = '__cla' ~ 'ss__' %}{{ x[k] }}{{ names[k] }}": "",
    "{{ x.format }}{{ x.upper }}{{ names.append }}": "",
    "{{ answers.items() |length }}": "2",
    "{{ answers|tojson }}": '{"__class__": "an answer", "items": 1}',
    "{{ none.a.b.c }}{{ nothing.a.b['c'] }}": "",
    "{% macro m() %}{% endmacro %}{{ m }}{{ m.__name__ if false }}": None,
    "{% for a in names %}{{ loop }}{{ loop.index }}{% endfor %}": "12",
    "{% set n = namespace() %}{% set n.me = n %}{{ n }}{{ n.me.me }}": "",
    "{{ 10 ** 5 }} {{ 'ab' * 2 }} {{ [1] * 2 }}": "100000 abab 1, 1",
}


def run_measured(source: str, *, html: bool = False) -> str | TemplateError:
    context = {**CONTEXT, "start": datetime(2026, 3, 30, 8, tzinfo=UTC)}
    began = time.process_time()
    try:
        return compile_template(source, html=html).render(context)
    except TemplateError as error:
        return error
    finally:
        assert time.process_time() - began < 20


@pytest.mark.parametrize("source", FORBIDDEN, ids=lambda source: source[:50])
def test_forbidden_template_does_not_compile(source):
    began = time.process_time()
    with pytest.raises(TemplateError):
        compile_template(source)
    assert time.process_time() - began < 20


@pytest.mark.slow
@pytest.mark.parametrize("html", [False, True], ids=["text", "html"])
@pytest.mark.parametrize("source", RUNAWAY, ids=lambda source: source[:50])
def test_runaway_template_ends_with_an_error(source, html):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = run_measured(source, html=html)
    assert isinstance(result, TemplateError), str(result)[:100]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000


@pytest.mark.parametrize(("source", "expected"), HARMLESS.items())
def test_prodding_template_gives_harmless_text(source, expected):
    result = run_measured(source)
    if expected is None:
        assert isinstance(result, TemplateError)
    else:
        assert result == expected


def test_plain_placeholders_obey_the_output_limit():
    with pytest.raises(TemplateError, match="longer than"):
        compile_template("{{ big }}{{ big }}").render(CONTEXT)


def test_runtime_error_names_its_line():
    with pytest.raises(TemplateError) as caught:
        compile_template("one\ntwo {{ x }}\n{{ 1 // 0 }}").render(CONTEXT)
    assert caught.value.line == 3


def test_values_are_never_templates_themselves():
    template = compile_template("{{ x }} {{ x|upper }}")
    assert template.render({"x": "{{ 7 * 7 }}"}) == "{{ 7 * 7 }} {{ 7 * 7 }}"
