"""The employer's desk: a share or file is verified, matched to one candidate, written as a pointer, and taken back.

Nobody is created and nothing is guessed: whatever is not clear is left to a recruiter (state ``ask``). Repeating a
step writes nothing twice, neither here nor in the recruitment system.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from mimis_ats.intake import Incoming, IncomingCredential, same_address
from mimis_ats.standing import TAKEN_BACK, entry_for, judge, same_outcome
from mimis_ats.texts import REASONS
from mimis_ats.writing import Writer, Written
from mimis_core import Candidate, Check, DataError, FeedReceipt, TalentEntry, Verdict
from mimis_core.services import ImportedCredential, ImportedShare, Services

NOT_SHOWN = Verdict(verdict="unknown", checks=(Check(type="format", status="skipped", reason="shared without name"),))
"""Verdict on a credential whose file was not handed over."""

State = Literal["refused", "ask", "written", "verified"]
Obstacle = tuple[Literal["refused", "ask"], str]
"""State and reason of what is not written anywhere."""


@dataclass(frozen=True)
class Taken:
    """What one step made of a share. ``errors`` are those of feeds that did not take part; they are tried again."""

    share: ImportedShare
    changed: bool
    errors: tuple[str, ...] = ()


class Desk:
    """Takes shares in for one employer and writes through the feeds that its services hold open.

    ``by`` is who is recorded as having done so: a recruiter's id, or the employer's own rounds.
    """

    def __init__(self, services: Services, today: Callable[[], date] = date.today, by: str = "employer") -> None:
        self._services = services
        self._by = by
        self._today = today
        feeds = services.open_feeds()
        self._has_feeds = bool(feeds)
        self._writer = Writer(feeds, services.clock)

    def take(self, incoming: Incoming, candidate_email: str | None = None) -> Taken:
        """Verify a share and write it where its person is found. ``candidate_email`` is a recruiter's decision."""
        known = self._services.imported(incoming.key)
        seen = {one.urn: one for one in known.credentials} if known else {}
        checked = tuple(self._check(one, seen) for one in incoming.credentials)
        draft = ImportedShare(
            key=incoming.key,
            issuer=incoming.issuer,
            link=incoming.link,
            person_name=incoming.person_name,
            person_email=candidate_email or incoming.person_email or (known.person_email if known else None),
            purpose=incoming.purpose,
            until=incoming.until,
            credentials=checked,
            state="verified",
        )
        return self._settle(draft, known)

    def take_file(self, content: bytes) -> Taken:
        """Verify one sealed file; it points to no share, so a recruiter places it. Raises DataError for other files."""
        facts = self._services.read(content)
        one = IncomingCredential(facts.urn, facts.title, facts.issuer_name, content)
        name = facts.learner_name
        return self.take(Incoming(facts.urn, "file", None, name, None, None, None, (one,)))

    def recheck(self, known: ImportedShare, states: Mapping[str, str] | None = None) -> Taken:
        """Ask again how the credentials of a share stand, without opening the share once more.

        ``states`` is what the issuer's list says by urn; it words what the signed answer decides.
        """
        again = self._checked_again(known, states or {})
        return self._settle(known.model_copy(update={"credentials": again}), known)

    def place(self, known: ImportedShare, candidate_email: str) -> Taken:
        """Write a share to the candidate whom a recruiter has found by this address, without opening it once more."""
        again = self._checked_again(known, {})
        return self._settle(known.model_copy(update={"credentials": again, "person_email": candidate_email}), known)

    def take_back(self, known: ImportedShare, reason: Literal["withdrawn", "ended"] = "withdrawn") -> Taken:
        """Remove what was written for a share and forget whom it was about.

        What cannot be removed keeps its receipt and the state ``attention``; the next pull tries again.
        """
        done = self._writer.remove(known)
        forgotten = {"credentials": (), "person_name": None, "person_email": None, "purpose": None}
        state = {"state": "attention" if done.receipts else "withdrawn"}
        text = REASONS["not-removed" if done.receipts else reason]
        return self._save(known.model_copy(update={**forgotten, **state, "reason": text}), known, done)

    def hand_over(self, known: ImportedShare, receipt: FeedReceipt) -> TalentEntry | None:
        """What a system that asked for a share is to show at the place that it made; None when the share does not hold.

        The place is kept, to be brought up to date and emptied like any other. Raises as the feed does.
        """
        if self._obstacle(known) is not None:
            return None
        done = self._writer.adopt(known, receipt)
        self._save(known.model_copy(update={"state": "written", "reason": None}), known, done)
        return entry_for(known, Candidate(id=receipt.candidate_id))

    def was_taken_back(self, share: ImportedShare) -> bool:
        """Whether an issuer has taken back a credential of the share, for good or for now."""
        return any(judge(one) in TAKEN_BACK for one in share.credentials)

    def has_ended(self, share: ImportedShare) -> bool:
        """Whether the learner's permission is over by date."""
        return share.until is not None and share.until < self._today()

    def _checked_again(self, known: ImportedShare, said: Mapping[str, str]) -> tuple[ImportedCredential, ...]:
        held = {one.urn: one for one in known.credentials}
        again = (
            IncomingCredential(
                urn=one.urn,
                title=one.title,
                issuer_name=one.issuer_name,
                content=one.content or None,
                status=said.get(one.urn, one.status),
                competence=one.competence,
            )
            for one in known.credentials
        )
        return tuple(self._check(one, held) for one in again)

    def _check(self, one: IncomingCredential, seen: dict[str, ImportedCredential]) -> ImportedCredential:
        """The verified credential; names come from the sealed file, not from who handed it over."""
        earlier = seen.get(one.urn)
        shown: dict[str, Any] = {"urn": one.urn, "title": one.title, "issuer_name": one.issuer_name}
        if one.content is None:
            if earlier and earlier.verdict != NOT_SHOWN:
                return earlier
            said = {"status": one.status, "competence": one.competence}
            return ImportedCredential(**shown, verdict=NOT_SHOWN, content=b"", **said)
        verdict = self._services.verify(one.content, fresh=True)
        # what cannot be asked today leaves the last answer standing in the ATS, which is honest by its link
        if earlier and (same_outcome(earlier.verdict, verdict) or verdict.verdict == "unknown"):
            verdict = earlier.verdict
        try:
            facts = self._services.read(one.content)
        except DataError as error:
            wrong = Check(type="format", status="error", reason=error.code or "unreadable")
            broken = Verdict(verdict="invalid", checks=(wrong,))
            return ImportedCredential(**shown, verdict=broken, content=b"")
        return ImportedCredential(
            urn=facts.urn,
            title=facts.title,
            issuer_name=facts.issuer_name,
            verdict=verdict,
            content=one.content,
            status=one.status,
        )

    def _obstacle(self, draft: ImportedShare) -> Obstacle | None:
        """Why a share is not written anywhere, or None when nothing stands in the way."""
        states = {judge(one) for one in draft.credentials}
        for wrong in ("invalid", *TAKEN_BACK, "expired"):
            if wrong in states:
                return "refused", wrong
        if not draft.credentials:
            return "ask", "empty"
        if any(not one.content for one in draft.credentials):
            return "ask", "anonymous"
        if "unknown" in states:
            return "ask", "unknown"
        if draft.link is None:
            return "ask", "no-link"
        return self._mismatch(draft, draft.link)

    def _mismatch(self, draft: ImportedShare, link: str) -> Obstacle | None:
        """Whether sealed files and the share around them tell different stories: anyone can copy a sealed file."""
        trusted = {issuer.url.rstrip("/") for issuer in self._services.settings.issuers.values()}
        for one in draft.credentials:
            facts = self._services.read(one.content)
            if _name(facts.learner_name) != _name(draft.person_name):
                return "ask", "names"
            if draft.issuer not in trusted and not same_address(facts.status_url or "", link):
                return "ask", "address"
        return None

    def _settle(self, draft: ImportedShare, known: ImportedShare | None) -> Taken:
        """Bring the recruitment systems in line with a checked share, and keep what became of it."""
        stop = self._obstacle(draft)
        done = self._writer.write(draft, known, blocked=stop is not None)
        state, reason = self._outcome(stop, done)
        update: dict[str, Any] = {"state": state, "reason": reason}
        if done.stale and known:  # keep the old standing, so that the next pull sees the difference and writes it
            update["credentials"] = known.credentials
        return self._save(draft.model_copy(update=update), known, done)

    def _outcome(self, stop: Obstacle | None, done: Written) -> tuple[State, str | None]:
        standing: State = "written" if done.receipts else "verified"
        if stop is not None:
            return ("written" if done.receipts else stop[0]), REASONS[stop[1]]
        if done.errors:
            return standing, REASONS["not-written"]
        if done.doubts:
            return "ask", REASONS[done.doubts[0]]
        return standing, REASONS["no-system"] if self._has_feeds and not done.receipts else None

    def _save(self, share: ImportedShare, known: ImportedShare | None, done: Written) -> Taken:
        untold = (*(known.untold if known else ()), *done.traces)
        share = share.model_copy(update={"receipts": tuple(done.receipts.values()), "untold": untold})
        if share != known:
            self._services.save_import(share, self._by)
        return Taken(share, share != known, tuple(done.errors))


def _name(text: str | None) -> str:
    return " ".join(unicodedata.normalize("NFKC", text or "").split()).casefold()
