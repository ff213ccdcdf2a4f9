"""The error tree, cut by what the caller should do.

::

    MimisError                 never raised itself
    +-- UserError              the person changes something: configuration, file, argument
    |   +-- ConfigurationError   mimis.toml, environment, catalogue
    |   +-- AuthenticationError  a remote system refused our key; not tried again
    |   +-- PermissionDeniedError  our key is known but lacks a right
    |   +-- NotFoundError        no such thing, or not yours
    +-- DataError              one record is wrong: set it aside, go on with the next
    +-- TemporaryError         try again later; ``retry_after`` says when, if the other side did
    +-- PermanentError         the other side said no to this one request: do not repeat it

A text says what happened, to what (by id), and what to do. It holds no name, mail address, token or
response body.
"""

from __future__ import annotations


class MimisError(Exception):
    """Root of all errors that mimis raises on purpose. ``mend`` says what a person can do."""

    def __init__(self, message: str, *, mend: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend
        self.code = code

    def __str__(self) -> str:
        return f"{self.message} {self.mend}" if self.mend else self.message


class UserError(MimisError):
    """A person must change something before this can work."""


class ConfigurationError(UserError):
    """The configuration, the environment or the catalogue is wrong."""


class AuthenticationError(UserError):
    """A remote system does not accept our key. Never tried again: a new key is needed."""


class PermissionDeniedError(UserError):
    """Our key is accepted but lacks a right; the message names the right."""


class NotFoundError(UserError):
    """There is no such thing, or it belongs to somebody else."""


class DataError(MimisError):
    """One record cannot be used. ``code`` is the source's own reason. Set it aside and go on."""


class TemporaryError(MimisError):
    """Nothing is wrong with the request; repeat it later. ``retry_after`` is in seconds."""

    def __init__(
        self, message: str, *, mend: str | None = None, code: str | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message, mend=mend, code=code)
        self.retry_after = retry_after


class PermanentError(MimisError):
    """The other side refused this request for good. ``code`` is its own reason."""
