"""Our app behind Airflow's front on a real socket, for what speaks HTTP itself."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from socket import AF_INET, SOCK_STREAM, socket
from typing import Any

PATIENCE_SECONDS = 30


@contextmanager
def serve(app: Any) -> Iterator[str]:
    """Serve an app on a free port of this machine; give its address."""
    with warnings.catch_warnings():
        # uvicorn's own, about a library it asks for
        warnings.simplefilter("ignore")
        import uvicorn

        config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="on", ws="none")
        server = uvicorn.Server(config)
        listener = socket(AF_INET, SOCK_STREAM)
        listener.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            started = threading.Event()
            for _ in range(PATIENCE_SECONDS * 50):
                if server.started or not thread.is_alive():
                    break
                started.wait(0.02)
            assert server.started, "the server did not start"
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(PATIENCE_SECONDS)
            listener.close()
