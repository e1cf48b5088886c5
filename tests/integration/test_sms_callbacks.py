"""From a text over its provider's callback to the delivery, on real sockets and PostgreSQL."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest

from bookflow.airflow_client.connections import EnvironmentConnections
from bookflow.demo.receivers import SmsReceiver
from bookflow.journey.inbound.door import Arrival
from bookflow.ports.inbound import SMS_STATUS_PATH
from tests.integration.conftest import TEXT, Office

pytestmark = pytest.mark.database


class CallbackServer(ThreadingHTTPServer):
    """Passes callbacks on to an office, once there is one."""

    office: Office | None = None

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.verdicts: list[str] = []
        self.arrived = threading.Condition()

    def wait_for(self, count: int) -> list[str]:
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.verdicts) >= count, timeout=20)
            return list(self.verdicts)


class _Handler(BaseHTTPRequestHandler):
    server: CallbackServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        parts = urlsplit(self.path)
        assert parts.path == SMS_STATUS_PATH
        assert self.server.office is not None
        desk = self.server.office.server.inbound
        received = desk.texts.receive(Arrival(headers, body, "127.0.0.1"), query=parts.query)
        self.send_response(204)
        self.end_headers()
        with self.server.arrived:
            self.server.verdicts.append(received.verdict.value)
            self.server.arrived.notify_all()

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def callbacks() -> Iterator[CallbackServer]:
    with CallbackServer() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join(timeout=10)


@pytest.mark.parametrize(
    ("reports", "status", "code"),
    [(("sent", "delivered"), "delivered", None), (("undelivered",), "failed", "twilio-30003")],
)
def test_provider_tells_what_became_of_a_text(
    open_office: Callable[..., Office],
    database: str,
    make_booking: Callable[..., dict[str, Any]],
    callbacks: CallbackServer,
    reports: tuple[str, ...],
    status: str,
    code: str | None,
) -> None:
    with SmsReceiver(reports=reports) as sms:
        office = open_office(database, public_url=f"http://127.0.0.1:{callbacks.server_port}")
        connection = {
            "host": sms.url,
            "login": sms.account,
            "password": "demo-token",
            "extra": {"from": "+12025550100", "status_callbacks": True},
        }
        office.connections = EnvironmentConnections(
            {**office.connections.environ, "AIRFLOW_CONN_BOOKFLOW_SMS": json.dumps(connection)}
        )
        callbacks.office = office
        office.write("text", TEXT)
        office.send(make_booking())
        office.run("text")
        assert len(callbacks.wait_for(len(reports))) == len(reports)
        [execution] = office.read().values()
        [delivery] = execution["execution_log"][0]["deliveries"]
        assert (delivery["status"], delivery["error_code"]) == (status, code)
        assert (delivery["attempts"], delivery["provider_id"]) == (1, sms.messages[0].sid)
        assert delivery["sent_at"] is not None
        assert sms.messages[0].callback.endswith(f"{SMS_STATUS_PATH}?delivery={delivery['id']}")
        requests = office.server.inbound.requests
        from bookflow.ports.inbound import InboundFilter

        kept = requests.list_requests(InboundFilter("sms-status"), limit=9, cursor=None).items
        assert kept[0]["verdict"] == "accepted"
