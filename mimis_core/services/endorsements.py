"""Endorsements: an employer or a branch organisation says, signed, that an entry of the catalogue is worth something.

Which words are signed how is a format's affair (:class:`Endorses`); here they are taken in, shown and sealed in as long
as they hold.
"""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from sqlalchemy.orm import Session

from mimis_core.errors import ConfigurationError, DataError, NotFoundError, UserError
from mimis_core.kinds import Sealer
from mimis_core.model import Achievement, Attachment, Document, Model, Organisation, Sealed, Trust, Verdict
from mimis_core.services.base import ServicesBase
from mimis_core.services.texts import in_swedish
from mimis_core.store.base import new_id
from mimis_core.store.catalogue_tables import EndorsementRow
from mimis_core.wording import holds_personal_data

MEDIA_TYPE = "application/jwt"
SEALER = "vc-jwt"
LONGEST_WORDS = 1000
"""Characters that an endorsement may say: it stands on the credential."""


class EndorsementFacts(Model):
    """What a signed endorsement says. ``subject`` is the id of the version of an achievement that it is about."""

    subject: str
    issuer_name: str
    registration: str | None = None
    eidas: str | None = None
    words: str
    issued: datetime
    until: datetime | None = None


class EndorsementOrder(Model):
    """What an employer is asked to endorse, with its words. ``title`` is the entry's, for people."""

    subject: str
    title: str
    words: str = ""
    until: datetime | None = None


@runtime_checkable
class Endorses(Protocol):
    """A format that knows endorsements; not all do."""

    def endorsed_id(self, achievement: Achievement, owner: Organisation) -> str:
        """What an endorsement of this version of an achievement names."""

    def write_endorsement(self, order: EndorsementOrder, by: Organisation, now: datetime) -> Document:
        """The unsigned endorsement."""

    def read_endorsement(self, content: bytes, trust: Trust) -> tuple[EndorsementFacts | None, Verdict]:
        """What a file says and whether it holds; no facts for a file that is no endorsement."""


