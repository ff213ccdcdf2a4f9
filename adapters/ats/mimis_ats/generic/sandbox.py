"""Stand-ins of systems that read files: a folder of their own, and the register that they export."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from mimis_ats.generic.disk import Disk
from mimis_ats.generic.mapping import SHARE, as_csv, read_csv
from mimis_core.testing import Request, Sandbox

T = TypeVar("T")
BEFORE_WORK, HARMLESS = "reset", "slow"
"""The fault after which nothing was done, and the one that a disk does not have: it is waited for."""


class FaultyDisk(Disk):
    """A disk that fails where its sandbox says: before the work, or so that nobody knows whether it was done."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def once(self, done: str, path: Path, work: Callable[[], T]) -> T:
        """Do one step, or fail."""
        request = Request(done, f"/{path.name}", {}, {}, b"")
        self._sandbox.requests.append(request)
        fault = self._sandbox.take_fault(self._sandbox.place(request))
        if fault == BEFORE_WORK:
            raise ConnectionResetError
        value = work()
        if fault not in (None, HARMLESS):
            raise OSError(fault)
        return value


class DropFolderSandbox(Sandbox):
    """A folder and a register in a place of their own; there is no server and no address.

    ``with_register`` false leaves the register out: then every address is a candidate.
    """

    name: ClassVar[str] = "drop-folder"

    def __init__(self, layout: str = "csv", with_register: bool = True) -> None:
        super().__init__()
        self._layout, self._with_register = layout, with_register
        self._place: tempfile.TemporaryDirectory[str] | None = None
        self._numbers = count(1001)
        self._known: dict[str, str] = {}

    def start(self) -> None:
        """Make the place; starting again changes nothing."""
        if self._place is None:
            self._place = tempfile.TemporaryDirectory(prefix="mimis-drop-")
            self.folder.mkdir()
            self._export()

    def stop(self) -> None:
        """Remove the place with its files."""
        if self._place is not None:
            self._place.cleanup()
            self._place = None

    @property
    def folder(self) -> Path:
        """Where the files are."""
        if self._place is None:
            raise RuntimeError("the sandbox is not started")
        return Path(self._place.name) / "in"

    @property
    def register(self) -> Path:
        """The list of those whom the system knows."""
        return self.folder.parent / "register.csv"

    def add_candidate(self, email: str, name: str) -> None:
        """Put somebody in; numbers count from 1001."""
        self._known[str(next(self._numbers))] = email
        self._export()

    def delete_candidate(self, candidate_id: str) -> None:
        """Forget somebody; files about her that were read go with her."""
        self._known.pop(candidate_id, None)
        self._forget(candidate_id)

    def anonymise_candidate(self, candidate_id: str) -> None:
        """Keep somebody without an address."""
        self._known[candidate_id] = ""
        self._forget(candidate_id)

    def settings(self) -> dict[str, Any]:
        """The table of ``mimis.toml`` that writes into this folder."""
        table = {"kind": "drop-folder", "path": str(self.folder), "system": "Visma Recruit", "layout": self._layout}
        return table | ({"people": str(self.register)} if self._with_register else {})

    def received(self) -> list[tuple[str, bytes]]:
        """The files as they stand in the folder."""
        return [(path.name, path.read_bytes()) for path in sorted(self.folder.glob("mikromeriter-*"))]

    def _forget(self, candidate_id: str) -> None:
        self._export()
        for name, content in self.received():
            if candidate_id.encode() in content:
                (self.folder / name).unlink()

    def _export(self) -> None:
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
        writer.writerow(("Nummer", "Namn", "E-post"))
        writer.writerows((number, "", email) for number, email in self._known.items())
        self.register.write_bytes(text.getvalue().encode("windows-1252"))


class HrExportSandbox(DropFolderSandbox):
    """An HR system that reads one list of its employees' credentials."""

    name: ClassVar[str] = "hr-export"

    @property
    def file(self) -> Path:
        """The list."""
        return self.folder / "mikromeriter.csv"

    def settings(self) -> dict[str, Any]:
        """The table of ``mimis.toml`` that writes this list."""
        return {"kind": "hr-export", "file": str(self.file), "system": "Hogia", "people": str(self.register)}

    def received(self) -> list[tuple[str, bytes]]:
        """What the list says of each share."""
        held = read_csv(self.file.read_bytes()) if self.file.exists() else []
        marks = dict.fromkeys(row[SHARE] for row in held)
        return [(mark, as_csv(row for row in held if row[SHARE] == mark)) for mark in marks]

    def _forget(self, candidate_id: str) -> None:
        self._export()
        if self.file.exists():
            self.file.write_bytes(as_csv(row for row in read_csv(self.file.read_bytes()) if row[0] != candidate_id))
