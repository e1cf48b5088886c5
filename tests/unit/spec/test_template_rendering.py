import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bookflow.errors import TemplateError
from bookflow.spec.templates import compile_data, compile_template, render_data

MOMENT = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
PLUGINS = Path(__file__).parents[3] / "plugins"


def render(source: str, *, html: bool = False, **context: object) -> str:
    return compile_template(source, html=html).render(context)


@pytest.mark.parametrize(
    ("source", "context", "expected"),
    [
        ("Hello {{ invitee_name }}!", {}, "Hello Guest!"),
        ("Hello {{ invitee_name }}!", {"invitee_name": None}, "Hello Guest!"),
        ("Hello {{ invitee_name }}!", {"invitee_name": "  "}, "Hello Guest!"),
        ("{{ invitee_name|upper }}", {}, "GUEST"),
        ("{{ organizer_name ~ ', ' ~ event_type_name }}", {}, "your host, your meeting"),
        ("[{{ meeting_link }}{{ a.b.c }}{{ a['b'] }}]", {}, "[]"),
        ("{{ x|default('y') }}{{ x|d('z') }}", {"x": None}, "yz"),
        ("{{ invitee_name|default('y') }}", {}, "y"),
        ("{% if invitee_name %}a{% else %}b{% endif %}", {}, "b"),
        ("{% if x > 5 or 5 < x or x in 'ab' or 'a' in x %}a{% else %}b{% endif %}", {}, "b"),
        ("{{ x + 1 }}{{ 1 - x }}{{ x ~ 'a' }}{{ -x }}{{ x * 2 }}", {}, "11a00"),
        ("{% for a in x %}{{ a }}{% else %}none{% endfor %}", {}, "none"),
        ("{{ x|length }}{{ x|join }}{{ x|date }}{{ x|sum }}{{ x|phone }}", {}, "00"),
        ("{{ d.a }}|{{ d.b }}", {"d": {"a": None, "b": [None, 1]}}, "|, 1"),
        ("{{ x is none }} {{ x is defined }}", {}, "true false"),
        ("{{ m|sort(attribute='a')|map(attribute='a')|join(',') }}", {"m": [{"a": 1}, {}]}, ",1"),
    ],
)
def test_missing_values_become_defaults(source, context, expected):
    assert render(source, **context) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ flag }} {{ sixty }} {{ half }} {{ price }}", "true 60 1.5 9.90"),
        ("{{ names }}", "Ada, Bo"),
        ("{% for n in names %}{{ loop.index }}.{{ n }}{{ ' ' if not loop.last }}{% endfor %}",
         "1.Ada 2.Bo"),
        ("{{ names|join(' & ') }} {{ names|first|lower }} {{ names|length }}", "Ada & Bo ada 2"),
        ("{{ answers.team }} {{ answers['team'] }} {{ answers.get('x', '-') }}", "Red Red -"),
        ("{{ names[0][:2] }}{{ names[5] }}", "Ad"),
        ("{% if seats > 3 %}many{% endif %} {{ 1 < seats|int <= 5 }}", "many true"),
        ("{% set n = namespace(t=0) %}{% for i in [1, 2] %}{% set n.t = n.t + i %}{% endfor %}"
         "{{ n.t }}", "3"),
        ("{% macro b(t) %}<{{ t }}{{ caller() }}>{% endmacro %}{% call b('x') %}y{% endcall %}",
         "<xy>"),
        ("{% filter upper %}a{{ names[0] }}{% endfilter %}", "AADA"),
        ("{{ 'a-b'.split('-')[1] }}{{ ' x '.strip() }}{{ '-'.join(names) }}", "bxAda-Bo"),
        ("{{ 'aa'|replace('a', 'b') }} {{ 2.55|round(1) }} {{ -3|abs }} {{ '4'|int * 2 }}",
         "bb 2.5 3 8"),
        ("{{ answers|tojson }}", '{"team": "Red"}'),
        ("{{ people|selectattr('on')|map(attribute='name')|join }}", "Cy"),
        ("{% for p in tree recursive %}{{ p.n }}{{ loop(p.kids) if p.kids }}{% endfor %}", "12"),
        ("a\r\nb\n", "a\nb\n"),
    ],
)  # fmt: skip
def test_jinja_works(source, expected):
    context = {
        "flag": True, "sixty": 60.0, "half": 1.5, "price": Decimal("9.90"), "names": ["Ada", "Bo"],
        "answers": {"team": "Red"}, "seats": "4",
        "people": [{"name": "Cy", "on": True}, {"name": "Di", "on": False}],
        "tree": [{"n": 1, "kids": [{"n": 2}]}],
    }  # fmt: skip
    assert compile_template(source).render(context) == expected


