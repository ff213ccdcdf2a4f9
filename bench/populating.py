"""A school's database of any size, written in bulk: rows as mimis writes them, with all that belongs to a credential.

Sealed files are short: no page reads them, and 300,000 real ones would take 50 GB.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from bench.bulk import BulkRows, new_key
from bench.school import completion
from mimis_core import Achievement, Completion
from mimis_core.services import Services
from mimis_core.services.status import LIST_LENGTH
from mimis_core.store import tables as t
from mimis_core.store.attestation_tables import AttestationRow
from mimis_core.store.contact_tables import ContactRow, HelperRow
from mimis_core.store.record_tables import AppealRow
from mimis_core.store.revisions import REVISION

AT_ONCE = 2_000
"""Learners that are written in one transaction."""
AWARDS = 3
YEARS = timedelta(days=3 * 365)
"""How far back it all began."""
SEALED = 4_096
"""Bytes of a sealed file here: as a real one, it takes more than a page of the database."""
MAIL = "Hej!\n\nDu har fått ett bevis av oss. Du kan läsa det, spara det och visa det för andra.\n\n" * 4
PULL = "0" * 32
STOPPED = {"state": "attention", "code": "refused", "reason": "The wallet knows no such address."}


@dataclass(frozen=True)
class Person:
    """A learner: her id, her number, and what she completed."""

    id: str
    number: int
    done: Completion


class Population(BulkRows):
    """Fills an empty database with so many learners, each with three awards; the same each time but for ids."""

    def __init__(self, services: Services, learners: int) -> None:
        super().__init__(services)
        self.learners, self.issued = learners, 0
        self.cipher = services.database.cipher
        self.random = Random(learners)
        self.entries = services.catalogue.latest()
        self.texts = {entry.ref: entry.model_dump_json() for entry in self.entries}

    def write(self) -> int:
        """Write all; gives how many credentials there are."""
        with self.hurried():
            for start in range(0, self.learners, AT_ONCE):
                for number in range(start, min(start + AT_ONCE, self.learners)):
                    self._add_learner(number)
                self.flush()
            self._add_school()
            self.flush()
        return self.issued

    def _moment(self) -> datetime:
        return self.now - timedelta(seconds=self.random.randrange(60, int(YEARS.total_seconds())))

    # Learners ---------------------------------------------------------------------------------------------------

    def _add_learner(self, number: int) -> None:
        """One learner: of 2,000 one seems to be the one before her, four are protected, two have completed nothing."""
        done = completion(number - 1 if number % 2_000 == 1 else number)
        known = done.learner.model_copy(update={"key": str(number), "email_verified": True})
        names = known.model_dump(include={"full_name", "given_name", "family_name", "email"})
        email_key = self.cipher.fingerprint(known.email or "")
        protected = number % 500 == 499
        id = self.add(t.LearnerRow, **names, email_key=email_key, protected=protected, revision=1)
        aliases = {"username": f"deltagare{number}"}
        identity = self.add(
            t.IdentityRow, source=known.source, key=known.key, learner_id=id, aliases=json.dumps(aliases)
        )
        for name, value in aliases.items():
            self.add(t.AliasRow, identity_id=identity, name=name, value_key=self.cipher.fingerprint(value))
        person = Person(id, number, done.model_copy(update={"learner": known}))
        entries = self.random.sample(self.entries, AWARDS if number % 1_000 != 3 else 0)
        self._add_own(person, [one for entry in entries if (one := self._add_award(person, entry))])

    def _add_own(self, person: Person, credentials: list[str]) -> None:
        """What she has added herself, or asked for."""
        at, key = self._moment(), new_key
        self.add(t.SignInRow, learner_id=person.id, token_key=key(), kind="mail", made_by=None, expires=at, used_at=at)
        if person.number % 20 == 0:
            address = f"hemma{person.number}@demo.example"
            hash_ = self.cipher.fingerprint(address)
            self.add(
                ContactRow, learner_id=person.id, address=address, address_key=hash_, token_key=key(), expires=at,
                at=at, confirmed_at=at, main=False,
            )  # fmt: skip
        if person.number % 100 == 0:
            until = (self.now + timedelta(days=30)).date()
            self.add(
                HelperRow, learner_id=person.id, name="Kim", token_key=key(), until=until, show_shares=False,
                created_at=at, ended_at=None,
            )  # fmt: skip
        if person.number % 50 == 0:
            self._add_attestation(person)
        if person.number % 10 == 0 and credentials:
            self._add_share(person, credentials)

    def _add_attestation(self, person: Person) -> None:
        at, entry = self._moment(), self.random.choice(self.entries)
        self.add(
            AttestationRow, learner_id=person.id, achievement_id=entry.id, achievement_version=entry.version,
            kind="attestation", name="Bo Ek", email="bo@demo.example", workplace="Bageriet AB", made_by="Lärare Ek",
            started_on=(at - timedelta(days=60)).date(), ended_on=at.date(), hours=120.0, phone=None,
            until=(at + timedelta(days=14)).date(), asked_at=at, answers="{}",
        )  # fmt: skip

    def _add_share(self, person: Person, credentials: list[str]) -> None:
        """A link, one in five withdrawn, with two looks."""
        at, token = self._moment(), secrets.token_urlsafe(24)
        withdrawn = at if person.number % 50 == 0 else None
        share = self.add(
            t.ShareRow, learner_id=person.id, partner_id=None, token=token, token_key=self.cipher.token_hash(token),
            purpose="Jobb", until=(at + timedelta(days=180)).date(), anonymous=person.number % 30 == 0,
            application_email=None, created_at=at, withdrawn_at=withdrawn,
        )  # fmt: skip
        for one in credentials:
            self.add(t.ShareCredentialRow, share_id=share, credential_id=one)
        for days in (1, 2):
            self.add(t.DisclosureRow, share_id=share, viewer="Någon", at=at + timedelta(days=days))

    # Decisions and credentials ----------------------------------------------------------------------------------

    def _add_award(self, person: Person, entry: Achievement) -> str | None:
        """What she completed and what was decided; gives the credential that followed, if one did."""
        decided, turn = self._moment(), self.turn("award", 200)
        at = decided - timedelta(days=3)
        state = "proposed" if turn < 2 else "rejected" if turn < 4 else "approved"
        done = person.done.model_copy(update={"completed_at": at, "key": f"{entry.id}/user:{person.number}"})
        content = done.model_dump_json(exclude_defaults=True)
        self.add(
            t.CompletionRow, source=done.source, key=done.key, learner_id=person.id, content=content, state="used",
            reason=None, seen_at=at, seen_in=PULL,
        )  # fmt: skip
        by_person = state != "proposed"
        award = self.add(
            t.AwardRow, learner_id=person.id, achievement_id=entry.id, achievement_version=entry.version, round=1,
            state=state, completed_at=at, evidence=f"[{content}]", by_rule=False, reason=None,
            decided_by="Rektor Mätning" if by_person else None, decided_at=decided if by_person else None,
        )  # fmt: skip
        self.add_audit(at, "sync", "award.propose", award)
        if by_person:
            self.add_audit(decided, PULL, f"award.{state}", award)
        if state == "approved":
            return self._add_credential(person, entry, award, decided)
        self._add_waiting(person, award, state, at)
        return None

    def _add_waiting(self, person: Person, award: str, state: str, at: datetime) -> None:
        """An appeal on what was rejected, one in ten still open; on some proposals, what a source has corrected."""
        if state == "rejected":
            is_open = self.turn("appeal", 10) == 0
            self.add(
                AppealRow, learner_id=person.id, award_id=award, credential_id=None, text="Titta igen.", at=at,
                state="open" if is_open else "unchanged", open_key=award if is_open else None,
                due=(at + timedelta(days=30)).date(), decided_by=None if is_open else "Rektor Ek",
                decided_at=None if is_open else at, reason=None if is_open else "Vi har läst allt igen.",
            )  # fmt: skip
        elif self.turn("review", 10) == 0:
            self.add(
                t.ReviewRow, kind="corrected", source="memory", key=award, signal=new_key(), code="corrected",
                learner_id=person.id, award_id=award, message="The source now says otherwise.", state="open", at=at,
            )  # fmt: skip

    def _add_credential(self, person: Person, entry: Achievement, award: str, at: datetime) -> str:
        """What was issued; one in fifty corrected since, and its way to a wallet."""
        self.add_work("issue", award, at)
        turn = self.turn("credential", 200)
        if turn < 4:
            old = self._add_one(person, entry, award, at, "superseded")
            return self._add_one(person, entry, award, at + timedelta(days=1), "active", old)
        status = "revoked" if turn < 6 else "suspended" if turn < 7 else "active"
        credential = self._add_one(person, entry, award, at, status)
        if turn >= 80:
            self._add_delivery(person, credential, at)
        return credential

    def _add_one(
        self, person: Person, entry: Achievement, award: str, at: datetime, status: str, supersedes: str | None = None
    ) -> str:
        self.issued += 1
        ends = at + YEARS if self.random.random() < 0.3 else None
        alive = status in ("active", "suspended")
        reason = None if status == "active" else "Fel kurs."
        credential = self.add(
            t.CredentialRow, award_id=award, learner_id=person.id, achievement_id=entry.id,
            achievement=self.texts[entry.ref], urn=f"urn:credential:{t.new_id()}", public_id=secrets.token_urlsafe(12),
            live_key=f"{person.id}:{entry.ref}" if alive else None, format="elm", media_type="application/jose+json",
            filename="bevis.jwt", content=os.urandom(SEALED), status=status, status_reason=reason, status_at=at,
            issued_at=at, valid_until=ends, supersedes_id=supersedes, status_list=self.issued // LIST_LENGTH,
            status_index=self.issued % LIST_LENGTH, reminded=None,
        )  # fmt: skip
        self.add_audit(at, "mimis", "credential.issue", credential)
        message = self.add(
            t.MessageRow, key=f"received:{credential}", learner_id=person.id, to=person.done.learner.email,
            subject="Du har fått ett bevis", text=MAIL, credential_id=credential, state="sent", reason=None,
            reference=t.new_id(), at=at,
        )  # fmt: skip
        self.add_work("mail", message, at, "couriers.mail")
        return credential

    def _add_delivery(self, person: Person, credential: str, at: datetime) -> None:
        """Sent; of a hundred one has stopped, and one waits until tomorrow."""
        address, turn = person.done.learner.email or "", self.turn("delivery", 100)
        permission = self.add(
            t.PermissionRow, learner_id=person.id, kind="delivery.learner", subject=credential, given_by=person.id,
            given_at=at,
        )  # fmt: skip
        state = "attention" if turn == 0 else "queued" if turn == 1 else "sent"
        delivery = self.add(
            t.DeliveryRow, credential_id=credential, learner_id=person.id, permission_id=permission, at=at,
            courier="europass", to=address, to_key=self.cipher.fingerprint(address), state=state, reason=None,
            reference=t.new_id() if state == "sent" else None, url=None,
        )  # fmt: skip
        states: dict[str, dict[str, Any]] = {"attention": STOPPED, "queued": {"state": "queued"}}
        due = self.now + timedelta(days=1) if state == "queued" else at
        self.add_work("deliver", delivery, due, "couriers.europass", **states.get(state, {}))

    # The school -------------------------------------------------------------------------------------------------

    def _add_school(self) -> None:
        """What there is once, and what its source could not use."""
        for number in range(max(1, self.learners // 500)):
            self.add(
                t.SetAsideRow, source="memory", key=f"record:{number}", reason="no_name", message="It has no name.",
                seen_at=self.now, seen_in=PULL,
            )  # fmt: skip
        self.add(
            t.SourceStateRow, source="memory", cursor=None, settings_key=new_key(), catalogue_key=None,
            full_at=self.now, pulled_at=self.now, as_of=self.now,
        )  # fmt: skip
        self.add(t.DestinationRow, name="couriers.europass", failures=0)
        self.add(t.StateRow, name=REVISION, value="1")
        self.add_head()

    def _new_key(self) -> str:
        return secrets.token_hex(32)
