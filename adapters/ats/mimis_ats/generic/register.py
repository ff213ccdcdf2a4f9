"""Whom a system knows: the list that it can export, read anew each time, since people come and go."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from mimis_ats.generic.disk import Disk
from mimis_core import Candidate, DataError, NotFoundError, TemporaryError

ADDRESSES = ("email", "e-post", "epost", "e-mail", "mail")
IDS = ("id", "nummer", "number", "anställningsnummer", "kandidatnummer")


class Register:
    """A CSV file with a heading, separated by semicolons or commas, in UTF-8 or Windows-1252."""

    def __init__(self, file: Path, disk: Disk) -> None:
        self._file = file
        self._disk = disk

    def find(self, email: str) -> tuple[Candidate, ...]:
        """All who have this address, each once. Raises as :meth:`rows`."""
        wanted = email.strip().casefold()
        found = {number: address for address, number in self.rows() if address.casefold() == wanted}
        return tuple(Candidate(id=number, email=address) for number, address in found.items())

    def demand(self, candidate_id: str) -> None:
        """Raise NotFoundError with the code ``candidate`` for one who is not there any more, or without an address."""
        if not any(number == candidate_id and address for address, number in self.rows()):
            raise NotFoundError("The register does not know this candidate any more.", code="candidate")

    def rows(self) -> list[tuple[str, str]]:
        """Address and id of each. Raises TemporaryError when it is away, DataError for what is no register."""
        content = self._disk.read(self._file)
        if content is None:
            raise TemporaryError("The register is not there.", mend=f"Put it back: {self._file}.")
        text = _decoded(content)
        separator = ";" if ";" in text.partition("\n")[0] else ","
        table = list(csv.reader(io.StringIO(text), delimiter=separator, strict=True))
        heading = [cell.strip().casefold() for cell in table[0]] if table else []
        address, number = _column(heading, ADDRESSES), _column(heading, IDS)
        full = (row for row in table[1:] if len(row) > max(address, number))
        return [(row[address].strip(), row[number].strip()) for row in full if row[number].strip()]


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("windows-1252", "replace")


def _column(heading: list[str], names: tuple[str, ...]) -> int:
    for place, name in enumerate(heading):
        if name in names:
            return place
    raise DataError(f"The register has no column {names[0]}.", mend="Give it the columns email and id.")
