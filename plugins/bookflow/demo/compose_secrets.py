"""Writes the secrets that docker-compose.yaml reads, each into a file of its own.

Needs nothing but Python: `python3 plugins/bookflow/demo/compose_secrets.py`, or `make secrets`.
Files that are there are kept.
"""

from __future__ import annotations

import base64
import json
import secrets
import sys
from pathlib import Path

FOLDER = Path("secrets")
DATABASE_FILES = ("postgres_password", "airflow_database", "celery_results", "connections.json")
"""Those that hold the database's password: they are made together or not at all."""


def make_secrets() -> dict[str, str]:
    """Make all of them anew: texts by file name."""
    password = secrets.token_urlsafe(24)
    database = f"airflow:{password}@postgres/airflow"
    connections = {
        "bookflow_db": {
            "conn_type": "postgres",
            "host": "postgres",
            "login": "airflow",
            "password": password,
            "schema": "bookflow",
        },
        # the mail catcher of docker-compose.yaml; for real mail name your server and its login
        "bookflow_smtp": {
            "conn_type": "smtp",
            "host": "mail",
            "port": 1025,
            "extra": {
                "from_email": "bookings@example.com",
                "disable_ssl": True,
                "disable_tls": True,
            },
        },
    }
    return {
        "postgres_password": password,
        "airflow_database": f"postgresql+psycopg2://{database}",
        "celery_results": f"db+postgresql+psycopg2://{database}",
        "connections.json": json.dumps(connections, indent=2),
        "airflow_fernet_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "airflow_jwt_secret": secrets.token_hex(32),
        "airflow_secret_key": secrets.token_hex(32),
    }


def write_secrets(folder: Path) -> list[str]:
    """Write what is missing and name it; raises `FileExistsError` for half a database's."""
    # only the owner may look into the folder; the containers' users must read the files
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    there = [name for name in DATABASE_FILES if (folder / name).exists()]
    if there and len(there) < len(DATABASE_FILES):
        missing = ", ".join(name for name in DATABASE_FILES if name not in there)
        raise FileExistsError(
            f"{folder} holds {', '.join(there)} but not {missing}: they share a password. Put back "
            "what is missing, or move the others away to have all made anew"
        )
    written = []
    for name, text in make_secrets().items():
        file = folder / name
        if not file.exists():
            file.write_text(text, encoding="utf-8")
            file.chmod(0o644)
            written.append(name)
    return written


def main(arguments: list[str]) -> int:
    """Write them into the folder named, or `secrets`."""
    folder = Path(arguments[0]) if arguments else FOLDER
    try:
        written = write_secrets(folder)
    except OSError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{folder}: wrote {', '.join(written)}" if written else f"{folder}: all there, kept")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
