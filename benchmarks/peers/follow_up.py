"""What the peers of the burst do for a booking: an e-mail, a webhook and an update, no records.

Each process keeps its connections, which is kinder than what most hand-written tasks do.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

TABLE = """
    DROP TABLE IF EXISTS bench_bookings;
    CREATE TABLE bench_bookings (id text PRIMARY KEY, meeting_link text);
"""
FILL = "INSERT INTO bench_bookings (id) SELECT unnest(%s::text[])"
UPDATE = "UPDATE bench_bookings SET meeting_link = %s WHERE id = %s"
COUNT = "SELECT count(meeting_link) FROM bench_bookings"


@dataclass(frozen=True, slots=True)
class Places:
    """Where a peer sends to; the environment carries it to its processes."""

    mail_port: int
    mail_user: str
    mail_password: str
    webhook_url: str
    database: str

    @classmethod
    def read(cls) -> Places:
        """Read what `to_environment` wrote."""
        get = os.environ.__getitem__
        return cls(
            int(get("PEER_MAIL_PORT")),
            get("PEER_MAIL_USER"),
            get("PEER_MAIL_PASSWORD"),
            get("PEER_WEBHOOK_URL"),
            get("PEER_DATABASE"),
        )

    def to_environment(self) -> dict[str, str]:
        """Give variables for a process."""
        return {
            "PEER_MAIL_PORT": str(self.mail_port),
            "PEER_MAIL_USER": self.mail_user,
            "PEER_MAIL_PASSWORD": self.mail_password,
            "PEER_WEBHOOK_URL": self.webhook_url,
            "PEER_DATABASE": self.database,
        }


def is_wanted(booking: dict[str, Any]) -> bool:
    """Decide as the measured workflow's condition does."""
    return str(booking["invitee"]["email"]).rpartition("@")[2] == "example.org"


def write_mail(booking: dict[str, Any], sender: str) -> EmailMessage:
    """Write the e-mail."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = booking["invitee"]["email"]
    mail["Subject"] = f"Your {booking['event_type']['name']}"
    mail["Message-ID"] = f"<{booking['id']}@example.com>"
    mail.set_content(f"Hello {booking['invitee']['name']}")
    return mail


def link_of(booking: dict[str, Any]) -> str:
    """Give what the update writes."""
    return f"https://meet.example.com/{booking['id']}"
