"""The peer of the burst: a Celery worker pool that takes one message at a time from Redis."""

from __future__ import annotations

import os
import smtplib
from functools import cache
from typing import Any

import httpx
import psycopg
from celery import Celery

from benchmarks.peers.follow_up import UPDATE, Places, is_wanted, link_of, write_mail

app = Celery("peer", broker=os.environ.get("PEER_BROKER", "redis://127.0.0.1:6379/0"))
app.conf.update(
    # what a team that fears lost messages sets
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=4,
    broker_connection_retry_on_startup=True,
)


# named, since the process that feeds the queue runs this module under another name
@app.task(name="follow_up")  # type: ignore[untyped-decorator]
def follow_up(booking: dict[str, Any]) -> None:
    """Send, call and update, one after the other."""
    if not is_wanted(booking):
        return
    _mail_server().send_message(write_mail(booking, _places().mail_user))
    _http().post(_places().webhook_url, json={"booking": booking}).raise_for_status()
    _database().execute(UPDATE, (link_of(booking), booking["id"]))


@cache
def _places() -> Places:
    return Places.read()


@cache
def _mail_server() -> smtplib.SMTP:
    server = smtplib.SMTP("127.0.0.1", _places().mail_port)
    server.login(_places().mail_user, _places().mail_password)
    return server


@cache
def _http() -> httpx.Client:
    return httpx.Client()


@cache
def _database() -> psycopg.Connection[Any]:
    return psycopg.connect(_places().database, autocommit=True)


def main() -> None:
    """Read bookings as JSON lines and put them into the queue."""
    import json
    import sys

    for line in sys.stdin:
        follow_up.delay(json.loads(line))


if __name__ == "__main__":
    main()
