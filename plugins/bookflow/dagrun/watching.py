"""Watching: in the triggerer, a trigger hears of changes in the database and wakes the dispatcher.

What it yields is a wake-up, never the message: Airflow may fold several into one run. The
dispatcher reads the table until it is empty.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class ChangeTrigger(BaseEventTrigger):
    """Fires when bookings were changed by SQL or by a workflow.

    It is stored without anything: where the database is, the triggerer finds out as tasks do.
    """

    def __init__(self) -> None:
        """Take nothing."""
        super().__init__()  # type: ignore[no-untyped-call] # Airflow's own has no types

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Name the class; there are no arguments."""
        return (f"{type(self).__module__}.{type(self).__qualname__}", {})

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Fire once per burst; lost connections are made anew."""
        # the dag-processor builds the trigger as well, but never runs it
        from bookflow.store.listening import ChangeListener

        async with aclosing(ChangeListener(_find_dsn).bursts()) as bursts:
            async for _ in bursts:
                yield TriggerEvent({"changes": "waiting"})  # type: ignore[no-untyped-call] # as above


async def _find_dsn() -> str:
    from bookflow.airflow_client.connections import task_connections
    from bookflow.settings import Settings
    from bookflow.wiring.databases import find_known_dsn

    settings = Settings.from_environment(os.environ)
    # in a thread: it may ask the triggerer's supervisor, or start the embedded server
    return await asyncio.to_thread(find_known_dsn, settings, task_connections())
