"""Settings, read from `BOOKFLOW_*` variables by whoever starts bookflow, never on import."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bookflow.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "BOOKFLOW_"


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings with their defaults; `docs/settings.md` describes each one.

    Durations are in seconds unless the name says otherwise.
    """

    specs_dir: Path = Path("workflow_specs")
    home: Path = Path("~/.bookflow")
    database_conn_id: str = "bookflow_db"
    smtp_conn_id: str = "bookflow_smtp"
    sms_conn_id: str = "bookflow_sms"
    public_url: str = "http://localhost:8080"
    default_region: str = "US"
    business_start_hour: int = 9
    business_end_hour: int = 17
    batch_size: int = 500
    max_active_runs: int = 2
    concurrency: int = 32
    smtp_connections: int = 8
    attempts_per_try: int = 3
    backoff_seconds: float = 0.5
    backoff_limit_seconds: float = 10.0
    http_timeout_seconds: float = 15.0
    smtp_timeout_seconds: float = 15.0
    retry_delay_seconds: float = 10.0
    allowed_networks: tuple[str, ...] = ()
    recipient_domains: tuple[str, ...] = ()
    spec_size_limit: int = 262_144
    body_size_limit: int = 4_194_304

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Read settings from variables; a value that does not fit raises `ConfigurationError`."""
        values: dict[str, Any] = {}
        for item in fields(cls):
            name = PREFIX + item.name.upper()
            text = environ.get(name, "").strip()
            if text:
                values[item.name] = _convert(name, text, item.default)
        settings = cls(**values)
        _check(settings)
        return settings


def _convert(name: str, text: str, default: object) -> object:
    if isinstance(default, Path):
        return Path(text)
    if isinstance(default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if isinstance(default, int | float):
        try:
            return type(default)(text)
        except ValueError:
            kind = "a whole number" if isinstance(default, int) else "a number"
            message = f"{name}={text!r} is not {kind}; set it like {name}={default}"
            raise ConfigurationError(message) from None
    return text


def _check(settings: Settings) -> None:
    if not 0 <= settings.business_start_hour < settings.business_end_hour <= 24:
        message = (
            "BOOKFLOW_BUSINESS_START_HOUR must be before BOOKFLOW_BUSINESS_END_HOUR, both 0 to 24"
        )
        raise ConfigurationError(message)
    for name in ("batch_size", "max_active_runs", "concurrency", "smtp_connections"):
        if getattr(settings, name) < 1:
            message = f"{PREFIX}{name.upper()} must be at least 1"
            raise ConfigurationError(message)
