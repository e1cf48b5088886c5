from __future__ import annotations

import pytest

from bookflow.errors import ConfigurationError
from bookflow.settings import Settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOOKFLOW_RETENTION_DAYS", "0"),
        ("BOOKFLOW_AUDIT_DAYS", "-1"),
        ("BOOKFLOW_CLEANUP_MINUTES", "0"),
        ("BOOKFLOW_ALERT_MINIMUM", "0"),
        ("BOOKFLOW_ALERT_FAILURE_PERCENT", "101"),
        ("BOOKFLOW_ALERT_FAILURE_PERCENT", "0"),
        ("BOOKFLOW_ALERT_CLOCK_SECONDS", "nan"),
        ("BOOKFLOW_ALERT_CLEAR_MINUTES", "-1"),
    ],
)
def test_thresholds_that_mean_nothing_are_refused(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        Settings.from_environment({name: value})


def test_addresses_of_alerts_are_a_list() -> None:
    settings = Settings.from_environment({"BOOKFLOW_ALERT_EMAILS": "a@example.com, b@example.com"})
    assert settings.alert_emails == ("a@example.com", "b@example.com")
