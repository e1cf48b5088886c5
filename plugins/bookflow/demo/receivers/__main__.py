"""Runs receivers as a process: `python -m bookflow.demo.receivers --smtp-port 2525 --keep DIR`."""

from __future__ import annotations

import argparse
import json
import signal
import threading
from contextlib import ExitStack
from pathlib import Path

from bookflow.demo.receivers import SmsReceiver, SmtpReceiver, WebhookReceiver


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line; a receiver whose port is not given is not started."""
    parser = argparse.ArgumentParser(
        prog="python -m bookflow.demo.receivers",
        description="Receive e-mails, texts and webhooks on 127.0.0.1. Port 0 takes a free one.",
    )
    parser.add_argument("--smtp-port", type=int)
    parser.add_argument("--sms-port", type=int)
    parser.add_argument("--webhook-port", type=int)
    parser.add_argument("--webhook-secret", help="refuse webhooks not signed with it (whsec_…)")
    parser.add_argument("--keep", type=Path, help="folder for mail.jsonl, sms.jsonl, webhook.jsonl")
    given = parser.parse_args(arguments)
    if given.smtp_port is None and given.sms_port is None and given.webhook_port is None:
        parser.error("give at least one of --smtp-port, --sms-port, --webhook-port")
    return given


def main(arguments: list[str] | None = None) -> None:
    """Serve until SIGINT or SIGTERM; the first line printed is JSON with the ports."""
    given = parse_arguments(arguments)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())

    def keep(name: str) -> Path | None:
        return given.keep / f"{name}.jsonl" if given.keep else None

    with ExitStack() as stack:
        ports: dict[str, int] = {}
        if given.smtp_port is not None:
            mail = SmtpReceiver(port=given.smtp_port, keep=keep("mail"))
            ports["smtp"] = stack.enter_context(mail).port
        if given.sms_port is not None:
            texts = SmsReceiver(port=given.sms_port, keep=keep("sms"))
            ports["sms"] = stack.enter_context(texts).port
        if given.webhook_port is not None:
            webhooks = WebhookReceiver(
                port=given.webhook_port, keep=keep("webhook"), secret=given.webhook_secret
            )
            ports["webhook"] = stack.enter_context(webhooks).port
        print(json.dumps(ports), flush=True)
        stopping.wait()


if __name__ == "__main__":
    main()
