"""The drop folder: one file for each share, for Visma, ReachMee, Varbi, Jobylon and whatever else reads a folder."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from mimis_ats.generic.disk import Disk
from mimis_ats.generic.mapping import as_csv, as_json, file_name, rows_of
from mimis_ats.generic.register import Register
from mimis_ats.generic.settings import FolderSettings
from mimis_core import (
    AdapterSettings,
    Candidate,
    FeedReceipt,
    Finding,
    MimisError,
    Person,
    TalentEntry,
    TalentFeed,
)


class DropFolderFeed(TalentFeed[FolderSettings]):
    """Keeps one file in the folder for each share that is open; a share that is taken back has none.

    A folder knows no candidates. With a list of ``people`` those who stand in it are found by their address; without
    one the address that the learner gave in her application stands for the candidate, whom the system itself finds.
    """

    kind: ClassVar[str] = "drop-folder"
    proven = "real system: files in a folder of this machine"
    Settings: ClassVar[type[AdapterSettings]] = FolderSettings

    def __init__(self, name: str, settings: FolderSettings, disk: Disk | None = None) -> None:
        super().__init__(name, settings)
        self._disk = disk or Disk()
        self._register = Register(settings.people, self._disk) if settings.people else None

    def find(self, person: Person) -> tuple[Candidate, ...]:
        """Those of the register with this address; without a register, the address."""
        if self._register:
            return self._register.find(person.email)
        self._disk.list(self.settings.path)
        address = person.email.strip().casefold()
        return (Candidate(id=address, email=address),)

    def put(self, entry: TalentEntry, earlier: FeedReceipt | None) -> FeedReceipt:
        """Write the share's file, or put a new one in its place; one that says the same already is left as it is.

        Raises NotFoundError for one whom the register does not know any more.
        """
        if self._register:
            self._register.demand(entry.candidate.id)
        name = file_name(entry.key, self.settings.layout)
        content = as_json(entry) if self.settings.layout == "json" else as_csv(rows_of(entry))
        if self._disk.read(self.settings.path / name) != content:
            self._disk.write(self.settings.path / name, content)
        if earlier is not None and earlier.external_id != name:  # the layout was changed
            self.remove(earlier)
        return FeedReceipt(feed=self.name, key=entry.key, candidate_id=entry.candidate.id, external_id=name)

    def remove(self, receipt: FeedReceipt) -> None:
        """Delete the share's file."""
        self._disk.remove(self.settings.path / receipt.external_id)

    def check(self) -> Iterable[Finding]:
        """Whether folder and register can be read."""
        try:
            self._disk.list(self.settings.path)
            if self._register:
                self._register.rows()
        except MimisError as error:
            yield Finding(subject=self.name, status="error", message=error.message, mend=error.mend)
            return
        yield Finding(subject=self.name, status="ok", message="The folder can be read.")
