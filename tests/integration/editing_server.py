"""API servers of own processes over a folder of specs; everybody may do everything in them.

`python -m tests.integration.editing_server FOLDER COUNT` prints their ports. All are forks of the
first process, which imports for them; they end with it.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import warnings
from pathlib import Path

PREFIX = "/api/v1"


def main(folder: str, count: int) -> None:
    warnings.simplefilter("ignore")
    load()
    listeners = [socket.socket() for _ in range(count)]
    for listener in listeners:
        listener.bind(("127.0.0.1", 0))
        # whoever connects before the server has begun waits in the queue
        listener.listen()
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    for listener in listeners:
        if os.fork() == 0:
            serve(folder, listener)
            return
    signal.pause()


def load() -> None:
    """Import what every server needs, and build the routes, which takes most of the time."""
    import uvicorn

    from bookflow.web.app import create_app
    from tests.web.conftest import Workbench

    assert uvicorn
    create_app(lambda: Workbench(Path()))


def serve(folder: str, listener: socket.socket) -> None:
    """Serve until the end."""
    import uvicorn

    from bookflow.spec.authoring.shapes import Author
    from bookflow.web import deps
    from bookflow.web.app import create_app
    from bookflow.web.rights import Rights
    from bookflow.web.visibility import EVERYTHING
    from tests.web.conftest import Workbench

    bench = Workbench(Path(folder))
    app = create_app(lambda: bench)
    stand_ins = {
        deps.authenticate: lambda: None,
        deps.limit_requests: lambda: None,
        deps.require_reading: lambda: None,
        deps.require_editing: lambda: None,
        deps.find_rights: lambda: Rights(EVERYTHING, lambda _: True, lambda _: True),
        deps.find_visibility: lambda: EVERYTHING,
        deps.find_author: lambda: Author("editor", "editor@example.com"),
    }
    app.dependency_overrides.update(stand_ins)
    config = uvicorn.Config(app, log_config=None, access_log=False, ws="none")
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
