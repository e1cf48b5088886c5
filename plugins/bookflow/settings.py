"""Settings, read from `BOOKFLOW_*` variables by whoever starts bookflow, never on import."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bookflow.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "BOOKFLOW_"
_COUNTS = (
    "batch_size",
    "max_active_runs",
    "concurrency",
    "smtp_connections",
    "inbound_days",
    "retention_days",
    "audit_days",
    "alert_window_minutes",
    "alert_minimum",
)
_ABOVE_NOTHING = (
    "cleanup_minutes",
    "alert_execution_seconds",
    "alert_wait_seconds",
    "alert_clock_seconds",
    "alert_endpoint_seconds",
)
_RATES = (
    "recipient_limit",
    "webhook_limit",
    "inbound_address_limit",
    "inbound_source_limit",
    "api_limit",
    "trigger_limit",
    "export_limit",
    "live_test_limit",
    "login_limit",
)
PERIOD_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
COUNT_LIMIT = 1_000_000

_REMOTE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,99}")
_COMMITTER = re.compile(r"[^<>\n\r\0]*[^<>\s\0][^<>\n\r\0]*<[^<>\s\0]+>")
_RATE = re.compile(r"([1-9][0-9]{0,6})\s*/\s*([smhd])")


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` within any `seconds`."""

    count: int
    seconds: float

    @classmethod
    def parse(cls, text: str, *, name: str) -> Rate | None:
        """Read a rate such as `10/s`, an empty one as None; raises `ConfigurationError`.

        >>> Rate.parse("100/m", name="the limit")
        Rate(count=100, seconds=60)
        """
        if not text.strip():
            return None
        found = _RATE.fullmatch(text.strip().lower())
        if found is None or int(found[1]) > COUNT_LIMIT:
            message = (
                f"{name}: {text[:60]!r} is not a rate; write how many per second, minute, hour or "
                f"day, such as 10/s, 100/m, 2000/h or 50/d, at most {COUNT_LIMIT:,}"
            )
            raise ConfigurationError(message)
        return cls(int(found[1]), PERIOD_SECONDS[found[2]])

    def __str__(self) -> str:
        """Write it as it is read."""
        unit = next((unit for unit, long in PERIOD_SECONDS.items() if long == self.seconds), "")
        return f"{self.count}/{unit or f'{self.seconds:g}s'}"

    def narrowed(self, count: int) -> Rate:
        """Give a rate of at most `count` in a shorter time that never exceeds this one.

        >>> Rate(2000, 3600).narrowed(100)
        Rate(count=100, seconds=180.0)
        """
        parts = -(-self.count // count)
        return Rate(self.count // parts, self.seconds / parts) if parts > 1 else self


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
    batch_size: int = 1000
    max_active_runs: int = 2
    concurrency: int = 32
    smtp_connections: int = 8
    attempts_per_try: int = 3
    backoff_seconds: float = 0.5
    backoff_limit_seconds: float = 10.0
    http_timeout_seconds: float = 15.0
    smtp_timeout_seconds: float = 15.0
    retry_delay_seconds: float = 10.0
    retry_schedule: str = "10s,1m,5m,30m,2h,5h,10h,14h,20h,24h"
    give_up_hours: float = 72.0
    allowed_networks: tuple[str, ...] = ()
    recipient_domains: tuple[str, ...] = ()
    test_recipients: tuple[str, ...] = ()
    recipient_limit: str = ""
    webhook_limit: str = ""
    endpoint_disable_hours: float = 24.0
    spec_size_limit: int = 262_144
    specs_git: str = "auto"
    specs_remote: str = ""
    specs_committer: str = "bookflow <bookflow@localhost>"
    specs_pull_seconds: float = 30.0
    templates_dir: Path = Path(".templates")
    body_size_limit: int = 4_194_304
    organizers_see: str = "all"
    api_limit: str = "6000/m"
    trigger_limit: str = ""
    export_limit: str = "20/m"
    live_test_limit: str = "20/m"
    login_limit: str = "60/m"
    inbound_cal_com_conn_id: str = "bookflow_inbound_cal_com"
    inbound_calendly_conn_id: str = "bookflow_inbound_calendly"
    inbound_standard_webhooks_conn_id: str = "bookflow_inbound_standard_webhooks"
    inbound_address_limit: str = "600/m"
    inbound_source_limit: str = "6000/m"
    inbound_days: int = 30
    retention_days: int = 90
    audit_days: int = 730
    cleanup_minutes: float = 30.0
    alert_emails: tuple[str, ...] = ()
    alert_webhook_conn_id: str = ""
    alert_slack_conn_id: str = ""
    alert_window_minutes: int = 60
    alert_failure_percent: float = 50.0
    alert_minimum: int = 5
    alert_execution_seconds: float = 60.0
    alert_wait_seconds: float = 300.0
    alert_clock_seconds: float = 180.0
    alert_endpoint_seconds: float = 300.0
    alert_clear_minutes: float = 10.0

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

    @property
    def shows_only_own(self) -> bool:
        """Tell whether people who are no admins are limited to workflows of their own."""
        return self.organizers_see == "own"


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
    for name in _RATES:
        Rate.parse(getattr(settings, name), name=f"{PREFIX}{name.upper()}")
    if not 0 < settings.give_up_hours <= 10_000:
        raise ConfigurationError("BOOKFLOW_GIVE_UP_HOURS must be above 0 and at most 10000")
    if not 0 < settings.endpoint_disable_hours <= 10_000:
        message = "BOOKFLOW_ENDPOINT_DISABLE_HOURS must be above 0 and at most 10000"
        raise ConfigurationError(message)
    _check_authoring(settings)
    _check_upkeep(settings)
    if settings.organizers_see not in ("all", "own"):
        raise ConfigurationError(
            f"BOOKFLOW_ORGANIZERS_SEE={settings.organizers_see!r} is neither all (whoever may read "
            "DAGs sees every workflow) nor own (only admins see the workflows of others)"
        )
    for name in _COUNTS:
        if getattr(settings, name) < 1:
            message = f"{PREFIX}{name.upper()} must be at least 1"
            raise ConfigurationError(message)


def _check_upkeep(settings: Settings) -> None:
    for name in _ABOVE_NOTHING:
        if not 0 < getattr(settings, name) <= 1_000_000:
            raise ConfigurationError(f"{PREFIX}{name.upper()} must be above 0")
    if not 0 < settings.alert_failure_percent <= 100:
        raise ConfigurationError("BOOKFLOW_ALERT_FAILURE_PERCENT must be above 0 and at most 100")
    if not 0 <= settings.alert_clear_minutes <= 10_000:
        raise ConfigurationError("BOOKFLOW_ALERT_CLEAR_MINUTES must be 0 to 10000")


def _check_authoring(settings: Settings) -> None:
    if settings.specs_git not in ("auto", "off"):
        raise ConfigurationError(
            f"BOOKFLOW_SPECS_GIT={settings.specs_git!r} is neither auto (commit where the folder "
            "of specs is in a git work tree) nor off (plain files)"
        )
    if settings.specs_remote and not _REMOTE.fullmatch(settings.specs_remote):
        raise ConfigurationError(
            f"BOOKFLOW_SPECS_REMOTE={settings.specs_remote!r} is not the name of a git remote; "
            "set it like BOOKFLOW_SPECS_REMOTE=origin"
        )
    if not _COMMITTER.fullmatch(settings.specs_committer):
        raise ConfigurationError(
            f"BOOKFLOW_SPECS_COMMITTER={settings.specs_committer!r} is not a name and an address; "
            "set it like BOOKFLOW_SPECS_COMMITTER='bookflow <bookflow@example.com>'"
        )
    if not settings.specs_pull_seconds >= 1:
        raise ConfigurationError("BOOKFLOW_SPECS_PULL_SECONDS must be at least 1")
