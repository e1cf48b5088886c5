"""Every error bookflow raises on purpose, in one tree.

The text of an error says what is wrong, where, and what to do about it. Errors carry data
(field, file, line, seconds) so that callers never have to read the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class BookflowError(Exception):
    """Something bookflow was asked to do can't be done."""

    def __init__(self, message: str | None = None) -> None:
        """Use the class docstring's first line where no message is given."""
        super().__init__(message or (self.__doc__ or "").strip().splitlines()[0])


class ConfigurationError(BookflowError):
    """A setting or an Airflow connection is missing or wrong."""


class MissingConnectionError(ConfigurationError):
    """An Airflow connection does not exist; one that is there but unusable is another error."""


class InputError(BookflowError):
    """A value from outside is not acceptable; `field` is its dotted path, e.g. `invitee.email`.

    `problems` lists every (field, message) found, the first one included.
    """

    def __init__(self, field: str, message: str, *, more: Sequence[tuple[str, str]] = ()) -> None:
        """Name the field, then what is wrong with it."""
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field
        self.reason = message
        self.problems = ((field, message), *more)


class NotFoundError(BookflowError):
    """What was asked for does not exist."""


class ConflictError(BookflowError):
    """The request contradicts what is already recorded."""


class VersionConflictError(ConflictError):
    """A workflow is no longer the one that was read; `current` is its version now, "" if gone."""

    def __init__(self, message: str, *, current: str) -> None:
        """Keep the version to read again."""
        super().__init__(message)
        self.current = current


class AuthoringError(ConflictError):
    """The folder of specs can't be written as it is now; the text says what to do first."""


@dataclass(frozen=True, slots=True)
class SpecIssue:
    """One thing wrong with a workflow spec. `line` and `column` count from 1; 0 means unknown."""

    file: str
    line: int
    column: int
    key: str
    message: str
    suggestion: str | None = None
    code: str = "invalid"

    def __str__(self) -> str:
        """Render as `file:line:column: key: message (suggestion)`, the form editors can jump to."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        key = f"{self.key}: " if self.key else ""
        is_said = not self.suggestion or f"`{self.suggestion}`" in self.message
        hint = "" if is_said else f" ({self.suggestion})"
        return f"{place}: {key}{self.message}{hint}"


class SpecError(BookflowError):
    """A workflow spec is invalid; `issues` lists everything that is wrong with it."""

    def __init__(self, issues: Sequence[SpecIssue]) -> None:
        """Show every issue on a line of its own."""
        super().__init__("\n".join(str(issue) for issue in issues))
        self.issues = tuple(issues)


class ConditionError(BookflowError):
    """A condition can't be compiled: unknown field, or operator and value that do not fit."""

    def __init__(self, message: str, *, path: str = "", suggestion: str | None = None) -> None:
        """Keep the dotted path inside the conditions, e.g. `0.rules.1.operator`."""
        super().__init__(message)
        self.path = path
        self.suggestion = suggestion


class TemplateError(BookflowError):
    """A template can't be compiled or rendered; `line` counts from 1 within the template."""

    def __init__(self, message: str, *, line: int = 0) -> None:
        """Keep the line inside the template."""
        super().__init__(message)
        self.line = line


class SignatureError(BookflowError):
    """A request is not signed as its source must sign it."""


class UnavailableError(BookflowError):
    """Bookflow can't take this just now; send it again later (the server's log says why)."""


class AuthoringUnavailableError(UnavailableError):
    """A spec can't be saved just now: the lock or the remote did not answer; nothing was saved."""


class TooManyRequestsError(BookflowError):
    """Requests come faster than is allowed; `retry_after` is in seconds."""

    def __init__(self, message: str, *, retry_after: float) -> None:
        """Keep the wait."""
        super().__init__(message)
        self.retry_after = retry_after


class DatabaseUnavailableError(BookflowError):
    """The bookflow database can't be reached; nothing was changed."""


class SchemaOutdatedError(ConfigurationError):
    """The bookflow database lacks migrations; run `bookflow db upgrade`."""


class DeliveryError(BookflowError):
    """A delivery failed; `code` is a short stable cause such as `smtp-421` or `http-timeout`.

    `details` is JSON worth keeping, such as status and first bytes of an answer.
    """

    is_transient = False

    def __init__(
        self, message: str, *, code: str, details: Mapping[str, object] | None = None
    ) -> None:
        """Keep the cause for statistics."""
        super().__init__(message)
        self.code = code
        self.details = dict(details or {})


class PermanentDeliveryError(DeliveryError):
    """A delivery failed in a way that trying again can't mend."""


class TransientDeliveryError(DeliveryError):
    """A delivery failed in a way that may pass; `retry_after` is in seconds, where known."""

    is_transient = True

    def __init__(
        self,
        message: str,
        *,
        code: str,
        retry_after: float | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        """Keep the wait the peer asked for."""
        super().__init__(message, code=code, details=details)
        self.retry_after = retry_after
