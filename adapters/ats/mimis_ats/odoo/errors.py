"""What an Odoo error means. Its message and its ``debug`` are never passed on: both quote names and values."""

from __future__ import annotations

import re
from typing import Any

from mimis_core import (
    AuthenticationError,
    MimisError,
    NotFoundError,
    PermanentError,
    PermissionDeniedError,
    TemporaryError,
)

KEY_MEND = "Compare login, database and api_key with the user in Odoo; since 18 a key can have an end date."
RIGHT_MEND = "Give the user the group Recruitment / Officer, for staff records Employees / Officer."
BUSY_MEND = "Try again later; if it stays, compare database in mimis.toml with the name in Odoo."
PASSING = ("OperationalError", "SerializationFailure", "DeadlockDetected", "LockNotAvailable", "InterfaceError")
"""Errors of Odoo's own database that are over at the next try."""


def name_of(error: Any) -> str | None:
    """Class name of an error answer, without its module: ``AccessError``."""
    name = error.get("name") if isinstance(error, dict) else None
    last = name.rpartition(".")[2] if isinstance(name, str) else ""
    return last if re.fullmatch(r"\w{1,60}", last) else None


def error_for(name: str | None) -> MimisError:
    """The error that fits, by what the caller should do."""
    if name in ("AccessDenied", "SessionExpiredException", "Unauthorized"):
        return AuthenticationError("Odoo does not accept the key.", mend=KEY_MEND, code=name)
    if name in ("AccessError", "Forbidden"):
        return PermissionDeniedError("Odoo refuses what the key asks for.", mend=RIGHT_MEND, code=name)
    if name == "MissingError":
        return NotFoundError("Odoo has no such record any more.", code=name)
    if name in PASSING:
        return TemporaryError("Odoo's database does not answer.", mend=BUSY_MEND, code=name)
    return PermanentError("Odoo refused the request.", code=name or "unknown")