@pytest.mark.parametrize(
    "source",
    [
        "{{ x }}",
        "{{ x|trim }}",
        "{{ '' ~ x }}",
        "{{ [x]|join }}",
        "{{ x|string }}",
        "{% macro m() %}{{ x }}{% endmacro %}{{ m() }}",
        "{% set y %}{{ x }}{% endset %}{{ y }}",
        "{{ x|nl2br }}",
        "{{ ''.join([x]) }}",
    ],
)
def test_html_is_escaped_once_and_text_never(source):
    assert render(source, html=True, x="<b>&") == "&lt;b&gt;&amp;"
    assert render(source, x="<b>&") == "<b>&"


def test_json_in_html_stays_inside_an_attribute():
    assert '"' not in render("{{ x|tojson }}", html=True, x='"><b>')


def test_single_line_never_holds_line_breaks():
    template = compile_template("Hi\n {{ x }}  {{ y|upper }}", single_line=True)
    text = template.render({"x": "a\r\nBcc: b@c", "y": "\u2028\x0b\x00z\x85"})
    assert text == "Hi a Bcc: b@c Z"


@pytest.mark.parametrize(
    ("zone", "moment", "expected"),
    [
        ("Europe/Berlin", datetime(2026, 3, 29, 0, 30, tzinfo=UTC), "Mar 29, 2026, 1:30 AM CET"),
        ("Europe/Berlin", datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "Mar 29, 2026, 3:30 AM CEST"),
        ("Europe/Berlin", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Oct 25, 2026, 2:30 AM CEST"),
        ("Europe/Berlin", datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Oct 25, 2026, 2:30 AM CET"),
        ("America/New_York", datetime(2026, 3, 8, 6, 59, tzinfo=UTC), "Mar 8, 2026, 1:59 AM EST"),
        ("America/New_York", datetime(2026, 3, 8, 7, 0, tzinfo=UTC), "Mar 8, 2026, 3:00 AM EDT"),
        ("America/New_York", datetime(2026, 11, 1, 6, 0, tzinfo=UTC), "Nov 1, 2026, 1:00 AM EST"),
        ("Asia/Kolkata", MOMENT, "Mar 30, 2026, 1:30 PM IST"),
        ("Australia/Lord_Howe", MOMENT, "Mar 30, 2026, 7:00 PM GMT+11"),
        ("Australia/Lord_Howe", datetime(2026, 7, 1, tzinfo=UTC),
         "Jul 1, 2026, 10:30 AM GMT+10:30"),
        ("No/Where", MOMENT, "Mar 30, 2026, 8:00 AM UTC"),
    ],
)  # fmt: skip
def test_moments_have_the_offset_of_their_own_day(zone, moment, expected):
    assert render("{{ t }}", t=moment, invitee_timezone=zone) == expected
    assert render("{{ t|datetime }}", t=moment.isoformat(), invitee_timezone=zone) == expected
    elsewhere = moment.astimezone(ZoneInfo("Pacific/Auckland"))
    assert render("{{ t ~ '' }}", t=elsewhere, invitee_timezone=zone) == expected


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("en", "Monday, March 30, 2026|10:00 AM|Monday|1 hour 30 minutes"),
        ("en-GB", "Monday, 30 March 2026|10:00|Monday|1 hour 30 minutes"),
        ("de", "Montag, 30. März 2026|10:00|Montag|1 Stunde 30 Minuten"),
        ("fr", "lundi 30 mars 2026|10:00|lundi|1 heure 30 minutes"),
        ("es", "lunes, 30 de marzo de 2026|10:00|lunes|1 hora 30 minutos"),
        ("ja", "2026年3月30日月曜日|10:00|月曜日|1 時間 30 分"),
        ("ar", "الاثنين، 30 مارس 2026|10:00 ص|الاثنين|ساعة 30 دقيقة"),
        ("xx", "Monday, March 30, 2026|10:00 AM|Monday|1 hour 30 minutes"),
    ],
)
def test_filters_write_the_readers_language(locale, expected):
    text = render(
        "{{ t|date('full') }}|{{ t|time }}|{{ t|weekday }}|{{ 90|duration }}",
        t=MOMENT,
        invitee_timezone="Europe/Berlin",
        invitee_locale=locale,
    )
    assert text == expected


