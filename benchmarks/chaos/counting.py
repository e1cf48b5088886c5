"""What reached the receivers and what the database says, held against what was to be."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import psycopg

from bookflow.demo.outfit import Outfit
from bookflow.demo.receivers import ReceivedWebhook

FINAL = ("completed", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Tally:
    """Counted over all deliveries of a burst, by booking and channel."""

    expected: int
    lost: int
    repeated: int
    other_id: int


@dataclass(frozen=True, slots=True)
class States:
    """How the executions of some bookings stand; `last` is when the last one ended (Unix time)."""

    by_status: Counter[str] = field(default_factory=Counter)
    last: float = 0.0
    double: int = 0

    @property
    def final(self) -> int:
        """Count those that ended."""
        return sum(self.by_status[status] for status in FINAL)


def tally(
    outfit: Outfit, bookings: Collection[str], channels: Sequence[str] = ("mail", "webhook")
) -> Tally:
    """Count at the receivers: each booking is to have one message on each channel.

    `repeated` arrived again under the same id, `other_id` under another one.
    """
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for channel, booking, key in _arrivals(outfit):
        found[channel, booking][key] += 1
    counts = [found[channel, booking] for channel in channels for booking in set(bookings)]
    return Tally(
        expected=len(counts),
        lost=sum(not ids for ids in counts),
        repeated=sum(times - 1 for ids in counts for times in ids.values()),
        other_id=sum(max(0, len(ids) - 1) for ids in counts),
    )


def _arrivals(outfit: Outfit) -> Iterator[tuple[str, str, str]]:
    """Give channel, booking and delivery of everything that arrived."""
    for mail in list(outfit.mail.messages):
        yield "mail", mail.recipients[0].partition("@")[0], mail.message_id
    for text in list(outfit.sms.messages):
        yield "sms", text.body.rpartition(" ")[2], text.key
    for call in _calls(outfit):
        yield "webhook", (call.payload or {}).get("booking_id", ""), call.webhook_id


def count_arrivals(outfit: Outfit) -> int:
    """Count all messages, of whatever booking."""
    return len(outfit.mail.messages) + len(outfit.sms.messages) + len(_calls(outfit))


def _calls(outfit: Outfit) -> list[ReceivedWebhook]:
    """Give webhooks; those whose answer is scripted to be slow are not among the messages."""
    calls = [*outfit.webhooks.messages, *outfit.webhooks.refused]
    return [call for call in calls if call.is_verified]


def read_states(dsn: str, workflow: str, bookings: Collection[str]) -> States | None:
    """Read how the executions stand; None while the database is away."""
    query = """
        SELECT status, count(*), extract(epoch FROM max(completed_at))::float,
               count(*) - count(DISTINCT booking_id)
        FROM bookflow.executions WHERE workflow_id = %s AND booking_id = ANY(%s) GROUP BY status
    """
    try:
        with psycopg.connect(dsn, connect_timeout=3) as link:
            rows = link.execute(query, [workflow, list(bookings)]).fetchall()
    except psycopg.OperationalError:
        return None
    return States(
        by_status=Counter({status: count for status, count, _, _ in rows}),
        last=max((last or 0.0 for _, _, last, _ in rows), default=0.0),
        double=sum(double for *_, double in rows),
    )


def count_updates(dsn: str, workflow: str, bookings: Collection[str]) -> Counter[int]:
    """Count bookings by how often the workflow's update was applied to them."""
    query = """
        SELECT coalesce(n, 0), count(*)
        FROM unnest(%s::text[]) AS wanted (booking_id)
        LEFT JOIN (
            SELECT booking_id, count(*) AS n
            FROM bookflow.action_results JOIN bookflow.executions e ON e.id = execution_id
            WHERE e.workflow_id = %s AND action = 'mark' AND action_results.status = 'completed'
            GROUP BY booking_id
        ) AS done USING (booking_id)
        GROUP BY 1
    """
    with psycopg.connect(dsn) as link:
        rows = link.execute(query, [list(bookings), workflow]).fetchall()
    return Counter(dict(rows))
