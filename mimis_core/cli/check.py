"""``mimis check``: everything that must work, with the mend for what does not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import typer
from cryptography.x509 import load_pem_x509_certificate

from mimis_core.cli.output import DONE, FAILED, HERE, Config, Json, emit
from mimis_core.errors import MimisError
from mimis_core.model import Finding
from mimis_core.plugins import load_plugins
from mimis_core.principles import check_achievement, passes
from mimis_core.services import Services, open_services
from mimis_core.services.connections import connection_tables, find_faults
from mimis_core.services.health import LEAST_ROOM
from mimis_core.services.look import read_look
from mimis_core.settings import Settings, load_settings

app = typer.Typer()


@app.command()
def check(config: Config = HERE, json_: Json = False) -> None:
    """Look at configuration, adapters, catalogue, keys, database and each remote system; exit 1 on an error."""
    settings = load_settings(config)
    findings = list(find_all(settings))
    rows = [finding.model_dump() for finding in findings]
    emit({"findings": rows}, json_, rows)
    raise typer.Exit(FAILED if any(finding.status == "error" for finding in findings) else DONE)


def find_all(settings: Settings) -> Iterator[Finding]:
    """Every finding, in the order in which a person would mend them."""
    yield Finding(subject="configuration", status="ok", message=f"{settings.role} {settings.organisation.id}")
    plugins = load_plugins()
    for plugin in plugins.failures:
        yield Finding(subject=f"adapter {plugin.name}", status="error", message=plugin.failure or "")
    try:
        with open_services(settings) as services:
            yield Finding(subject="database", status="ok", message=services.database.engine.dialect.name)
            yield from _full_disks(services)
            yield from _of_role(services)
            yield from services.schedule_findings()
    except MimisError as error:
        yield _failed("database", error)
    yield from _trust(settings)
    yield from _look(settings)
    if settings.lti:
        # Only then: the web part that it stands on is an extra, and takes its time to import.
        from mimis_core.cli.lti import find

        yield from find(settings)
    for category, tables in connection_tables(settings):
        for name, table in tables.items():
            yield from find_faults(plugins, category, name, table)
    yield from _production(settings)


def _full_disks(services: Services) -> Iterator[Finding]:
    """Folders that leave too little room to go on writing."""
    for folder in services.full_folders():
        yield Finding(
            subject="disk",
            status="error",
            message=f"Less than {LEAST_ROOM // 2**20} MiB are left for {folder}.",
            mend="Make room, or move the folder to a larger disk: without any, nothing is issued or delivered.",
        )


def _of_role(services: Services) -> Iterator[Finding]:
    if services.settings.role != "school":
        return
    if services.settings.privacy.protected is None:
        yield Finding(
            subject="privacy",
            status="error",
            message="How protected identities are kept out is not answered.",
            mend='Set [privacy] protected = "role", "group", "list" or "none-enrolled".',
        )
    try:
        entries = services.catalogue.latest()
    except MimisError as error:
        yield _failed("catalogue", error)
        return
    if clashes := services.catalogue_reader.read().clashes:
        yield Finding(
            subject="catalogue",
            status="warning",
            message=f"In a file and published in the portal: {', '.join(clashes)}. The file counts.",
            mend="Remove the file to let the published version count.",
        )
    bad = [entry.ref for entry in entries if not passes(check_achievement(entry))]
    yield Finding(
        subject="catalogue",
        status="error" if bad else "ok",
        message=f"{len(entries)} entries" + (f"; not ready: {', '.join(bad)}" if bad else ""),
        mend="See: mimis catalogue check" if bad else None,
    )


def _trust(settings: Settings) -> Iterator[Finding]:
    try:
        for anchor in settings.anchors():
            load_pem_x509_certificate(anchor.encode())
    except MimisError as error:
        yield _failed("trust", error)
    except ValueError:
        yield Finding(
            subject="trust",
            status="error",
            message="A trust anchor is not a certificate in PEM form.",
            mend="Correct [trust] anchors in mimis.toml: each file starts with BEGIN CERTIFICATE.",
        )
    if settings.trust.lists is not None:
        yield _lists(settings.folder / settings.trust.lists / "trusted-lists.json", datetime.now(UTC))


def _lists(file: Path, now: datetime) -> Finding:
    """How old the copy of the EU's trusted lists is; its head says when the first of them was due for renewal."""
    fetch, subject = "Fetch them, best every day by a timer: mimis seals trust update", "trusted lists"
    try:
        copy = json.loads(file.read_bytes())
        fetched, due = datetime.fromisoformat(copy["fetched"]), datetime.fromisoformat(copy["next_update"])
        old = now > due
    except FileNotFoundError:
        return Finding(subject=subject, status="warning", message="They have not been fetched yet.", mend=fetch)
    except (ValueError, KeyError, TypeError, OSError):
        return Finding(subject=subject, status="error", message=f"{file} is damaged.", mend=f"Delete it. {fetch}")
    message = f"Fetched on {fetched.date()}; " + (f"one was due on {due.date()}." if old else f"due on {due.date()}.")
    return Finding(subject=subject, status="warning" if old else "ok", message=message, mend=fetch if old else None)


def _look(settings: Settings) -> Iterator[Finding]:
    try:
        read_look(settings)
    except MimisError as error:
        yield _failed("look", error)


def _production(settings: Settings) -> Iterator[Finding]:
    """What a real use still needs."""
    if not settings.base_url.startswith(("http://", "https://")):
        yield Finding(
            subject="base_url",
            status="error",
            message="base_url is no web address.",
            mend="Write the address that learners reach mimis at, such as https://mikromeriter.skolan.se",
        )
    if settings.base_url.startswith("http://"):
        yield Finding(
            subject="production",
            status="warning",
            message=f"base_url is {settings.base_url}.",
            mend="Serve mimis over https before learners use it; the address is printed in every credential.",
        )
    if settings.role == "school" and settings.trust.anchors:
        yield Finding(
            subject="production",
            status="warning",
            message="Trial trust anchors are configured.",
            mend="Get a real seal (docs/sigill.md) and put its provider's root here instead of the trial anchor.",
        )
    if settings.encryption_key is None:
        yield Finding(
            subject="production",
            status="warning",
            message="Names and documents are stored unencrypted.",
            mend="Set encryption_key (docs/operations.md says how on a database that is in use).",
        )


def _failed(subject: str, error: MimisError) -> Finding:
    return Finding(subject=subject, status="error", message=error.message, mend=error.mend)
