"""All tables. Each has an organisation id; names, contacts and documents are encrypted."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, BigInteger, Date, ForeignKey, Index, String, UniqueConstraint, literal_column, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from mimis_core.store.types import Encrypted, EncryptedBytes, UtcDateTime


def new_id() -> str:
    """An opaque id: 32 hexadecimal digits that say nothing about what they name."""
    return uuid4().hex


class Base(DeclarativeBase):
    """Common columns and the types that annotations stand for."""

    type_annotation_map = {datetime: UtcDateTime, date: Date, dict[str, Any]: JSON}  # read by SQLAlchemy

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation: Mapped[str] = mapped_column(String(80), index=True)


class StateRow(Base):
    """One thing that the store remembers about an organisation, by name: its lookup key's check, its revision."""

    __tablename__ = "state"
    __table_args__ = (UniqueConstraint("organisation", "name"),)
    name: Mapped[str] = mapped_column(String(40))
    value: Mapped[str] = mapped_column(String(64))


class LearnerRow(Base):
    """A person in one organisation.

    ``revision`` is the number of the transaction that last changed her, for the directory to be kept up to date by
    (store/revisions.py).
    """

    __tablename__ = "learner"
    __table_args__ = (
        Index("learner_revision", "organisation", "revision"),
        Index("learner_protected", "organisation", sqlite_where=text("protected"), postgresql_where=text("protected")),
    )
    full_name: Mapped[str] = mapped_column(Encrypted)
    given_name: Mapped[str | None] = mapped_column(Encrypted)
    family_name: Mapped[str | None] = mapped_column(Encrypted)
    email: Mapped[str | None] = mapped_column(Encrypted)
    email_key: Mapped[str | None] = mapped_column(String(64), index=True)
    birth_date: Mapped[str | None] = mapped_column(Encrypted)
    protected: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(default=0)


class IdentityRow(Base):
    """One source identity of a learner. Merging moves rows here and nowhere else.

    ``aliases`` is a JSON object: the further names that the source knows her by.
    """

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("organisation", "source", "key"),)
    source: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(200))
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    aliases: Mapped[str | None] = mapped_column(Encrypted)


class AliasRow(Base):
    """Keyed hash of one alias of an identity: equal ones are found without reading any."""

    __tablename__ = "alias"
    __table_args__ = (UniqueConstraint("identity_id", "name"), Index("alias_equal", "name", "value_key"))
    identity_id: Mapped[str] = mapped_column(ForeignKey("identity.id"))
    name: Mapped[str] = mapped_column(String(80))
    value_key: Mapped[str] = mapped_column(String(64))


class SourceStateRow(Base):
    """How far the pulls of one source have come.

    ``cursor`` is what the next pull may start from, ``full_at`` the beginning of the last complete pull of everything,
    ``as_of`` the time up to which the source has been asked about all that happened. ``settings_key`` is a keyed hash
    of its settings: with others, all is pulled anew. ``catalogue_key`` is that of the catalogue that its completions
    were last matched with; None when they wait to be matched again.
    """

    __tablename__ = "source_state"
    __table_args__ = (UniqueConstraint("organisation", "source"),)
    source: Mapped[str] = mapped_column(String(80))
    cursor: Mapped[str | None] = mapped_column(Encrypted)
    settings_key: Mapped[str] = mapped_column(String(64))
    catalogue_key: Mapped[str | None] = mapped_column(String(64))
    full_at: Mapped[datetime | None]
    pulled_at: Mapped[datetime | None]
    as_of: Mapped[datetime | None]


class EventRow(Base):
    """A hint that waits to be followed; it is removed when it was.

    ``hint_key`` is its keyed hash while it waits, so that the same hint does not wait twice. It is None while it is
    being followed: what the source says meanwhile may be newer.
    """

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("organisation", "source", "hint_key"),)
    source: Mapped[str] = mapped_column(String(80))
    hint: Mapped[str] = mapped_column(Encrypted)
    hint_key: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime]


