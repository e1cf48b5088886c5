"""The curl lines of docs/api-tour.md work, and show every route there is."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from bookflow.airflow_client.connections import EnvironmentConnections
from bookflow.demo.receivers import SmtpReceiver
from bookflow.web.app import create_app
from tests.recorded_requests import STANDARD_SECRET
from tests.web.conftest import NOW
from tests.web.live_server import serve

pytestmark = pytest.mark.airflow

TOUR = Path(__file__).parents[2] / "docs" / "api-tour.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.M | re.S)
TESTER = "olive@example.org"
# what the tour can't show without something that went wrong, or a provider
UNSEEN = {
    ("POST", "/endpoints/enable"),
    ("POST", "/inbound/sms-status"),
    ("GET", "/incidents/{incident_id}"),
    ("POST", "/incidents/{incident_id}/close"),
}
# lets every curl of the page say what it asked for and what was answered, at the bench's time
RECORDING = """\
set -euo pipefail
date() { echo "$NOW"; }
curl() {
    command curl --silent --show-error --max-time 60 --write-out \\
        '%{stderr}%{http_code} %{method} %{url}\\n' "$@" 2>> asked
}
"""


@pytest.fixture
def smtp() -> Iterator[SmtpReceiver]:
    with SmtpReceiver() as receiver:
        yield receiver


@pytest.fixture
def mailing(workbench: Any, smtp: SmtpReceiver) -> Any:
    """Let live tests send to one address, through a mail server of this machine."""
    options = {"from_email": "desk@example.com", "disable_tls": True, "disable_ssl": True}
    mail = {"conn_type": "smtp", "host": "127.0.0.1", "port": smtp.port, "extra": options}
    environ = {
        **workbench.connections.environ,
        "AIRFLOW_CONN_BOOKFLOW_SMTP": json.dumps(mail),
    }
    workbench.connections = EnvironmentConnections(environ)
    workbench.settings = replace(
        workbench.settings, test_recipients=(TESTER,), allowed_networks=("127.0.0.0/8",)
    )
    workbench.management = replace(
        workbench.management, settings=workbench.settings, connections=workbench.connections
    )
    return workbench


@pytest.fixture
def url(front: Callable[..., Any], dags: Any, mailing: Any, workbench: Any) -> Iterator[str]:
    git = shutil.which("git") or "git"
    for words in (
        ["init", "--quiet", "--initial-branch=main"],
        ["config", "user.name", "Olive"],
        ["config", "user.email", "olive@example.org"],
    ):
        subprocess.run([git, *words], cwd=workbench.settings.specs_dir, check=True, timeout=60)
    with serve(front(create_app(lambda: workbench))) as address:
        yield address


def list_expected(script: str) -> list[str]:
    """Give the status each curl is to be answered with: the one in its comment, else 2xx."""
    text = script.replace("\\\n", " ")
    called = [line for line in text.splitlines() if re.search(r"(^|\$\()curl ", line)]
    found = [re.search(r"  # (\d{3})$", line) for line in called]
    return [one[1] if one else "2.." for one in found]


def test_every_line_of_the_tour_works(url: str, tmp_path: Path, smtp: SmtpReceiver) -> None:
    bash = shutil.which("bash")
    assert bash is not None, "the tour needs bash"
    assert shutil.which("curl") is not None, "the tour needs curl: apt-get install curl"
    script = "".join(BLOCK.findall(TOUR.read_text(encoding="utf-8")))
    place = tmp_path / "tour"
    place.mkdir()
    (place / "tour.sh").write_text(RECORDING + script, encoding="utf-8")
    environment = {
        "PATH": os.environ["PATH"],
        "URL": url,
        "NAME": "admin",
        "PASSWORD": "secret of admin",
        "SECRET": STANDARD_SECRET,
        "NOW": str(int(NOW.timestamp())),
    }
    done = subprocess.run(
        [bash, "tour.sh"], cwd=place, env=environment, capture_output=True, text=True, timeout=100
    )
    asked = [line.split(" ", 2) for line in (place / "asked").read_text().splitlines()]
    said = f"{done.stderr}\n{done.stdout[-1000:]}"
    expected = list_expected(script)
    for (status, method, address), wanted in zip(asked, expected, strict=False):
        assert re.fullmatch(wanted, status), f"{method} {address}: {status}, not {wanted}\n{said}"
    assert done.returncode == 0, said
    assert len(asked) == len(expected)
    routes = list_routes()
    [sent] = smtp.wait_for(1)
    assert sent.recipients == (TESTER,)
    assert sent.subject.startswith("[Test] See you on")
    unseen = routes - {match_route(routes, method, address) for _, method, address in asked}
    assert unseen == UNSEEN


def list_routes() -> set[tuple[str, str]]:
    """Give every route of the API, below its prefix."""
    paths = create_app(lambda: None).openapi()["paths"]  # type: ignore[arg-type,return-value]
    return {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in paths.items()
        for method in methods
    }


def match_route(routes: set[tuple[str, str]], method: str, address: str) -> tuple[str, str]:
    """Find the route that a request went to: the one with the fewest parameters."""
    path = urlsplit(address).path.partition("/api/v1")[2]
    fitting = [
        (kind, route)
        for kind, route in routes
        if kind == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route), path)
    ]
    return min(fitting, key=lambda one: one[1].count("{"), default=(method, path))
