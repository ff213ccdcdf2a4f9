"""What is written into the employer's systems about one share, and taken out of them; each change leaves a trace."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mimis_ats.records import system_name, takes
from mimis_ats.standing import entry_for
from mimis_core import Candidate, FeedReceipt, MimisError, NotFoundError, Person, TalentFeed
from mimis_core.services import ImportedShare, Trace, TraceState

GONE = "candidate"
"""Code of the NotFoundError by which a feed says that the employer has deleted or emptied the candidate herself."""


@dataclass
class Written:
    """What came of one share in all systems.

    ``receipts`` are by feed; ``doubts`` are what a recruiter must decide first; ``errors`` are tried again; ``stale``
    says that something which stands in a system could not be brought up to date.
    """

    receipts: dict[str, FeedReceipt] = field(default_factory=dict)
    traces: list[Trace] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    stale: bool = False


class Writer:
    """Writes through the open feeds, each only what it is meant for: applications, or records of employees."""

    def __init__(self, feeds: Iterable[TalentFeed[Any]], clock: Callable[[], datetime]) -> None:
        self._feeds = {feed.name: feed for feed in feeds}
        self._clock = clock

    def write(self, draft: ImportedShare, known: ImportedShare | None, blocked: bool) -> Written:
        """Bring the systems in line with a checked share. One that is ``blocked`` is updated only where it stands."""
        done = Written({receipt.feed: receipt for receipt in (known.receipts if known else ())})
        for name, feed in self._feeds.items():
            earlier = done.receipts.get(name)
            try:
                if earlier and known:
                    self._update(feed, draft, known, done)
                elif not blocked and takes(feed, draft.purpose):
                    self._place(feed, draft, done)
            except MimisError as error:
                done.errors.append(str(error))
                done.stale = done.stale or earlier is not None
        return done

    def remove(self, known: ImportedShare) -> Written:
        """Take away what was written. What cannot be removed keeps its receipt, and leaves a trace the first time."""
        done = Written()
        for receipt in known.receipts:
            feed = self._feeds.get(receipt.feed)
            try:
                if feed is None:
                    raise NotFoundError(f"There is no feed {receipt.feed!r} in mimis.toml any more.")
                feed.remove(receipt)
                self._trace(done, feed, "not_removed" if getattr(feed, "keeps_copies", False) else "removed")
            except MimisError as error:
                done.errors.append(str(error))
                done.receipts[receipt.feed] = receipt
                if known.state != "attention":
                    self._trace(done, feed, "not_removed", receipt.feed)
        return done

    def adopt(self, known: ImportedShare, receipt: FeedReceipt) -> Written:
        """Keep a place that the system made itself, and where the share is written by its own request.

        What we had written elsewhere in the system is removed first: it would stay when the share is taken back. Raises
        as the feed does, then nothing has changed.
        """
        feed = self._feeds[receipt.feed]
        done = Written({one.feed: one for one in known.receipts})
        earlier = done.receipts.get(receipt.feed)
        if earlier is not None and earlier.external_id != receipt.external_id:
            feed.remove(earlier)
        done.receipts[receipt.feed] = receipt
        self._trace(done, feed, "updated" if earlier else "written")
        return done

    def _update(self, feed: TalentFeed[Any], draft: ImportedShare, known: ImportedShare, done: Written) -> None:
        earlier = done.receipts[feed.name]
        candidate = Candidate(id=earlier.candidate_id)
        entry = entry_for(draft, candidate)
        if entry == entry_for(known, candidate):
            return
        try:
            done.receipts[feed.name] = feed.put(entry, earlier)
        except NotFoundError as error:
            if error.code != GONE:
                raise
            del done.receipts[feed.name]
            done.doubts.append("candidate-gone")
            self._trace(done, feed, "removed")
        else:
            self._trace(done, feed, "updated")

    def _place(self, feed: TalentFeed[Any], draft: ImportedShare, done: Written) -> None:
        if not draft.person_email:
            done.doubts.append("no-email")
            return
        found = feed.find(Person(email=draft.person_email, full_name=draft.person_name))
        if len(found) != 1:
            done.doubts.append("several" if found else "no-candidate")
            return
        done.receipts[feed.name] = feed.put(entry_for(draft, found[0]), None)
        self._trace(done, feed, "written")

    def _trace(self, done: Written, feed: TalentFeed[Any] | None, state: TraceState, name: str = "") -> None:
        done.traces.append(Trace(system=system_name(feed) if feed else name, state=state, at=self._clock()))
