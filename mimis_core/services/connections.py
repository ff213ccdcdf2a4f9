"""What the settings connect mimis with: sources, the seal, couriers, feeds and formats; and whether each one works."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import datetime
from typing import Any

from mimis_core.errors import MimisError, NotFoundError
from mimis_core.model import Finding, Model
from mimis_core.plugins import Plugins
from mimis_core.services.pacing import without_pace
from mimis_core.services.schedules import ScheduleServices
from mimis_core.services.when import parse_when
from mimis_core.settings import Settings
from mimis_core.store.tables import SourceStateRow

PATIENCE = 20.0
"""Seconds that somebody who waits for an answer is let wait for one connection."""
Tables = dict[str, dict[str, Any]]


class Connection(Model):
    """One connection as it is configured, without its secrets.

    ``table`` is where it stands in ``mimis.toml``. ``pulled_at`` is the end of a source's last whole pull, ``as_of``
    until when all that happened there has been asked about.
    """

    category: str
    name: str
    kind: str
    table: str
    pulled_at: datetime | None = None
    as_of: datetime | None = None


class ScheduledCommand(Model):
    """What is done by itself: when, in the words of ``[schedule]``, and how it went last. ``next`` None is never."""

    command: str
    when: str
    next: datetime | None
    last: datetime | None
    state: str | None


class ConnectionServices(ScheduleServices):
    """Shows and tries the connections of one organisation."""

    def connections(self) -> tuple[Connection, ...]:
        """All of them, in the order in which a person would mend them."""
        with self.database.reading() as session:
            pulls = {row.source: row for row in self._rows(session, SourceStateRow)}
        return tuple(
            Connection(
                category=category,
                name=name,
                kind=str(table.get("kind", name)),
                table=_place(category, name),
                pulled_at=pulls[name].pulled_at if category == "source" and name in pulls else None,
                as_of=pulls[name].as_of if category == "source" and name in pulls else None,
            )
            for category, tables in connection_tables(self.settings)
            for name, table in tables.items()
        )

    def check_connection(self, category: str, name: str, patience: float = PATIENCE) -> tuple[Finding, ...]:
        """Try one as ``mimis check`` does. What has not answered within ``patience`` seconds is a finding too.

        Raises NotFoundError for what is not configured.
        """
        for known, tables in connection_tables(self.settings):
            if known == category and name in tables:
                return _within(patience, f"{category} {name}", self.plugins, category, name, tables[name])
        raise NotFoundError(f"No {category} is called {name!r} here.", code="unknown")

    def scheduled_commands(self) -> tuple[ScheduledCommand, ...]:
        """What workers do by the clock. Raises ConfigurationError for a time that cannot be read."""
        return tuple(self._scheduled_command(one) for one in self.scheduled())

    def _scheduled_command(self, one: dict[str, Any]) -> ScheduledCommand:
        when = parse_when(one["when"], self.jobs_table.zone)
        return ScheduledCommand(
            command=one["command"],
            when=one["when"],
            next=when.following(self.clock()) if when is not None else None,
            last=datetime.fromisoformat(one["last"]) if one["last"] else None,
            state=one["state"],
        )


def connection_tables(settings: Settings) -> list[tuple[str, Tables]]:
    """The tables of all connections by category; the signer and the sealer by their kind."""
    signer = {str(settings.signer.get("kind", "pkcs12")): settings.signer} if settings.signer else {}
    sealer = {str(settings.sealer.get("kind", "jades")): settings.sealer} if settings.signer else {}
    return [
        ("source", settings.sources),
        ("signer", signer),
        ("sealer", sealer),
        ("courier", {name: without_pace(table) for name, table in settings.couriers.items()}),
        ("feed", settings.feeds),
        *_formats(settings),
    ]


def find_faults(plugins: Plugins, category: str, name: str, table: dict[str, Any]) -> Iterator[Finding]:
    """Try one connection; a good one has a finding that says so."""
    subject = f"{category} {name}"
    try:
        with plugins.open(category, name, table) as adapter:
            found = list(adapter.check())
    except MimisError as error:
        yield Finding(subject=subject, status="error", message=error.message, mend=error.mend)
        return
    for one in found:
        yield one.model_copy(update={"subject": _whole_subject(subject, name, one.subject)})
    if not found:
        yield Finding(subject=subject, status="ok", message="configured")


def _formats(settings: Settings) -> Iterator[tuple[str, Tables]]:
    """The further formats, each with the sealer and the signer that it has of its own."""
    for name, table in settings.formats.items():
        parts = {part: table[part] for part in ("sealer", "signer") if part in table}
        yield "format", {f"formats.{name}": {"kind": name, **{key: table[key] for key in table if key not in parts}}}
        for part, own in parts.items():
            yield part, {f"formats.{name}": own}


def _whole_subject(connection: str, name: str, part: str) -> str:
    """What a finding is about, with the connection before it: adapters know their own parts, and some their name."""
    for known in (connection, name):
        if part == known or part.startswith(f"{known}: "):
            return connection + part.removeprefix(known)
    return f"{connection}: {part}"


def _place(category: str, name: str) -> str:
    """The table of mimis.toml that a connection stands in."""
    if name.startswith("formats."):
        return f"[{name}]" if category == "format" else f"[{name}.{category}]"
    return f"[{category}]" if category in ("signer", "sealer") else f"[{category}s.{name}]"


def _within(
    patience: float, subject: str, plugins: Plugins, category: str, name: str, table: dict[str, Any]
) -> tuple[Finding, ...]:
    """The findings, or that there was no answer: a remote system that hangs must not hold up who waits for it."""
    answer: Future[tuple[Finding, ...]] = Future()

    def ask() -> None:
        try:
            answer.set_result(tuple(find_faults(plugins, category, name, table)))
        except BaseException as error:  # raised again for who waits, if somebody still does
            answer.set_exception(error)

    # A daemon: what hangs ends with the process and does not keep it from ending.
    threading.Thread(target=ask, name=f"check {subject}", daemon=True).start()
    try:
        return answer.result(patience)
    except TimeoutError:
        message = f"There was no answer within {patience:.0f} seconds."
        return (Finding(subject=subject, status="error", message=message, mend="Try again; is its server on?"),)
