"""Judging the targets that a spec names before anything is sent: by form and settings alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bookflow.actions.address_guard import SETTING, AddressGuard
from bookflow.actions.mail_addresses import is_shared_domain, normalize_domain
from bookflow.actions.phone_numbers import to_e164
from bookflow.actions.send_email import check_allowed
from bookflow.errors import PermanentDeliveryError
from bookflow.spec.addresses import has_template

if TYPE_CHECKING:
    from bookflow.settings import Settings

_LOCAL_NAMES = ("localhost", "localhost.localdomain", "ip6-localhost")
_LITERAL_DOMAIN = re.compile(r"@([^@{}%\s]+)\s*$")


@dataclass(frozen=True, slots=True)
class SettingRules:
    """The `TargetRules` of these settings."""

    settings: Settings

    def refuse_url(self, url: str) -> str | None:
        """Judge a literal host: addresses by the guard, and the names of this machine."""
        host = urlsplit(url.partition("{")[0]).hostname or ""
        guard = AddressGuard.from_networks(self.settings.allowed_networks)
        try:
            guard.check_literal(host)
        except PermanentDeliveryError as error:
            return str(error)
        bare = host.rstrip(".")
        if (bare in _LOCAL_NAMES or bare.endswith(".localhost")) and not guard.permits("127.0.0.1"):
            return (
                f"{host} is this machine, where webhooks may not go unless 127.0.0.0/8 is in "
                f"{SETTING}"
            )
        return None

    def refuse_templated_email(self, template: str, organizer: str) -> str | None:
        """Judge an address with templates: only its domain can be known beforehand."""
        if not has_template(template):
            return None
        found = _LITERAL_DOMAIN.search(template)
        if found:
            try:
                domain = normalize_domain(found[1])
                check_allowed(f"x@{domain}", {"organizer_email": organizer}, self.settings)
            except ValueError:
                return f"`{found[1]:.100}` is not a domain"
            except PermanentDeliveryError as error:
                return str(error).replace("x@", "an address at ", 1)
            return None
        if self.settings.recipient_domains:
            return None
        own = organizer.rpartition("@")[2].lower()
        allowed = f"at {own}" if own and not is_shared_domain(own) else "of the organizer"
        return (
            f"the address comes from a template; only those {allowed} get mail, until others' "
            "domains are in BOOKFLOW_RECIPIENT_DOMAINS"
        )

    def refuse_phone(self, number: str) -> str | None:
        """Judge a literal number."""
        if has_template(number):
            return None
        try:
            to_e164(number, region=self.settings.default_region)
        except ValueError as error:
            return f"{number!r} can't be used: {error}"
        return None
