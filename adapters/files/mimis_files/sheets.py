"""What is common to CSV and Excel: a sheet of texts, and the errors of a file as a whole."""

from __future__ import annotations

from dataclasses import dataclass

from mimis_core import DataError, TemporaryError

MAX_ROWS = 100_000
MAX_COLUMNS = 200
MAX_BYTES = 30_000_000
"""What one list may hold: far more than a school's list does, and little enough for a small server."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: rows of texts without outer spaces, each with its number as a spreadsheet shows it.

    ``name`` is None for a CSV file. ``ended`` is False when the last line breaks off without a line end. ``notes`` are
    whole Swedish sentences about what was found on the way.
    """

    name: str | None
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    ended: bool = True
    notes: tuple[str, ...] = ()


def column_letters(position: int) -> str:
    """A column as spreadsheets name it: 0 is A, 26 is AA."""
    letters, number = "", position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def unreadable(message: str, mend: str) -> DataError:
    """The error of a file that no later try makes better."""
    return DataError(message, mend=mend, code="unreadable")


def half_written() -> TemporaryError:
    """The error of a file that breaks off: who writes it may be at it still."""
    return TemporaryError(
        "Filen slutar mitt i. Den håller kanske på att sparas.",
        mend="Vänta tills den är sparad, eller spara den igen.",
        code="cut",
    )


def too_large() -> DataError:
    """The error of a file beyond the bounds above."""
    return DataError(
        f"Filen är för stor: högst {MAX_ROWS} rader, {MAX_COLUMNS} kolumner och {MAX_BYTES // 1_000_000} MB.",
        mend="Dela upp den i flera listor.",
        code="too-large",
    )


def web_page() -> TemporaryError:
    """The error of a page in a list's place: shared folders leave their sign-in page when a session has run out."""
    return TemporaryError(
        "Filen är en webbsida, inte en lista.",
        mend="Logga in där listan finns och hämta den igen.",
        code="web-page",
    )


def looks_like_web_page(content: bytes) -> bool:
    """Whether a file is HTML, whatever its name says."""
    start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html"))
