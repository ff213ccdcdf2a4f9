"""Hooks of this adapter."""

from __future__ import annotations

from typing import Any

from mimis_core import hookimpl


@hookimpl
def mimis_talent_feeds() -> tuple[Any, ...]:
    """Teamtailor, for employers."""
    from mimis_ats.teamtailor.feed import TeamtailorFeed

    return (TeamtailorFeed,)


@hookimpl
def mimis_commands() -> tuple[tuple[str, str, str], ...]:
    """Registering employers (school side) and taking shares in (employer side)."""
    return (
        ("partners", "Registered employers: add, list, remove.", "mimis_ats.commands.partners:app"),
        ("employer", "Take in shares and follow them: import, pull, list.", "mimis_ats.commands.employer:app"),
    )


@hookimpl
def mimis_blueprints() -> tuple[str, ...]:
    """The partner API that registered employers read their shares from, and what an employer's own pages import by."""
    return ("mimis_ats.api:register", "mimis_ats.page_intake:register")


@hookimpl
def mimis_sandboxes() -> tuple[tuple[str, str], ...]:
    """A stand-in of Teamtailor's two APIs."""
    return (("teamtailor", "mimis_ats.teamtailor.sandbox:TeamtailorSandbox"),)
