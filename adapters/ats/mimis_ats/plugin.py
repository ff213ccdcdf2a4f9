"""Hooks of this adapter."""

from __future__ import annotations

from typing import Any

from mimis_core import hookimpl


@hookimpl
def mimis_talent_feeds() -> tuple[Any, ...]:
    """Teamtailor, Greenhouse, Odoo, and files for all others; for employers."""
    from mimis_ats.generic.export import HrExportFeed
    from mimis_ats.generic.folder import DropFolderFeed
    from mimis_ats.generic.recruiter import RecruiterMailFeed
    from mimis_ats.greenhouse.feed import GreenhouseFeed
    from mimis_ats.odoo.feed import OdooFeed
    from mimis_ats.teamtailor.feed import TeamtailorFeed

    return TeamtailorFeed, GreenhouseFeed, OdooFeed, DropFolderFeed, HrExportFeed, RecruiterMailFeed


@hookimpl
def mimis_commands() -> tuple[tuple[str, str, str], ...]:
    """Registering employers (school side) and taking shares in (employer side)."""
    return (
        ("partners", "Registered employers: add, rotate, list, remove.", "mimis_ats.commands.partners:app"),
        ("employer", "Take in shares and follow them: import, pull, list.", "mimis_ats.commands.employer:app"),
        ("roles", "What jobs need, what is shown of it, and what closes the gap.", "mimis_ats.commands.roles:app"),
    )


@hookimpl
def mimis_blueprints() -> tuple[str, ...]:
    """The partner API for registered employers, the addresses that others tell news at, and what pages read by."""
    return (
        "mimis_ats.api:register",
        "mimis_ats.link_traces:register",
        "mimis_ats.hooks:register",
        "mimis_ats.greenhouse.hooks:register",
        "mimis_ats.teamtailor.hooks:register",
        "mimis_ats.page_intake:register",
        "mimis_ats.reading:register",
    )


@hookimpl
def mimis_sandboxes() -> tuple[tuple[str, str], ...]:
    """Stand-ins of the recruitment systems, and of where advertisements are read."""
    return (
        ("teamtailor", "mimis_ats.teamtailor.sandbox:TeamtailorSandbox"),
        ("greenhouse", "mimis_ats.greenhouse.sandbox:GreenhouseSandbox"),
        ("odoo", "mimis_ats.odoo.sandbox:OdooSandbox"),
        ("drop-folder", "mimis_ats.generic.sandbox:DropFolderSandbox"),
        ("recruiter-mail", "mimis_ats.generic.sandbox_mail:RecruiterMailSandbox"),
        ("hr-export", "mimis_ats.generic.sandbox:HrExportSandbox"),
        ("jobtech", "mimis_ats.jobtech.sandbox:JobtechSandbox"),
    )