class CompletionRow(Base):
    """One pulled completion and what became of it: used, waiting, unmatched, or set_aside with a reason.

    The reason ``withdrawn`` means that its source has taken it back, ``protected`` that the learner is protected.
    """

    __tablename__ = "completion"
    __table_args__ = (UniqueConstraint("organisation", "source", "key"),)
    source: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(300))
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    content: Mapped[str] = mapped_column(Encrypted)
    state: Mapped[str] = mapped_column(String(20), default="unmatched", index=True)
    reason: Mapped[str | None] = mapped_column(String(300))
    seen_at: Mapped[datetime]
    seen_in: Mapped[str] = mapped_column(String(32), index=True)


class SetAsideRow(Base):
    """A record that a source or mimis could not use, with the reason."""

    __tablename__ = "set_aside"
    __table_args__ = (UniqueConstraint("organisation", "source", "key"),)
    source: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(300))
    reason: Mapped[str] = mapped_column(String(100))
    message: Mapped[str] = mapped_column(String(1000))
    seen_at: Mapped[datetime]
    seen_in: Mapped[str] = mapped_column(String(32), index=True)


class AwardRow(Base):
    """One decision; a learner has at most one for each achievement version and round.

    Round 1 is the first time; each renewal is a decision of its own, one round later. ``valid_from`` is set for a
    renewal: the validity counts from the recompletion, or from the day when a person decided.
    """

    __tablename__ = "award"
    __table_args__ = (UniqueConstraint("organisation", "learner_id", "achievement_id", "achievement_version", "round"),)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    achievement_id: Mapped[str] = mapped_column(String(80))
    achievement_version: Mapped[int]
    round: Mapped[int] = mapped_column(default=1)
    valid_from: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(20), index=True)
    completed_at: Mapped[datetime]
    evidence: Mapped[str] = mapped_column(Encrypted)
    decided_by: Mapped[str | None] = mapped_column(Encrypted)
    decided_at: Mapped[datetime | None]
    by_rule: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None] = mapped_column(Encrypted)


class ReviewRow(Base):
    """What a source said that a person must decide on: ``withdrawn``, ``corrected`` or ``departed``.

    ``key`` is the completion's in the source, or the learner's where she departed. ``signal`` is a keyed hash of what
    was said, so that the same again is one review. ``code`` is the source's own; ``reason`` why it was closed, where it
    was: ``back`` and ``newer`` are mimis's own, others a person's.
    """

    __tablename__ = "review"
    __table_args__ = (UniqueConstraint("organisation", "kind", "source", "key", "signal"),)
    kind: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(300))
    signal: Mapped[str] = mapped_column(String(64))
    learner_id: Mapped[str | None] = mapped_column(ForeignKey("learner.id"), index=True)
    award_id: Mapped[str | None] = mapped_column(ForeignKey("award.id"), index=True)
    code: Mapped[str] = mapped_column(String(100))
    message: Mapped[str] = mapped_column(String(1000))
    state: Mapped[str] = mapped_column(String(20), default="open", index=True)
    reason: Mapped[str | None] = mapped_column(Encrypted)
    at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(Encrypted)
    decided_at: Mapped[datetime | None]