class Endorsement(Model):
    """An endorsement that was taken in."""

    id: str
    entry: str
    name: str
    registration: str | None
    words: str
    issued_at: datetime
    until: datetime | None
    confirmed: bool
    withdrawn_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it is shown, and sealed into what is issued."""
        return self.withdrawn_at is None and (self.until is None or self.until >= now)


class EndorsementServices(ServicesBase):
    """Endorsements of one organisation's entries; and, for an employer, those that it gives."""

    def endorsement_request(self, achievement_id: str) -> EndorsementOrder:
        """What an employer needs to endorse the newest version of an entry. Raises NotFoundError."""
        entry = self._entry_to_endorse(achievement_id)
        subject = self._endorsing().endorsed_id(entry, self.owner(entry.owner))
        return EndorsementOrder(subject=subject, title=in_swedish(entry.title))

    def endorse(self, endorsement_order: EndorsementOrder) -> Sealed:
        """Sign an endorsement with this organisation's own seal. Raises UserError without words, or with too many."""
        if not 0 < len(endorsement_order.words.strip()) <= LONGEST_WORDS:
            raise UserError(f"Say in 1 to {LONGEST_WORDS} characters why you endorse it.", code="words")
        document = self._endorsing().write_endorsement(endorsement_order, self.settings.organisation, self.clock())
        sealer: Sealer[Any] = self._open("sealer", "endorsing", {"kind": SEALER})
        return sealer.seal(document, self._signer)

    def add_endorsement(
        self, achievement_id: str, endorsement: bytes, by: str, *, confirmed: bool = False
    ) -> Endorsement:
        """Take a signed endorsement in; from now on it is shown, and stands in what is issued.

        ``confirmed``: a person vouches for whose it is, since no trust anchor does. Raises NotFoundError; DataError
        for what is no endorsement; UserError with a code: ``invalid`` (it does not hold), ``unknown`` (nobody here
        knows whose it is: confirm it), ``other`` (it is about something else), ``words`` (none, too many, or with an
        address).
        """
        entry = self._entry_to_endorse(achievement_id)
        facts, verdict = self._read_endorsement(endorsement)
        self._refuse_endorsement(facts, verdict, confirmed)
        if facts.subject != self._endorsing().endorsed_id(entry, self.owner(entry.owner)):
            raise UserError(f"The endorsement is about something else than {entry.ref}.", code="other")
        with self._transaction() as session:
            known = self._rows(session, EndorsementRow, EndorsementRow.achievement_id == entry.id)
            same = next((row for row in known if row.content == endorsement and row.withdrawn_at is None), None)
            return _view(same or self._add(session, entry, facts, endorsement, by, confirmed))

    def read_endorsement(self, endorsement: bytes) -> EndorsementFacts:
        """What a file says, whoever has signed it: for the person who is to vouch for whose it is. Raises DataError."""
        return self._read_endorsement(endorsement)[0]

    def endorsements_of(self, achievement_id: str) -> list[Endorsement]:
        """All of an entry, of every version, newest first."""
        with self.database.reading() as session:
            rows = self._rows(session, EndorsementRow, EndorsementRow.achievement_id == achievement_id)
            return sorted(map(_view, rows), key=lambda one: one.issued_at, reverse=True)

    def withdraw_endorsement(self, endorsement_id: str, reason: str, by: str) -> None:
        """Show it no longer; what was issued with it stays. Raises NotFoundError. Repeating it changes nothing."""
        with self._transaction() as session:
            row = self._get(session, EndorsementRow, endorsement_id, "endorsement")
            if row.withdrawn_at is None:
                row.withdrawn_at, row.withdrawn_reason = self.clock(), reason
                self._audit(session, by, "endorsement.withdraw", row.id)

    def endorsement_file(self, endorsement_id: str) -> Sealed:
        """The signed file, for everybody. Raises NotFoundError, also for one that was withdrawn."""
        with self.database.reading() as session:
            row = self._get(session, EndorsementRow, endorsement_id, "endorsement")
            if row.withdrawn_at is not None:
                raise NotFoundError("The endorsement was withdrawn.", code="withdrawn")
            name, content = f"endorsement-{row.id}.jwt", row.content
        return Sealed(urn=endorsement_id, format="openbadge", media_type=MEDIA_TYPE, filename=name, content=content)

    def _endorsed(self, session: Session, achievement: Achievement) -> Achievement:
        """The entry with the endorsements that hold now. Asked once in a session: many are issued together."""
        known: dict[str, tuple[Attachment, ...]] = session.info.setdefault("endorsed", {})
        if achievement.ref not in known:
            about = EndorsementRow.achievement_id == achievement.id, EndorsementRow.version == achievement.version
            rows = [row for row in self._rows(session, EndorsementRow, *about) if _view(row).holds(self.clock())]
            known[achievement.ref] = tuple(map(self._attachment, sorted(rows, key=lambda row: (row.issued_at, row.id))))
        found = known[achievement.ref]
        return achievement.model_copy(update={"endorsements": found}) if found else achievement

    def _attachment(self, row: EndorsementRow) -> Attachment:
        return Attachment(
            title={"sv": f"Rekommenderas av {row.name}: {row.words}", "en": f"Endorsed by {row.name}: {row.words}"},
            media_type=MEDIA_TYPE,
            content=base64.b64encode(row.content).decode(),
            url=f"{self.settings.base_url}/endorsements/{row.id}",
        )

    def _read_endorsement(self, content: bytes) -> tuple[EndorsementFacts, Verdict]:
        facts, verdict = self._endorsing().read_endorsement(content, self.settings.reliance(fresh=True))
        if facts is None:
            raise DataError("The file is no endorsement.", mend="Choose the signed file.", code="not_endorsement")
        return facts, verdict

    def _entry_to_endorse(self, achievement_id: str) -> Achievement:
        entry = self.catalogue.get(achievement_id)
        if entry is None:
            raise NotFoundError(f"The catalogue has no entry {achievement_id!r}.", mend="See: mimis catalogue list")
        return entry

    def _refuse_endorsement(self, facts: EndorsementFacts, verdict: Verdict, confirmed: bool) -> None:
        if verdict.verdict == "invalid":
            wrong = next(check.reason for check in verdict.checks if check.status == "error")
            raise UserError(f"The endorsement does not hold. {wrong}", mend="Ask for a new one.", code="invalid")
        # A person can vouch for whose a signature is, never for one that could not be checked.
        doubts = {check.type for check in verdict.checks if check.status != "ok"}
        if doubts - {"owner"}:
            raise UserError("The signature cannot be checked.", mend="Ask for a new one.", code="invalid")
        if doubts and not confirmed:
            raise UserError(
                "Nothing here says whose the signature is.",
                mend="Ask the organisation itself, and confirm it then; or add its trust anchor.",
                code="unknown",
            )
        # What no credential may hold would stop all that is issued with it.
        if not 0 < len(facts.words.strip()) <= LONGEST_WORDS or holds_personal_data(facts.words):
            raise UserError(f"An endorsement has 1 to {LONGEST_WORDS} characters and no address.", code="words")

    def _add(
        self, session: Session, entry: Achievement, facts: EndorsementFacts, content: bytes, by: str, confirmed: bool
    ) -> EndorsementRow:
        row = EndorsementRow(
            id=new_id(),
            organisation=self.organisation,
            achievement_id=entry.id,
            version=entry.version,
            name=facts.issuer_name[:300],
            registration=facts.registration,
            words=" ".join(facts.words.split()),
            issued_at=facts.issued,
            until=facts.until,
            content=content,
            confirmed=confirmed,
            by=by,
            at=self.clock(),
        )
        session.add(row)
        session.flush()
        self._audit(session, by, "endorsement.add", row.id, entry=entry.ref, confirmed=confirmed)
        return row

    def _endorsing(self) -> Endorses:
        for kind in self.plugins.types("format"):
            format_ = self._open("format", f"endorsing.{kind}", {"kind": kind})
            if isinstance(format_, Endorses):
                return format_
        raise ConfigurationError("No installed format knows endorsements.", mend="Install mimis with openbadges.")


def _view(row: EndorsementRow) -> Endorsement:
    return Endorsement(
        id=row.id,
        entry=f"{row.achievement_id}@{row.version}",
        name=row.name,
        registration=row.registration,
        words=row.words,
        issued_at=row.issued_at,
        until=row.until,
        confirmed=row.confirmed,
        withdrawn_at=row.withdrawn_at,
    )
