"""What all services share: one organisation's settings, database, adapters and audit."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Self, TypeVar

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from mimis_core.catalogue import Catalogue
from mimis_core.errors import ConfigurationError, DataError, NotFoundError
from mimis_core.kinds import Adapter, Courier, Format, Sealer, Signer, TalentFeed
from mimis_core.model import Achievement, CredentialFacts, Event, Organisation, Verdict
from mimis_core.observe import know_hosts
from mimis_core.pipeline import verify_file
from mimis_core.plugins import Plugins
from mimis_core.services.audit_sealing import AuditSealer
from mimis_core.services.catalogue_reading import CatalogueReader
from mimis_core.services.pacing import without_pace
from mimis_core.settings import Settings
from mimis_core.store.catalogue_files import load_catalogue
from mimis_core.store.database import Database
from mimis_core.store.record_tables import ActorRow
from mimis_core.store.tables import AuditRow, Base, OutboxRow, new_id

Row = TypeVar("Row", bound=Base)
VALUES_AT_ONCE = 1_000
"""In one query: databases bound how many values one may hold."""
OPAQUE_ID = re.compile(r"[0-9a-f]{32}")
"""Form of the ids of rows."""
PARTS = frozenset({"mimis", "sync", "employer", "administrator", "link", "link-system", "link-file"})
"""Actors that are nobody: parts of mimis, whoever has the machine, whoever has a link."""


def utc_now() -> datetime:
    """The clock, in whole seconds as the documents write it; tests give another."""
    return datetime.now(UTC).replace(microsecond=0)


class ServicesBase:
    """One organisation's data and adapters. Thread-safe: each call has its own database session."""

    def __init__(
        self, settings: Settings, plugins: Plugins, database: Database, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self.settings = settings
        self.plugins = plugins
        self.database = database
        self.clock = clock
        self.on_queued: Callable[[], None] | None = None
        self._opened: dict[tuple[str, str], Adapter[Any]] = {}
        self._lock = threading.RLock()

    @cached_property
    def audit_sealer(self) -> AuditSealer:
        """Seals what :meth:`_audit` has written."""
        return AuditSealer(self.database, self.organisation, lambda: self.clock())

    @property
    def organisation(self) -> str:
        """Id that every row of this organisation carries."""
        return self.settings.organisation.id

    @cached_property
    def catalogue_reader(self) -> CatalogueReader:
        """Follows what is published in the portal, here and by other processes."""
        folder = self.settings.folder / self.settings.catalogue
        return CatalogueReader(lambda: load_catalogue(folder), self.database, self.organisation)

    @property
    def catalogue(self) -> Catalogue:
        """The files as they stood when they were first asked for, and what is published in the portal by now."""
        return self.catalogue_reader.read().catalogue

    def reviewed(self, achievement: Achievement) -> Achievement:
        """An entry, however old, with the external reviews that approve exactly its content."""
        return self.catalogue_reader.publications().reviewed(achievement)

    def owner(self, owner_id: str) -> Organisation:
        """The organisation that owns an achievement. Raises ConfigurationError when it is not configured."""
        for one in (self.settings.organisation, *self.settings.owners):
            if one.id == owner_id:
                return one
        raise ConfigurationError(
            f"The catalogue names the owner {owner_id!r}, which mimis.toml does not describe.",
            mend="Add it under [[owners]], or correct owner in the catalogue.",
        )

    def verify(self, content: bytes, *, offline: bool = False, fresh: bool = False) -> Verdict:
        """Check a sealed file of any issuer against the configured trust anchors.

        Not ``fresh``, an issuer's status answer of a few minutes ago may be used again.
        """
        return verify_file(self.plugins, content, self.settings.reliance(offline=offline, fresh=fresh))

    def read(self, content: bytes) -> CredentialFacts:
        """Read a credential file of any installed format. Raises DataError, the main format's, when none knows it."""
        try:
            return self._format.read(content)
        except DataError:
            for kind in self.plugins.types("format"):
                # With its defaults: reading needs no settings, and a format that insists on some is passed over.
                with suppress(DataError, ConfigurationError):
                    other: Format[Any] = self._open("format", f"reading.{kind}", {"kind": kind})
                    return other.read(content)
            raise

    def open_feeds(self) -> list[TalentFeed[Any]]:
        """The configured ATS connections."""
        return [self._open("feed", name, table) for name, table in self.settings.feeds.items()]

    def couriers(self) -> list[str]:
        """Names of the configured couriers."""
        return list(self.settings.couriers)

    def close(self) -> None:
        """Close adapters and database."""
        for adapter in self._opened.values():
            adapter.close()
        self._opened.clear()
        self.audit_sealer.finish()
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    @property
    def _format(self) -> Format[Any]:
        format_: Format[Any] = self._open("format", "elm", self.settings.format)
        return format_

    @property
    def _sealer(self) -> Sealer[Any]:
        sealer: Sealer[Any] = self._open("sealer", "jades", self.settings.sealer)
        return sealer

    @property
    def _signer(self) -> Signer[Any]:
        if self.settings.signer is None:
            raise ConfigurationError(
                "No seal key is configured.", mend="Add [signer] to mimis.toml; docs/sigill.md says how to get one."
            )
        signer: Signer[Any] = self._open("signer", "pkcs12", self.settings.signer)
        return signer

    def _courier(self, name: str) -> Courier[Any]:
        if name not in self.settings.couriers:
            raise ConfigurationError(f"No courier is called {name!r}.", mend=f"Add [couriers.{name}] to mimis.toml.")
        courier: Courier[Any] = self._open("courier", name, without_pace(self.settings.couriers[name]))
        return courier

    def _open(self, category: str, name: str, table: dict[str, Any]) -> Any:
        if (category, name) not in self._opened:  # seen without the lock: what is open waits for nothing
            with self._lock:
                if (category, name) not in self._opened:
                    opened = self.plugins.open(category, name, table)
                    know_hosts(opened.settings.model_dump(mode="json"))
                    self._opened[category, name] = opened
        return self._opened[category, name]

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        """A session that commits at the end; work that it queued is announced after that, never before."""
        with self.database.transaction() as session:
            yield session
        if audited := session.info.pop("audited", 0):
            self.audit_sealer.note(audited)
        if session.info.pop("queued", False) and self.on_queued is not None:
            self.on_queued()

    def _get(self, session: Session, table: type[Row], row_id: str, what: str) -> Row:
        """One row of this organisation; somebody else's row is not found."""
        row = session.get(table, row_id)
        if row is None or row.organisation != self.organisation:
            raise NotFoundError(f"There is no {what} {row_id!r} here.", code="unknown")
        return row

    def _rows(self, session: Session, table: type[Row], *conditions: Any) -> list[Row]:
        query = select(table).where(table.organisation == self.organisation, *conditions)
        return list(session.scalars(query))

    def _rows_in(
        self, session: Session, table: type[Row], column: Any, values: Collection[str], *conditions: Any
    ) -> list[Row]:
        """Rows whose column has one of these values, however many. No text in a database has a NUL in it."""
        wanted = [value for value in dict.fromkeys(values) if "\0" not in value]
        return [
            row
            for start in range(0, len(wanted), VALUES_AT_ONCE)
            for row in self._rows(session, table, column.in_(wanted[start : start + VALUES_AT_ONCE]), *conditions)
        ]

    def _by_id(self, session: Session, table: type[Row], ids: Collection[str]) -> dict[str, Row]:
        """Rows by their ids; those that the session holds already are not asked for again."""
        held = {one: session.identity_map.get(identity_key(table, one)) for one in ids}
        found = {one: row for one, row in held.items() if row is not None and row.organisation == self.organisation}
        missing = [one for one in ids if one not in found]
        return found | {row.id: row for row in self._rows_in(session, table, table.id, missing)}

    def _audit(self, session: Session, actor: str, action: str, subject: str, **details: Any) -> None:
        """Record that ``actor`` did ``action`` to ``subject``, an id; ``details`` are ids and words too.

        ``actor`` may be somebody's name: the record gets an opaque id in its place.
        """
        now, actor_id = self.clock(), self._actor_id(session, actor)
        session.info["audited"] = session.info.get("audited", 0) + 1
        session.add(
            AuditRow(
                organisation=self.organisation, at=now, actor=actor_id, action=action, subject=subject, details=details
            )
        )
        event = Event(action=action, organisation=self.organisation, subject=subject, at=now, details=details)
        self.plugins.call("mimis_record", event=event)

    def _actor_id(self, session: Session, actor: str) -> str:
        """An id, or a word for a part of mimis, as it is; for a name the id that stands for it here."""
        if actor in PARTS or OPAQUE_ID.fullmatch(actor):
            return actor
        known: dict[str, str] = session.info.setdefault("actors", {})
        if actor not in known:
            mine = {"organisation": self.organisation, "name_key": self.database.cipher.token_hash(f"actor {actor}")}
            query = select(ActorRow.id).filter_by(**mine)
            with session.no_autoflush:
                found = session.scalar(query)
                if found is None:
                    # Another worker may note the same name at this moment, and its transaction must not fail for that.
                    insert = sqlite.insert if session.connection().dialect.name == "sqlite" else postgresql.insert
                    row = insert(ActorRow).values(id=new_id(), name=actor, **mine)
                    session.execute(row.on_conflict_do_nothing(index_elements=list(mine)))
                    found = session.execute(query).scalar_one()
            known[actor] = found
        return known[actor]

    def _enqueue(self, session: Session, kind: str, ref: str, destination: str | None = None) -> None:
        row = OutboxRow(
            organisation=self.organisation, kind=kind, ref=ref, destination=destination, not_before=self.clock()
        )
        session.add(row)
        session.info["queued"] = True