class CredentialRow(Base):
    """An issued credential. ``live_key`` is set while it lives, so that the database refuses a second one.

    ``supersedes_id`` is the credential that this one replaces: a correction has the award of that one, a renewal one
    of its own. ``status_list`` and ``status_index`` are its place in a Bitstring Status List, and ``reminded`` the
    number of days ahead of the end at which the learner was last reminded.
    """

    __tablename__ = "credential"
    __table_args__ = (
        UniqueConstraint("organisation", "live_key"),
        UniqueConstraint("organisation", "status_list", "status_index"),
        Index("credential_stats", "organisation", "issued_at", "award_id", "supersedes_id"),
        Index("credential_award", "id", "award_id"),
    )
    award_id: Mapped[str] = mapped_column(ForeignKey("award.id"), index=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    achievement: Mapped[str] = mapped_column(Encrypted)
    urn: Mapped[str] = mapped_column(String(60), unique=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    live_key: Mapped[str | None] = mapped_column(String(160))
    format: Mapped[str] = mapped_column(String(40))
    media_type: Mapped[str] = mapped_column(String(80))
    filename: Mapped[str] = mapped_column(String(120))
    content: Mapped[bytes] = mapped_column(EncryptedBytes, deferred=True)
    status: Mapped[str] = mapped_column(String(20), index=True)
    status_reason: Mapped[str | None] = mapped_column(Encrypted)
    status_at: Mapped[datetime]
    issued_at: Mapped[datetime]
    valid_until: Mapped[datetime | None] = mapped_column(index=True)
    supersedes_id: Mapped[str | None] = mapped_column(ForeignKey("credential.id"), unique=True)
    status_list: Mapped[int]
    status_index: Mapped[int]
    reminded: Mapped[int | None]


class PermissionRow(Base):
    """A recorded permission: the learner's own choice or the school's rule. Nothing leaves without one."""

    __tablename__ = "permission"
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200))
    given_by: Mapped[str] = mapped_column(Encrypted)
    given_at: Mapped[datetime]


class DeliveryRow(Base):
    """One credential's way to one wallet or mailbox."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("organisation", "credential_id", "courier", "to_key"),
        Index("delivery_stats", "organisation", "state", "at", "credential_id"),
    )
    credential_id: Mapped[str] = mapped_column(ForeignKey("credential.id"), index=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    permission_id: Mapped[str] = mapped_column(ForeignKey("permission.id"))
    courier: Mapped[str] = mapped_column(String(80))
    to: Mapped[str] = mapped_column(Encrypted)
    to_key: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(20), index=True)
    reason: Mapped[str | None] = mapped_column(String(500))
    reference: Mapped[str | None] = mapped_column(String(300))
    url: Mapped[str | None] = mapped_column(String(500))
    at: Mapped[datetime]


class MessageRow(Base):
    """A mail to a learner; ``key`` makes it go out once whatever is repeated."""

    __tablename__ = "message"
    __table_args__ = (UniqueConstraint("organisation", "key"),)
    key: Mapped[str] = mapped_column(String(160))
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    to: Mapped[str] = mapped_column(Encrypted)
    subject: Mapped[str] = mapped_column(Encrypted)
    text: Mapped[str] = mapped_column(Encrypted)
    credential_id: Mapped[str | None] = mapped_column(ForeignKey("credential.id"))
    state: Mapped[str] = mapped_column(String(20), index=True)
    reason: Mapped[str | None] = mapped_column(String(500))
    reference: Mapped[str | None] = mapped_column(String(300))
    at: Mapped[datetime]


class OutboxRow(Base):
    """Work that must happen because of a row written in the same transaction: queued, doing, done or attention.

    ``destination`` is the table of mimis.toml that it goes to, such as ``couriers.europass``. ``lease`` names the
    worker that has it in hand and the number of its claim: no two claims have the same, and only
    who has it may mark the row.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("organisation", "kind", "ref"),
        # What is done is nearly all of the table and is never asked for, so it is left out.
        Index(
            "outbox_undone",
            "organisation",
            "destination",
            "not_before",
            "id",
            sqlite_where=text("state != 'done'"),
            postgresql_where=text("state != 'done'"),
        ),
    )
    kind: Mapped[str] = mapped_column(String(20))
    ref: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(20), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]
    destination: Mapped[str | None] = mapped_column(String(100))
    lease: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None]
    code: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str | None] = mapped_column(String(500))


UNDONE = OutboxRow.state != literal_column("'done'")
"""Condition of what is not done; written out, since a database uses a partial index only where it can see that."""


class DestinationRow(Base):
    """Where work goes to, and how that is doing.

    ``failures`` counts the failures since the last success. While ``closed_until`` lasts nothing is tried. ``lease`` is
    the worker that alone delivers there, where a limit is set.
    """

    __tablename__ = "destination"
    __table_args__ = (UniqueConstraint("organisation", "name"),)
    name: Mapped[str] = mapped_column(String(100))
    failures: Mapped[int] = mapped_column(default=0)
    closed_until: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(500))
    lease: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None]


