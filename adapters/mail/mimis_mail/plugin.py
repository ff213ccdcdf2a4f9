"""Hooks of the mail adapter: the courier and its sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mimis_core import hookimpl

if TYPE_CHECKING:
    from mimis_core import Courier


@hookimpl
def mimis_couriers() -> list[type[Courier[Any]]]:
    """The mail courier."""
    from mimis_mail.courier import MailCourier

    return [MailCourier]


@hookimpl
def mimis_sandboxes() -> list[tuple[str, str]]:
    """The mail server on loopback."""
    return [("mail", "mimis_mail.sandbox:MailSandbox")]
