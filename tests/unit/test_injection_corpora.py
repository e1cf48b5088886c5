"""Hostile spec files, templates, patterns and URLs at the doors that take them without a server."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from aiohttp.abc import AbstractResolver, ResolveResult

from bookflow.actions.outgoing_http import open_http
from bookflow.cli.app import main
from bookflow.domains.booking import BookingDomain
from bookflow.errors import DeliveryError, SpecError, TemplateError
from bookflow.settings import Settings
from bookflow.spec.conditions.patterns import build_search
from bookflow.spec.loading import load_workflow
from bookflow.spec.repository import SpecRepository
from bookflow.spec.templates import compile_template
from tests.corpora import read_spec_files, read_texts

VALID = """\
id: valid
organizer: olive@example.org
name: Valid
trigger: booking_created
actions:
  - {name: Text, type: send_sms, recipient: invitee, message: Hello}
"""
SPEC_FILES = read_spec_files()
SECRET = "a value that no template may show"


@pytest.fixture(scope="module")
def vocabulary() -> Any:
    return BookingDomain(Settings()).vocabulary


def write(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("name", SPEC_FILES)
def test_hostile_spec_file_is_refused_in_its_place(name: str, vocabulary: Any) -> None:
    with pytest.raises(SpecError) as refused:
        load_workflow(write(SPEC_FILES[name]), file="hostile.yaml", vocabulary=vocabulary)
    for issue in refused.value.issues:
        assert issue.file == "hostile.yaml"
        assert len(str(issue)) < 2_000


def test_hostile_files_hide_no_valid_one(tmp_path: Path, vocabulary: Any) -> None:
    for number, text in enumerate(SPEC_FILES.values()):
        (tmp_path / f"hostile-{number}.yaml").write_bytes(write(text))
    (tmp_path / "valid.yaml").write_text(VALID)
    found = SpecRepository(tmp_path, vocabulary).scan()
    assert list(found.workflows) == ["valid"]
    assert len(found.errors) == len(SPEC_FILES)


def test_command_line_shows_hostile_files_without_obeying_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, text in enumerate(SPEC_FILES.values()):
        (tmp_path / f"hostile-{number}.yaml").write_bytes(write(text))
    with pytest.raises(SystemExit) as ended:
        main(["validate", str(tmp_path)])
    said = "".join(capsys.readouterr())
    assert ended.value.code == 1
    assert "Traceback" not in said
    assert not {character for character in said if ord(character) < 32} - {"\n", "\t"}


@pytest.mark.slow
@pytest.mark.parametrize("field", ["id", "organizer", "name", "description", "trigger"])
def test_hostile_text_in_a_spec_is_kept_as_it_is_or_refused(field: str, vocabulary: Any) -> None:
    for text in read_texts("texts") + read_texts("names"):
        try:
            written = yaml.safe_dump({**yaml.safe_load(VALID), field: text})
        except (UnicodeError, yaml.YAMLError):
            continue
        try:
            loaded = load_workflow(write(written), file="a.yaml", vocabulary=vocabulary)
        except SpecError:
            continue
        kept = getattr(loaded.workflow, field)
        assert kept in (text, text.strip(), text or None), (field, text)
        if field == "id":
            assert set(kept) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@pytest.mark.parametrize("source", read_texts("templates"), ids=lambda text: ascii(text[:40]))
def test_hostile_template_shows_nothing_of_python(source: str) -> None:
    context = {"invitee_name": "Ada", "x": "y", "secret": SimpleNamespace(text=SECRET)}
    try:
        text = compile_template(source).render(context)
    except TemplateError as error:
        text = str(error)
    assert len(text) <= 200_000
    for sign in ("<class", "<function", "<module", "<built-in", "object at 0x", "root:", SECRET):
        assert sign not in text


@pytest.mark.parametrize("pattern", read_texts("patterns"), ids=lambda text: ascii(text[:40]))
@pytest.mark.timeout(20)
def test_hostile_pattern_is_refused_or_ends(pattern: str) -> None:
    try:
        search, _ = build_search(pattern, exact=True)
    except ValueError:
        return
    for text in ("a" * 100_000 + "!", "x" * 100_000, "aaa" * 30_000):
        assert search(text) in (True, False)


class Rebinding(AbstractResolver):
    """Answers every name with this machine's own address."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host, host="127.0.0.1", port=port, family=family, proto=0, flags=0
            )
        ]

    async def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def post() -> Callable[[list[str]], dict[str, str]]:
    """Post to each URL; give the code of each refusal."""

    async def refuse(urls: list[str]) -> dict[str, str]:
        codes: dict[str, str] = {}
        settings = Settings(http_timeout_seconds=2.0)
        async with open_http(settings, resolver=Rebinding()) as http:
            for url in urls:
                try:
                    await http.post(url, content=b"{}", headers={})
                    codes[url] = "sent"
                except DeliveryError as error:
                    codes[url] = error.code
        return codes

    return lambda urls: asyncio.run(refuse(urls))


def test_no_spelling_of_an_inner_address_is_connected_to(
    post: Callable[[list[str]], dict[str, str]],
) -> None:
    inner = read_texts("urls")
    codes = post([*inner, "http://rebinding.example/"])
    refused = {url for url, code in codes.items() if code == "address-refused"}
    assert len(refused) > 30
    # other digits and signs are no URL to begin with
    assert {codes[url] for url in codes.keys() - refused} == {"http-url"}


def test_what_is_no_web_address_is_refused(post: Callable[[list[str]], dict[str, str]]) -> None:
    codes = post([url for url in read_texts("odd_urls") if "example.com/" not in url])
    assert "sent" not in codes.values()
    assert not {code for code in codes.values() if code in ("http-timeout", "internal")}


def test_spec_refuses_urls_that_are_none(vocabulary: Any) -> None:
    spec = yaml.safe_load(VALID)
    for url in read_texts("odd_urls") + [
        u for u in read_texts("urls") if "@" in u and "#" not in u
    ]:
        hook = {"name": "Hook", "type": "webhook", "webhook_url": url}
        try:
            written = yaml.safe_dump({**spec, "actions": [hook]})
        except yaml.YAMLError:
            continue
        with pytest.raises(SpecError, match="webhook_url"):
            load_workflow(write(written), file="a.yaml", vocabulary=vocabulary)
