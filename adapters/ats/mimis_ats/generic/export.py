"""The export for HR: one list of what employees have shared for their staff records, a row for each credential."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from mimis_ats.generic.disk import Disk
from mimis_ats.generic.mapping import SHARE, as_csv, mark_of, read_csv, rows_of
from mimis_ats.generic.register import Register
from mimis_ats.generic.settings import ExportSettings
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


class HrExportFeed(TalentFeed[ExportSettings]):
    """Keeps the list as it should be read: whoever takes a share back has no row any more the moment it is pulled.

    Employees are found by their addresses in the register, and named by their numbers there.
    """

    kind: ClassVar[str] = "hr-export"
    proven = "real system: a list in a folder of this machine"
    Settings: ClassVar[type[AdapterSettings]] = ExportSettings

    def __init__(self, name: str, settings: ExportSettings, disk: Disk | None = None) -> None:
        super().__init__(name, settings)
        self._disk = disk or Disk()
        self._register = Register(settings.people, self._disk)

    def find(self, person: Person) -> tuple[Candidate, ...]:
        """Those of the register with this address."""
        return self._register.find(person.email)

    def put(self, entry: TalentEntry, earlier: FeedReceipt | None) -> FeedReceipt:
        """Put the share's rows into the list. Raises NotFoundError for one who is not in the register any more."""
        self._register.demand(entry.candidate.id)
        mark = mark_of(entry.key)
        self._replace(mark, rows_of(entry))
        return FeedReceipt(feed=self.name, key=entry.key, candidate_id=entry.candidate.id, external_id=mark)

    def remove(self, receipt: FeedReceipt) -> None:
        """Take the share's rows out of the list."""
        self._replace(receipt.external_id, [])

    def check(self) -> Iterable[Finding]:
        """Whether register and list can be read."""
        try:
            self._register.rows()
            self._disk.list(self.settings.file.parent)
        except MimisError as error:
            yield Finding(subject=self.name, status="error", message=error.message, mend=error.mend)
            return
        yield Finding(subject=self.name, status="ok", message="Register and folder can be read.")

    def _replace(self, mark: str, rows: list[tuple[str, ...]]) -> None:
        """Put these rows where those of a share stood; a list that says the same already is left as it is."""
        with self._disk.alone(self.settings.file):
            held = read_csv(self._disk.read(self.settings.file) or b"")
            wanted = [*(row for row in held if row[SHARE] != mark), *rows]
            if sorted(wanted) != sorted(held):
                self._disk.write(self.settings.file, as_csv(wanted))
