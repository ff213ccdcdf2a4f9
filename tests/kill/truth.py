"""What must be true when all work is done, whatever was killed on the way."""

from __future__ import annotations

from collections import Counter
from email import message_from_bytes
from typing import Any

from mimis_mail.message import message_id
from sqlalchemy import text

from mimis_core.store.tables import AuditRow, AwardRow, Base, CredentialRow, DeliveryRow, MessageRow, OutboxRow
from tests.kill.ground import Ground

SENDER = "bevis@skolan.example"
DOUBT = "doubt"
SIDE_BY_SIDE = 4
"""Mails that one worker has under way at once: so many may be in doubt after one kill."""


class Truth:
    """Reads everything once, from the database and from the sandboxes."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        with ground.school.database.transaction() as session:
            self.rows = {table: list(session.query(table)) for table in _TABLES}
            self.contents = {row.id: row.content for row in self.rows[CredentialRow]}
        self.mails = Counter(str(message_from_bytes(content)["Message-ID"]) for _, content in ground.mail.received())
        self.audit = Counter((row.action, row.subject) for row in self.rows[AuditRow])

    def of(self, table: type[Base], **wanted: Any) -> list[Any]:
        """Rows with these values."""
        return [row for row in self.rows[table] if all(getattr(row, name) == value for name, value in wanted.items())]


def check(ground: Ground) -> Truth:
    """Check all of it. The mails that a person is asked about are in ``truth.of(MessageRow, state="attention")``."""
    truth = Truth(ground)
    _one_credential_each(truth)
    _one_deposit_each(truth)
    _one_mail_each(truth)
    _only_doubts_are_left(truth)
    _audit_is_complete(truth)
    _database_is_whole(ground)
    _files_verify(truth)
    _another_round_does_nothing(ground)
    return truth


def _one_credential_each(truth: Truth) -> None:
    """An award has one first credential; corrections form a line from it, and at most one is live."""
    awards = truth.of(AwardRow, state="approved")
    own = {row.id: row.award_id for row in truth.rows[CredentialRow]}
    first = Counter(row.award_id for row in truth.rows[CredentialRow] if own.get(row.supersedes_id) != row.award_id)
    assert first == Counter(award.id for award in awards)
    assert {row.learner_id for row in awards} == {row.learner_id for row in truth.rows[AwardRow]}
    assert len({row.learner_id for row in awards}) == truth.ground.enrolled
    live = Counter(row.learner_id for row in truth.rows[CredentialRow] if row.live_key)
    assert all(count == 1 for count in live.values())
    ended = {row.learner_id for row in truth.of(CredentialRow, status="revoked")}
    assert set(live) | ended == {row.learner_id for row in awards}


def _one_deposit_each(truth: Truth) -> None:
    """Each delivery is one file in one wallet; what was taken back before it went out is cancelled."""
    urns = {row.id: row.urn for row in truth.rows[CredentialRow]}
    sent = Counter(urns[row.credential_id] for row in truth.of(DeliveryRow, state="sent"))
    held = Counter(_urn(name) for name, _ in truth.ground.wallet.received())
    assert held == sent
    assert truth.ground.wallet.mails == sum(held.values()), "the wallet took one twice"
    assert {row.state for row in truth.rows[DeliveryRow]} <= {"sent", "cancelled"}
    assert Counter(row.credential_id for row in truth.rows[DeliveryRow]) == Counter(list(urns))


def _one_mail_each(truth: Truth) -> None:
    """What is noted as sent went out once; what is in doubt once at most; nothing else went out."""
    known = {message_id(row.key, SENDER): row for row in truth.rows[MessageRow]}
    assert set(truth.mails) <= set(known)
    assert all(count == 1 for count in truth.mails.values())
    assert all(truth.mails[key] == 1 for key, row in known.items() if row.state == "sent")
    assert {row.state for row in truth.rows[MessageRow]} <= {"sent", "attention"}


def _only_doubts_are_left(truth: Truth) -> None:
    """A person is asked about mails alone, each with a reason, and no more than killed workers had under way."""
    assert truth.ground.unfinished() == []
    left = truth.of(OutboxRow, state="attention")
    assert all(row.kind == "mail" and row.code == DOUBT for row in left)
    assert {row.ref for row in left} == {row.id for row in truth.of(MessageRow, state="attention")}
    assert all(row.reason for row in left)
    assert len(left) <= SIDE_BY_SIDE * truth.ground.kills


def _audit_is_complete(truth: Truth) -> None:
    """One row for each decision, issue, delivery and mail: none is missing, none is there twice."""
    awards, credentials = truth.rows[AwardRow], truth.rows[CredentialRow]
    assert _told(truth, "award.propose") == Counter(row.id for row in awards if row.round == 1)
    assert _told(truth, "award.approved") == Counter(row.id for row in awards if row.state == "approved")
    assert _told(truth, "credential.issue") == Counter(row.id for row in credentials if row.supersedes_id is None)
    replaced = _told(truth, "credential.renew") + _told(truth, "credential.reissue")
    assert replaced == Counter(row.supersedes_id for row in credentials if row.supersedes_id)
    assert _told(truth, "credential.revoke") == Counter(row.id for row in truth.of(CredentialRow, status="revoked"))
    assert _told(truth, "delivery.sent") == Counter(row.id for row in truth.of(DeliveryRow, state="sent"))
    assert _told(truth, "message.sent") == Counter(row.id for row in truth.of(MessageRow, state="sent"))


def _told(truth: Truth, action: str) -> Counter[str]:
    return Counter({subject: count for (name, subject), count in truth.audit.items() if name == action})


def _database_is_whole(ground: Ground) -> None:
    """SQLite reads every page and every reference; PostgreSQL's references are asked for by their constraints."""
    with ground.school.database.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
            return
        for table in Base.metadata.sorted_tables:
            for key in table.foreign_keys:
                orphans = text(
                    f'SELECT count(*) FROM "{table.name}" a LEFT JOIN "{key.column.table.name}" b '
                    f'ON a."{key.parent.name}" = b.id WHERE a."{key.parent.name}" IS NOT NULL AND b.id IS NULL'
                )
                assert connection.execute(orphans).scalar_one() == 0


def _files_verify(truth: Truth) -> None:
    """Each stored file is whole: its seal holds and its form is right. Its status is asked for elsewhere."""
    for content in truth.contents.values():
        verdict = truth.ground.school.verify(content, offline=True)
        assert [f"{one.type}: {one.reason}" for one in verdict.checks if one.status == "error"] == []
    deposited = {_urn(name): content for name, content in truth.ground.wallet.received()}
    stored = {row.urn: truth.contents[row.id] for row in truth.rows[CredentialRow]}
    assert all(stored[urn] == content for urn, content in deposited.items())


def _another_round_does_nothing(ground: Ground) -> None:
    """The totals add up, and all of it once more, from the beginning, changes nothing."""
    report = ground.school.sync(full=True)
    assert report.adds_up
    assert (report.pulled, report.used, report.awards, report.errors) == (ground.enrolled, ground.enrolled, 0, ())
    assert set(vars(ground.school.drain()).values()) == {0}


def _urn(filename: str) -> str:
    return f"urn:credential:{filename.removesuffix('.jsonld').rpartition('_')[2]}"


_TABLES: tuple[type[Base], ...] = (AuditRow, AwardRow, CredentialRow, DeliveryRow, MessageRow, OutboxRow)
