"""Telling Airflow that spec files have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection


class Reparser(Protocol):
    """Has DAGs made anew from the specs at once."""

    def request(self, *, changed: Collection[str], gone: Collection[str]) -> None:
        """Ask for it; never raises, since Airflow looks by itself within half a minute.

        `changed` are the ids of all workflows concerned; `gone` those among them that have no DAG
        any more, since they were deleted or deactivated.
        """
        ...


class ServerReparser(Reparser, Protocol):
    """A reparser that works in the background of a server."""

    def start(self) -> None:
        """Begin."""
        ...

    def stop(self) -> None:
        """End."""
        ...


class NoReparser:
    """Where there is no Airflow to tell."""

    def request(self, *, changed: Collection[str], gone: Collection[str]) -> None:
        """Do nothing."""
