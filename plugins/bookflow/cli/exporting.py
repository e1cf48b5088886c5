"""Writes what streams in from the API, piece by piece, to a file or to standard output."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

import httpx

from bookflow.cli.progress import show_progress
from bookflow.cli.remote import unreachable
from bookflow.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from bookflow.cli.remote import Server

PIECE_BYTES = 65_536


def export(server: Server, path: str, query: Mapping[str, Any], target: Path | None) -> None:
    """Write an export; a file appears only when it is whole."""
    try:
        with server.stream(path, query) as response:
            server.check(response)
            with _open(target) as file, show_progress("rows") as advance:
                for piece in response.iter_bytes(PIECE_BYTES):
                    file.write(piece)
                    advance(piece.count(b"\n"))
    except httpx.HTTPError as error:
        raise unreachable(path, error) from None


@contextmanager
def _open(target: Path | None) -> Iterator[IO[bytes]]:
    if target is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(target)
    except OSError as error:
        message = f"{target} can't be written: {error.strerror}; give another --output"
        raise ConfigurationError(message) from None
    finally:
        part.unlink(missing_ok=True)
