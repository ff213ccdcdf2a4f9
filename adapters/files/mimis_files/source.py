"""The source: every list of a folder, row by row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar, TypeVar

from mimis_core import DataError, Finding, MimisError, PulledPage, Source, TemporaryError
from mimis_files.answers import Answers, load_answers
from mimis_files.excel import installed
from mimis_files.folder import digest, list_files, patiently, read_file
from mimis_files.gather import Gathering, completion, withdrawal
from mimis_files.mapping import Context
from mimis_files.settings import FilesSettings
from mimis_files.tables import Table, read_table

T = TypeVar("T")
BATCH = 500
"""Completions, withdrawals and set-aside rows of one page, at most so many of each."""
_NOTE_MEND = "Ändra listan, om det inte är så det ska vara."
READING = "3"
"""Raise it when lists are read in another way than before: all are then read anew."""
REFUSED = "refused"
"""Stands in place of the digest of a file that is not even read, such as one that is too large."""


class FilesSource(Source[FilesSettings]):
    """Completions from CSV and Excel files that the school exports or keeps by hand."""

    kind: ClassVar[str] = "files"
    Settings = FilesSettings
    proven = (
        "third-party reports: habits of Swedish exports (separators, encodings, dates, headings); no file of a "
        "school's own system was at hand"
    )

    def pull(self, cursor: str | None) -> Iterator[PulledPage]:
        """Read the lists; with a cursor, give nothing when no file has changed, come or gone since.

        Otherwise all is given: rows of one file can override rows of another, and what was wrong may have been mended
        by removing a row that stood against another. A file that cannot be
        used is set aside as a whole. One that cannot be read now, or is half written, is named in a TemporaryError
        after the pages of the others. Raises ConfigurationError when the folder is missing.
        """
        as_of, answers = datetime.now(UTC), load_answers(self.settings.mapping_file)
        known = self._known(cursor, answers)
        files = list_files(self.settings.path, self.name)
        if known and self._unchanged(files, known):
            yield PulledPage(cursor=cursor, as_of=as_of, done=0, total=0)
            return
        gathering, seen, away = self.gathering(answers), dict[str, str](), list[tuple[str, TemporaryError]]()
        for path in files:
            try:
                seen[path.name] = self._take(path, answers, gathering)
            except TemporaryError as error:
                away.append((path.name, error))
        yield from self._pages(gathering, self._cursor(seen, answers), None if away else as_of)
        if away:
            raise _unread(away)

    def check(self) -> Iterable[Finding]:
        """Say whether the folder is there, which of its lists can be read, and what in them is not."""
        try:
            answers = load_answers(self.settings.mapping_file)
            paths = list_files(self.settings.path, self.name)
        except MimisError as error:
            yield Finding(subject=self.name, status="error", message=error.message, mend=error.mend)
            return
        broken = 0
        for path in paths:
            subject = f"{self.name}: {path.name}"
            try:
                table = self.read(path, answers)
            except (DataError, TemporaryError) as error:
                broken += 1
                yield Finding(subject=subject, status="error", message=error.message, mend=error.mend)
                continue
            for note in table.notes:
                yield Finding(subject=subject, status="warning", message=note, mend=_NOTE_MEND)
        yield _count(self.name, len(paths) - broken, len(paths))

    def gathering(self, answers: Answers) -> Gathering:
        """An empty gathering that knows who is protected and what the school's courses are."""
        protected = frozenset(one.casefold() for one in self.settings.protected)
        return Gathering(Context(self.name, protected, answers.plain_courses))

    def read(self, path: Path, answers: Answers, digests: list[str] | None = None) -> Table:
        """A list's table, with patience for one that is being saved. Raises as its reading does.

        Arguments:
            digests: gets the digest of each content that was read, the last one last, also where reading fails.
        """

        def read() -> Table:
            content = read_file(path)
            if digests is not None:
                digests.append(digest(content))
            return read_table(path.name, content, self.settings.encoding, answers.plain_headings)

        return patiently(read)

    def _take(self, path: Path, answers: Answers, gathering: Gathering) -> str:
        """Take one list in; gives the digest of what was read."""
        digests = [REFUSED]
        try:
            gathering.take(self.read(path, answers, digests))
        except DataError as error:
            gathering.refuse(path.name, error)
        return digests[-1]

    def _pages(self, gathering: Gathering, cursor: str, as_of: datetime | None) -> Iterator[PulledPage]:
        """Everything in batches; a pull always has one page, and the last one has what counts for all."""
        settled, total = gathering.settle(), sum(gathering.rows.values())
        completions = [one for one in map(completion, settled) if one is not None]
        withdrawn = [one for one in map(withdrawal, settled) if one is not None]
        aside = [gathering.set_aside(one) for one in gathering.problems]
        longest = max(1, len(completions), len(withdrawn), len(aside))
        *first, last = [
            PulledPage(
                completions=_batch(completions, start),
                withdrawn=_batch(withdrawn, start),
                set_aside=_batch(aside, start),
                done=min(start + BATCH, total),
                total=total,
            )
            for start in range(0, longest, BATCH)
        ]
        yield from first
        yield last.model_copy(update={"cursor": cursor, "as_of": as_of, "whole": True, "done": total})

    def _unchanged(self, files: list[Path], known: dict[str, str]) -> bool:
        if {path.name for path in files} != set(known):
            return False
        return all(known[path.name] == _digest_of(path) for path in files)

    def _reading(self, answers: Answers) -> str:
        """What else than the files decides what a pull gives."""
        own = [READING, installed(), self.settings.encoding, sorted(self.settings.protected), answers.digest]
        return digest(json.dumps(own).encode())

    def _cursor(self, seen: dict[str, str], answers: Answers) -> str:
        return json.dumps({"reading": self._reading(answers), "files": seen}, ensure_ascii=False)

    def _known(self, cursor: str | None, answers: Answers) -> dict[str, str]:
        """Names and digests of the files that an earlier pull has read in this way; none of them otherwise."""
        try:
            told = json.loads(cursor or "{}")
            return dict(told["files"]) if told["reading"] == self._reading(answers) else {}
        except (ValueError, KeyError, TypeError):
            return {}


def _digest_of(path: Path) -> str:
    """The digest of a file as it is; one that cannot be read is never the same."""
    try:
        return digest(patiently(lambda: read_file(path)))
    except TemporaryError:
        return "away"
    except DataError:
        return REFUSED


def _batch(items: list[T], start: int) -> tuple[T, ...]:
    return tuple(items[start : start + BATCH])


def _unread(away: list[tuple[str, TemporaryError]]) -> TemporaryError:
    """One error for all files that could not be read: what each suffers from, and the first one's mend."""
    texts = " ".join(f"{name}: {error.message}" for name, error in away)
    return TemporaryError(texts, mend=away[0][1].mend, code=away[0][1].code)


def _count(name: str, usable: int, total: int) -> Finding:
    if total == 0:
        return Finding(
            subject=name,
            status="warning",
            message="Mappen har inga listor.",
            mend="Lägg CSV- eller Excel-filer i mappen.",
        )
    return Finding(subject=name, status="ok", message=f"Listor som går att läsa: {usable} av {total}.")