def test_the_recipient_comes_before_the_invitee_and_the_organizer():
    context = {
        "t": MOMENT,
        "recipient_timezone": "Asia/Tokyo",
        "invitee_timezone": "Europe/Berlin",
        "organizer_timezone": "America/New_York",
        "recipient_locale": "de",
    }
    template = compile_template(
        "{{ t|time }} {{ t|time(tz='invitee') }} {{ t|time('short', 'organizer', 'en') }} "
        "{{ t|time(tz='Asia/Kolkata') }} {{ t|in_timezone('organizer')|time }}"
    )
    assert template.render(context) == "17:00 10:00 4:00 AM 13:30 04:00"
    del context["recipient_timezone"]
    del context["invitee_timezone"]
    assert template.render(context).split()[0] == "04:00"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ t|date('yyyy-MM-dd HH:mm') }}", "2026-03-30 10:00"),
        ("{{ t|date('short') }}", "3/30/26"),
        ("{{ t|time('full') }}", "10:00 AM Central European Summer Time"),
        ("{{ t|timezone_name }}", "Central European Summer Time"),
        ("{{ t|timezone_name('short') }}", "CEST"),
        ("{{ 'Asia/Tokyo'|timezone_name }}", "Japan Time"),
        ("{{ '2026-03-30'|date }}", "March 30, 2026"),
        ("{{ '2026-03-30T10:00:00'|time }}", "10:00 AM"),
        ("{{ 'soon'|date }} {{ 'soon'|duration }}", "soon soon"),
        ("{{ t|date(x) }}", "Mar 30, 2026"),
        ("{{ t|time(tz=x) }}", "10:00 AM"),
        ("{{ 1500|duration }}, {{ 0|duration }}", "1 day 1 hour, 0 minutes"),
        ("{{ 90|duration('short') }}", "1 hr 30 min"),
        ("{{ t.strftime('%d.%m.') }}{{ t.year }}", "30.03.2026"),
        ("{{ later - t }}", "45 minutes"),
        ("{{ '+4930901820'|phone }}", "+49 30 901820"),
        ("{{ '030 901820'|phone('e164', 'DE') }}", "+4930901820"),
        ("{{ 'call me'|phone }}", "call me"),
    ],
)
def test_people_filters(source, expected):
    context = {
        "t": MOMENT,
        "later": MOMENT + timedelta(minutes=45),
        "x": "{" * 500,
        "invitee_timezone": "Europe/Berlin",
        "organizer_timezone": "Europe/Berlin",
    }
    assert compile_template(source).render(context) == expected


def test_data_keeps_shape_and_types():
    data = {
        "n": "{{ n }}", "flag": "{{ flag }}", "tags": "{{ tags }}", "text": "n={{ n }}",
        "at": "{{ at }}", "in": ["at {{ at }}", {"deep": "{{ n + 1 }}"}], "fixed": 7, "none": None,
        "gone": "{{ gone }}", "who": "{{ invitee_name }}", "price": "{{ price }}",
    }  # fmt: skip
    context = {"n": 3, "flag": True, "tags": ["a", MOMENT], "at": MOMENT, "price": Decimal("9.5")}
    assert render_data(data, context) == {
        "n": 3, "flag": True, "tags": ["a", "2026-03-30T08:00:00+00:00"], "text": "n=3",
        "at": "2026-03-30T08:00:00+00:00",
        "in": ["at 2026-03-30T08:00:00+00:00", {"deep": 4}], "fixed": 7, "none": None,
        "gone": "", "who": "Guest", "price": 9.5,
    }  # fmt: skip


def test_data_for_headers_is_text_on_one_line():
    template = compile_data({"X-Seats": "{{ n }}", "X-Note": "{{ note }}"}, single_line=True)
    assert template.variables == {"n", "note"}
    assert template.render({"n": 3, "note": "a\r\nX-Evil: 1"}) == {
        "X-Seats": "3",
        "X-Note": "a X-Evil: 1",
    }


def test_data_errors_name_their_path_and_share_one_budget():
    with pytest.raises(TemplateError, match=r"^deal\.tags\.0: "):
        compile_data({"deal": {"tags": ["{{ x"]}})
    loop = "{% for i in range(9999) %}{% endfor %}"
    with pytest.raises(TemplateError, match="too long"):
        render_data([loop] * 50, {})
    deep: object = "x"
    for _ in range(100):
        deep = [deep]
    with pytest.raises(TemplateError, match="nested"):
        compile_data(deep)


def test_variables_are_those_from_outside():
    template = compile_template("{% for a in b %}{{ a }}{{ c|default(d) }}{% endfor %}")
    assert template.variables == {"b", "c", "d"}
    assert compile_template("{{ x }} {{ y }}").variables == {"x", "y"}


def test_threads_share_a_template():
    template = compile_template("{% for i in range(50) %}{{ x }}{% endfor %}")
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda n: template.render({"x": n}), range(64)))
    assert results == [str(n) * 50 for n in range(64)]


def test_importing_loads_neither_babel_nor_phonenumbers():
    code = (
        "import sys, bookflow.spec.templates;"
        "raise SystemExit(bool({'babel', 'phonenumbers'} & set(sys.modules)))"
    )
    environment = {**os.environ, "PYTHONPATH": str(PLUGINS)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=False)
    assert done.returncode == 0
