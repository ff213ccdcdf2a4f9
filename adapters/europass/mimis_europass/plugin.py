"""Hooks of this adapter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mimis_core import hookimpl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mimis_core import Check, Courier, Format


@hookimpl
def mimis_formats() -> Sequence[type[Format[Any]]]:
    """The European Learning Model, as European Digital Credentials carry it."""
    from mimis_europass.elm import ElmFormat

    return (ElmFormat,)


@hookimpl
def mimis_couriers() -> Sequence[type[Courier[Any]]]:
    """The Europass wallet."""
    from mimis_europass.wallet.courier import EuropassCourier

    return (EuropassCourier,)


@hookimpl
def mimis_checks(content: bytes, document: dict[str, Any] | None) -> Sequence[Check]:
    """Whether the file keeps the rules of the EDC profile."""
    from mimis_europass.check import check_content

    return check_content(content, document)


@hookimpl
def mimis_commands() -> Sequence[tuple[str, str, str]]:
    """Files for the EU's issuer, its register of courses and its CV; and the rule table."""
    return (
        ("europass", "Files for other places of Europass.", "mimis_europass.commands.root:app"),
        ("elm", "The rule table of the European Learning Model.", "mimis_europass.commands.compile:app"),
    )


@hookimpl
def mimis_sandboxes() -> Sequence[tuple[str, str]]:
    """A wallet that behaves as the real one was read to behave."""
    return (("europass", "mimis_europass.wallet.sandbox:WalletSandbox"),)