class ScheduleRow(Base):
    """One time at which a scheduled command was due: waiting, running, done or failed.

    That there is one row for each lets one worker run it. ``form`` is how the schedule was written then: the first row
    of a form is only where it starts from. ``code`` is how the command ended.
    """

    __tablename__ = "schedule"
    __table_args__ = (UniqueConstraint("organisation", "command", "due"),)
    command: Mapped[str] = mapped_column(String(300))
    form: Mapped[str] = mapped_column(String(40))
    due: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]
    lease: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None]
    began_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    code: Mapped[int | None]


class SignInRow(Base):
    """A one-time link or printed slip; only its hash is kept."""

    __tablename__ = "sign_in"
    __table_args__ = (UniqueConstraint("organisation", "token_key"),)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    token_key: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(10))
    made_by: Mapped[str | None] = mapped_column(Encrypted)
    expires: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PartnerRow(Base):
    """A registered employer; the client secret is kept as a hash."""

    __tablename__ = "partner"
    __table_args__ = (UniqueConstraint("organisation", "client_id"),)
    name: Mapped[str] = mapped_column(String(200))
    registration: Mapped[str] = mapped_column(String(20))
    domain: Mapped[str] = mapped_column(String(253))
    client_id: Mapped[str] = mapped_column(String(40))
    secret_key: Mapped[str] = mapped_column(String(64))
    removed_at: Mapped[datetime | None]


class ShareRow(Base):
    """A learner's permission for one recipient; the link's token is stored encrypted and looked up by its hash."""

    __tablename__ = "share"
    __table_args__ = (
        UniqueConstraint("organisation", "token_key"),
        Index("share_stats", "organisation", "created_at"),
    )
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    partner_id: Mapped[str | None] = mapped_column(ForeignKey("partner.id"), index=True)
    token: Mapped[str] = mapped_column(Encrypted)
    token_key: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(Encrypted)
    until: Mapped[date]
    anonymous: Mapped[bool]
    application_email: Mapped[str | None] = mapped_column(Encrypted)
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class ShareCredentialRow(Base):
    """Which credentials a share shows."""

    __tablename__ = "share_credential"
    __table_args__ = (UniqueConstraint("share_id", "credential_id"),)
    share_id: Mapped[str] = mapped_column(ForeignKey("share.id"), index=True)
    credential_id: Mapped[str] = mapped_column(ForeignKey("credential.id"))


class DisclosureRow(Base):
    """One look at what a share showed."""

    __tablename__ = "disclosure"
    __table_args__ = (Index("disclosure_stats", "organisation", "at", "share_id"),)
    share_id: Mapped[str] = mapped_column(ForeignKey("share.id"), index=True)
    viewer: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]


class ImportRow(Base):
    """Employer role: one share or file taken in."""

    __tablename__ = "import"
    __table_args__ = (UniqueConstraint("organisation", "key"),)
    key: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20), index=True)
    content: Mapped[str] = mapped_column(Encrypted)
    at: Mapped[datetime]


class AuditRow(Base):
    """Append-only record of what was decided, done and looked at, by ids alone.

    ``actor`` is an opaque id: of a learner, of an :class:`ActorRow`, or a word for a part of mimis. ``seq`` and
    ``chain`` are written once, when the row is sealed into its organisation's chain: its number from 1, and the SHA-256
    over the link before it and this row. The database refuses every other change and every removal (migration 0002).
    """

    __tablename__ = "audit"
    __table_args__ = (
        UniqueConstraint("organisation", "seq"),
        Index("audit_subject", "organisation", "subject"),
        Index(
            "audit_unsealed",
            "organisation",
            "at",
            "id",
            sqlite_where=text("seq IS NULL"),
            postgresql_where=text("seq IS NULL"),
        ),
    )
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(200))
    details: Mapped[dict[str, Any]]
    seq: Mapped[int | None] = mapped_column(BigInteger)
    chain: Mapped[str | None] = mapped_column(String(64))
