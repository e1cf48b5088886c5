"""What the documentation says is true: snippets load, commands, options, targets, links exist."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from bookflow.cli.app import app, main
from bookflow.domains.booking import BOOKING_VOCABULARY
from bookflow.settings import PREFIX, Settings
from bookflow.spec.conditions.operators import OPERATORS
from bookflow.spec.loading import load_workflow

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BOOKING = ROOT / "docs" / "examples" / "booking.json"
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.M | re.S)
OPTION = re.compile(r"--[a-z][a-z-]*")
# the shell's variables of `bookflow trigger`, which are no settings of Airflow's processes
COMMAND_VARIABLES = {"BOOKFLOW_URL", "BOOKFLOW_USERNAME", "BOOKFLOW_PASSWORD", "BOOKFLOW_TOKEN"}
AROUND_CONDITIONS = """\
id: around
organizer: hana@example.com
name: Around
trigger: booking_created
actions:
  - name: only
    type: send_sms
    recipient: invitee
    message: Hello
"""


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def snippets(page: Path) -> Iterator[tuple[str, str]]:
    """Give (language, text) of every fenced block."""
    for indent, language, text in FENCE.findall(read(page)):
        yield language, textwrap.dedent(text) if indent else text


def code(page: Path) -> Iterator[str]:
    """Give every piece of code: the lines of fenced blocks, continued ones joined, and spans."""
    for language, text in snippets(page):
        if language in ("", "sh", "bash"):
            yield from text.replace("\\\n", " ").splitlines()
    yield from re.findall(r"`([^`\n]+)`", FENCE.sub("", read(page)))


def pages_and(kind: str) -> list[Any]:
    found = [
        (page, text) for page in PAGES for language, text in snippets(page) if language == kind
    ]
    return [
        pytest.param(text, id=f"{page.name}-{number}")
        for number, (page, text) in enumerate(found, start=1)
    ]


def load(text: str) -> Any:
    return load_workflow(text, file="snippet.yaml", vocabulary=BOOKING_VOCABULARY)


@pytest.mark.parametrize("text", pages_and("yaml"))
def test_yaml_on_a_page_is_a_valid_spec_or_part_of_one(text: str) -> None:
    data = yaml.safe_load(text)
    if "actions" not in data:
        assert set(data) == {"conditions"}, "neither a whole spec nor conditions"
        text = AROUND_CONDITIONS + textwrap.indent(text, "    ")
    assert not load(text).warnings


@pytest.mark.parametrize("text", pages_and("json"))
def test_json_on_a_page_is_json(text: str) -> None:
    json.loads(text)


def test_first_spec_of_the_readme_would_run_on_the_example_booking(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    specs = {load(text).workflow.id: text for kind, text in snippets(PAGES[0]) if kind == "yaml"}
    path = tmp_path / "hello.yaml"
    path.write_text(specs["hello"], encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["test", str(path), "--booking", str(BOOKING), "--format", "json"])
    assert not ended.value.code
    answer = json.loads(capsys.readouterr().out)
    assert answer["matches"] is True
    [action] = answer["actions"]
    assert action["status"] == "would_run"
    assert action["rendered"]["subject"] == "See you Thursday, Ida Invitee"


def test_first_screen_of_the_readme_shows_what_the_product_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [text] = [text for kind, text in snippets(PAGES[0]) if kind == "yaml" and "welcome" in text]
    shown = next(text for kind, text in snippets(PAGES[0]) if not kind and "would_run" in text)
    path = tmp_path / "welcome-teams.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit):
        main(["test", str(path), "--booking", str(BOOKING)])
    said = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    for line in shown.splitlines():
        if line.strip() and "payload" not in line:
            assert line.rstrip() in said


def calls(page: Path) -> Iterator[list[str]]:
    """Give the words of every `bookflow …` command on a page."""
    for piece in code(page):
        found = re.match(r"(?:\$ )?(?:\.venv/bin/|python -m )?bookflow ([a-z].*)", piece.strip())
        if found:
            yield re.split(r"\s+[>|#]", found[1])[0].split()


def options_of(words: list[str]) -> set[str]:
    """Find the command that the words name; give its options."""
    command: Any = typer.main.get_command(app)
    path = []
    while hasattr(command, "commands"):
        name = words[len(path)] if len(path) < len(words) else ""
        assert name in command.commands, f"there is no command `bookflow {' '.join(words)}`"
        command = command.commands[name]
        path.append(name)
    return {option for parameter in command.params for option in parameter.opts}


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_on_a_page_exist_with_their_options(page: Path) -> None:
    for words in calls(page):
        used = set(OPTION.findall(" ".join(words)))
        assert used <= options_of(words), " ".join(words)


def test_readme_names_commands_with_options_at_all() -> None:
    found = [words for page in PAGES for words in calls(page)]
    assert {words[0] for words in found} >= {"validate", "test", "trigger", "schema", "db", "stats"}
    assert any(OPTION.search(" ".join(words)) for words in found)


def test_table_of_commands_lists_every_command() -> None:
    named = {" ".join(words[:2]) if words[0] == "db" else words[0] for words in calls(PAGES[0])}
    group: Any = typer.main.get_command(app)
    existing = set(group.commands) - {"db"}
    existing |= {f"db {name}" for name in group.commands["db"].commands}
    # `make demo` is how people start it
    assert named == existing - {"demo"}


def test_command_of_the_compose_file_exists() -> None:
    compose = yaml.safe_load(read(ROOT / "docker-compose.yaml"))
    [text] = compose["services"]["migrate"]["command"]
    [call] = re.findall(r"python -m bookflow (.+)", text)
    assert set(OPTION.findall(call)) <= options_of(call.split())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_targets_on_a_page_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", read(ROOT / "Makefile"), re.M))
    named = {
        found[1] for piece in code(page) if (found := re.match(r"make ([a-z-]+)", piece.strip()))
    }
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_on_a_page_lead_somewhere(page: Path) -> None:
    text = FENCE.sub("", read(page))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        linked = (page.parent / file).resolve() if file else page
        assert linked.is_relative_to(ROOT), target
        assert linked.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", read(linked), re.M)
            slugs = {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}
            assert anchor in slugs, target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_settings_on_a_page_exist(page: Path) -> None:
    known = {PREFIX + item.name.upper() for item in fields(Settings)} | COMMAND_VARIABLES
    named = set(re.findall(r"(?<![A-Z_])BOOKFLOW_[A-Z_]+[A-Z]", read(page)))
    assert named <= known


def test_triggers_and_operators_of_the_page_on_specs_are_all_there_are() -> None:
    text = read(ROOT / "docs" / "specs.md")
    row = next(line for line in text.splitlines() if line.startswith("| `trigger` |"))
    assert sorted(re.findall(r"`(\w+)`", row)[1:]) == sorted(BOOKING_VOCABULARY.triggers)
    table = text.partition("| operator | value |")[2].partition("\n\n")[0]
    listed = [name for line in table.splitlines() for name in re.findall(r"`(\w+)`", line[:120])]
    assert set(OPERATORS) <= set(listed)
