"""What no cell of a list may hold, and the error of one that cannot be used."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mimis_core import DataError
from mimis_files.columns import SWEDISH
from mimis_files.personal import looks_personal

_FORMULA_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SAKNAS!|REFERENS!|VÄRDEFEL!|NAMN\?"
                            r"|DIVISION/0!|SKÄRNING!|OGILTIGT!|SPILL!|CALC!)")  # fmt: skip
_DATES = frozenset({"date", "start", "period"})
_LONGEST = {"learner": 190, "evidence": 5_000, "method": 5_000, "reason": 5_000, "document": 2_000}
"""Characters of a cell: a key must fit into the database, and a hostile cell must cost no time."""
_LONGEST_OTHER = 300


class CellError(DataError):
    """A row cannot be used because of one cell; ``column`` is our name of where it stands, None for the whole row."""

    def __init__(self, message: str, *, mend: str, code: str, column: str | None = None) -> None:
        super().__init__(message, mend=mend, code=code)
        self.column = column


def refuse_cells(cells: Mapping[str, str]) -> None:
    """Raise CellError for the first cell that holds what no cell may hold, whatever its column means."""
    for name, text in cells.items():
        longest = _LONGEST.get(name, _LONGEST_OTHER)
        if len(text) > longest:
            raise CellError(
                f"Kolumnen {SWEDISH[name]} är för lång: {len(text)} tecken.",
                mend=f"Skriv högst {longest} tecken.",
                code="long",
                column=name,
            )
        if "\0" in text:
            raise unclear(name, "Skriv om cellen: den har ett tecken som inte går att läsa.")
        if name not in _DATES and looks_personal(text, surely=name not in ("learner", "username")):
            raise CellError(
                f"Kolumnen {SWEDISH[name]} innehåller något som liknar ett personnummer.",
                mend="Ta bort det. Använd skolans eget deltagar-id.",
                code="personal-number",
                column=name,
            )
        if text.startswith("#") and _FORMULA_ERROR.fullmatch(text):
            raise CellError(
                f"Formeln i kolumnen {SWEDISH[name]} ger ett fel.",
                mend="Rätta formeln, eller skriv värdet i stället.",
                code="formula",
                column=name,
            )


def unclear(column: str, mend: str) -> CellError:
    """The error of a cell that cannot be understood."""
    return CellError(f"Kolumnen {SWEDISH[column]} går inte att förstå.", mend=mend, code=column, column=column)
