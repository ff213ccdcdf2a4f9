"""Mail to the recruiter: for who has no system that could be written into, or none that lets itself."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import ClassVar

from mimis_ats.generic.disk import Disk
from mimis_ats.generic.letters import letter, recall, version_of
from mimis_ats.generic.mapping import mark_of
from mimis_ats.generic.postbox import post
from mimis_ats.generic.settings import RecruiterMailSettings
from mimis_ats.intake import issuer_of_link
from mimis_core import (
    AdapterSettings,
    Candidate,
    FeedReceipt,
    Finding,
    MimisError,
    PermanentError,
    Person,
    TalentEntry,
    TalentFeed,
)
from mimis_core.http import Client

LARGEST_PDF = 5 * 1024 * 1024


class RecruiterMailFeed(TalentFeed[RecruiterMailSettings]):
    """Mails the link of each share, once for each change, and asks to delete the mails when the share ends.

    There are no candidates: whoever reads the mail finds her, so the recruiter's address stands for everyone. A mail
    cannot be asked for afterwards, so what was sent is remembered in a folder; and it cannot be fetched back.

    Attributes:
        keeps_copies: says to the desk that what is removed here was only asked for, which learners are told.
    """

    kind: ClassVar[str] = "recruiter-mail"
    proven = "real system: SMTP, spoken with aiosmtpd"
    Settings: ClassVar[type[AdapterSettings]] = RecruiterMailSettings
    keeps_copies: ClassVar[bool] = True

    def __init__(self, name: str, settings: RecruiterMailSettings, disk: Disk | None = None) -> None:
        super().__init__(name, settings)
        self._disk = disk or Disk()

    def find(self, person: Person) -> tuple[Candidate, ...]:
        """The recruiter, whoever it is about."""
        self._disk.list(self.settings.memory)
        return (Candidate(id=self.settings.to, email=self.settings.to),)

    def put(self, entry: TalentEntry, earlier: FeedReceipt | None) -> FeedReceipt:
        """Mail the link, unless the same was mailed before."""
        memory, version = self._memory(entry.key), version_of(entry)
        with self._disk.alone(memory):
            if self._disk.read(memory) != _remembered(version):
                pdfs = self._pdfs(entry) if self.settings.attach_pdf else []
                post(self.settings, letter(entry, self.settings.sender, self.settings.to, pdfs))
                self._disk.write(memory, _remembered(version))
        place = mark_of(entry.key)
        return FeedReceipt(feed=self.name, key=entry.key, candidate_id=entry.candidate.id, external_id=place)

    def remove(self, receipt: FeedReceipt) -> None:
        """Ask the recruiter to delete the mails, once."""
        memory = self._memory(receipt.key)
        with self._disk.alone(memory):
            if self._disk.read(memory) is not None:
                post(self.settings, recall(receipt.key, self.settings.sender, self.settings.to))
                self._disk.remove(memory)

    def check(self) -> Iterable[Finding]:
        """Whether the folder can be read. Nothing is sent."""
        try:
            self._disk.list(self.settings.memory)
        except MimisError as error:
            yield Finding(subject=self.name, status="error", message=error.message, mend=error.mend)
            return
        yield Finding(subject=self.name, status="ok", message="What was mailed is remembered.")
        if self.settings.attach_pdf:
            yield Finding(
                subject=self.name,
                status="warning",
                message="PDFs are attached, and stay with the recruiter when a learner takes a share back.",
                mend="Set attach_pdf = false, unless somebody deletes them.",
            )

    def _memory(self, key: str) -> Path:
        return self.settings.memory / f"{mark_of(key)}.json"

    def _pdfs(self, entry: TalentEntry) -> list[bytes]:
        """A PDF of each credential, from the share's own page; each is a look that the learner sees."""
        base = issuer_of_link(entry.url)
        with closing(Client(base, system="The share page")) as client:
            places = (f"{entry.url}/files/{number}/pdf" for number in range(1, len(entry.details) + 1))
            contents = [client.send("GET", place, allow_redirects=False).content for place in places]
        if any(not one.startswith(b"%PDF-") or len(one) > LARGEST_PDF for one in contents):
            raise PermanentError("The share page gave something that is no PDF.", mend="Set attach_pdf = false.")
        return contents


def _remembered(version: str) -> bytes:
    return json.dumps({"mailed": version}).encode()
