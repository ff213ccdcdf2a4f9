"""Changing the lookup key of a database: hashes are made anew where what they are of is kept, and others are lost.

While it runs nothing else does: a database whose hashes are of two keys would not find who signs in, and would send
again what was sent. So the first act is to record that neither key is good, the last that the new one is: between them
the database is refused. It may be stopped and started again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select, true, update
from sqlalchemy.orm import Session

from mimis_core.store.attestation_tables import AttestationLinkRow
from mimis_core.store.cipher import Cipher
from mimis_core.store.contact_tables import ContactRow, HelperRow, LearnerAccountRow
from mimis_core.store.database import LOOKUP_CHECK, Database
from mimis_core.store.record_tables import ActorRow, TombstoneRow
from mimis_core.store.revisions import keep_first, state_of
from mimis_core.store.staff_tables import InvitationRow, SessionRow, StaffRow
from mimis_core.store.tables import (
    AliasRow,
    Base,
    DeliveryRow,
    EventRow,
    IdentityRow,
    LearnerRow,
    PartnerRow,
    ShareRow,
    SignInRow,
    SourceStateRow,
    StateRow,
)

AT_ONCE = 500
_CHANGING = "changing"
"""In the place of the hash that tells the lookup key: some hashes are of one, some of another."""
_Hash = Callable[[Cipher, Any], str | None]


@dataclass(frozen=True)
class Rehashed:
    """What a new lookup key does: hashes made anew, by ``table.column``, and what is lost, by what it is."""

    rows: dict[str, int]
    lost: dict[str, int]


def _address(cipher: Cipher, row: LearnerRow | StaffRow) -> str | None:
    return cipher.fingerprint(row.email) if row.email else None


_ANEW: tuple[tuple[type[Base], str, _Hash], ...] = (
    (LearnerRow, "email_key", _address),
    (ContactRow, "address_key", lambda cipher, row: cipher.fingerprint(row.address)),
    (StaffRow, "email_key", _address),
    # Of an account nothing but its hash is kept; who is bound to none is bound anew by her address.
    (StaffRow, "account_key", lambda cipher, row: None),
    (DeliveryRow, "to_key", lambda cipher, row: cipher.fingerprint(row.to)),
    (ShareRow, "token_key", lambda cipher, row: cipher.token_hash(row.token)),
    (EventRow, "hint_key", lambda cipher, row: row.hint_key and cipher.token_hash(row.hint)),
    (ActorRow, "name_key", lambda cipher, row: cipher.token_hash(f"actor {row.name}")),
)
"""Hashes of what the same row keeps encrypted, made as the services make them."""

_LOST: tuple[tuple[str, type[Base], ColumnElement[bool]], ...] = (
    ("sign-in links and slips that were not used", SignInRow, SignInRow.used_at.is_(None)),
    ("invitations of staff that were not used", InvitationRow, InvitationRow.used_at.is_(None)),
    ("signed-in staff", SessionRow, SessionRow.revoked_at.is_(None)),
    ("accounts of staff, until the next sign-in binds them again", StaffRow, StaffRow.account_key.is_not(None)),
    ("accounts of learners, until they bind them again", LearnerAccountRow, true()),
    ("private addresses that are not confirmed", ContactRow, ContactRow.confirmed_at.is_(None)),
    ("links to attest by", AttestationLinkRow, true()),
    ("links of helpers", HelperRow, HelperRow.ended_at.is_(None)),
    ("secrets of employers", PartnerRow, PartnerRow.removed_at.is_(None)),
    ("erased identities that a source may bring back", TombstoneRow, true()),
)
"""What is lost, and in which rows."""


def rehash(database: Database, organisation: str, *, dry_run: bool = False) -> Rehashed:
    """Make an organisation's hashes anew with the configured lookup key, and record that it is the one now.

    What is lost is counted before. Sources are asked about everything at their next pull. With ``dry_run`` nothing is
    written, and nothing is done when it is the one already. Raises ConfigurationError when a value cannot be decrypted.
    """
    with database.transaction() as session:
        if state_of(session, organisation, LOOKUP_CHECK) == database.cipher.token_hash(LOOKUP_CHECK):
            return Rehashed({}, {})
        lost = {what: _count(session, organisation, table, which) for what, table, which in _LOST}
        if not dry_run:
            _remember(session, organisation, _CHANGING)
    rows = _make_anew(database, organisation, dry_run)
    if not dry_run:
        _record(database, organisation)
    return Rehashed(rows, {what: count for what, count in lost.items() if count})


def _make_anew(database: Database, organisation: str, dry_run: bool) -> dict[str, int]:
    rows: dict[str, int] = {}
    for table, column, made in _ANEW:
        for _, row in _each(database, organisation, table, dry_run):
            _set(row, column, made(database.cipher, row), rows)
    for session, identity in _each(database, organisation, IdentityRow, dry_run):
        known = json.loads(identity.aliases or "{}")
        for alias in session.scalars(select(AliasRow).where(AliasRow.identity_id == identity.id)) if known else ():
            if alias.name in known:
                _set(alias, "value_key", database.cipher.fingerprint(known[alias.name]), rows)
    return rows


def _set(row: Base, column: str, value: str | None, rows: dict[str, int]) -> None:
    place = f"{row.__tablename__}.{column}"
    if value != getattr(row, column):
        setattr(row, column, value)
        rows[place] = rows.get(place, 0) + 1


def _each(database: Database, organisation: str, table: type[Base], dry_run: bool) -> Iterator[tuple[Session, Any]]:
    """All rows of a table with their session; what is changed in them is kept, a batch at a time."""
    last, query = "", select(table).where(table.organisation == organisation).order_by(table.id).limit(AT_ONCE)
    while True:
        with database.transaction() as session, session.no_autoflush:
            found = list(session.scalars(query.where(table.id > last)))
            yield from ((session, row) for row in found)
            if dry_run:
                session.expunge_all()
        if not found:
            return
        last = found[-1].id


def _count(session: Session, organisation: str, table: type[Base], which: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(table).where(table.organisation == organisation, which)
    return session.scalar(query) or 0


def _record(database: Database, organisation: str) -> None:
    with database.transaction() as session:
        # What a source was last asked with is compared by a hash: an empty one has everything pulled anew.
        for source in session.scalars(select(SourceStateRow).where(SourceStateRow.organisation == organisation)):
            source.settings_key, source.catalogue_key = "", None
        _remember(session, organisation, database.cipher.token_hash(LOOKUP_CHECK))


def _remember(session: Session, organisation: str, value: str) -> None:
    keep_first(session, organisation, LOOKUP_CHECK, value)
    mine = StateRow.organisation == organisation, StateRow.name == LOOKUP_CHECK
    session.execute(update(StateRow).where(*mine).values(value=value))
