"""The source: every list of a folder, row by row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from mimis_core import DataError, Finding, MimisError, PulledPage, Source, TemporaryError, Withdrawal
from mimis_files.answers import Answers, load_answers
from mimis_files.excel import installed
from mimis_files.folder import digest, list_files, patiently, read_file
from mimis_files.gather import Entry, Gathering, completion, withdrawal
from mimis_files.mapping import Context
from mimis_files.settings import FilesSettings
from mimis_files.tables import Table, read_table

BATCH = 500
_NOTE_MEND = "Ändra listan, om det inte är så det ska vara."
READING = "2"
"""Raise it when lists are read in another way than before: all are then read anew."""


class FilesSource(Source[FilesSettings]):
    """Completions from CSV and Excel files that the school exports or keeps by hand."""

    kind: ClassVar[str] = "files"
    Settings = FilesSettings
    proven = (
        "third-party reports: habits of Swedish exports (separators, encodings, dates, headings); no file of a "
        "school's own system was at hand"
    )

    def pull(self, cursor: str | None) -> Iterator[PulledPage]:
        """Read the lists; with a cursor, give only what stands in files that have changed since.

        When any file has changed all are read, since rows of one can override rows of another. A file that cannot be
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
        changed = {name for name, content in seen.items() if known.get(name) != content}
        yield from self._pages(gathering, changed, self._cursor(seen, answers), None if away else as_of)
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
                _, table = self.read(path, answers)
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

    def read(self, path: Path, answers: Answers) -> tuple[bytes, Table]:
        """A list's content and its table, with patience for one that is being saved. Raises as its reading does."""

        def read() -> tuple[bytes, Table]:
            content = read_file(path)
            return content, read_table(path.name, content, self.settings.encoding, answers.plain_headings)

        return patiently(read)

    def _take(self, path: Path, answers: Answers, gathering: Gathering) -> str:
        """Take one list in; gives the digest of what was read."""
        try:
            content, table = self.read(path, answers)
        except DataError as error:
            gathering.refuse(path.name, error)
            return _digest_of(path)
        gathering.take(table)
        return digest(content)

    def _pages(
        self, gathering: Gathering, changed: set[str], cursor: str, as_of: datetime | None
    ) -> Iterator[PulledPage]:
        """Batches of completions; the rest goes with the last, and a pull always has one page."""
        settled = [entry for entry in gathering.settle() if entry.file in changed]
        completions = [one for one in map(completion, settled) if one is not None]
        total = sum(rows for file, rows in gathering.rows.items() if file in changed)
        starts = range(0, len(completions), BATCH) or range(1)
        for start in starts[:-1]:
            batch = tuple(completions[start : start + BATCH])
            yield PulledPage(completions=batch, done=start + BATCH, total=total)
        yield PulledPage(
            completions=tuple(completions[starts[-1] :]),
            set_aside=tuple(gathering.set_aside(one) for one in gathering.problems if one.file in changed),
            withdrawn=_withdrawn(settled),
            cursor=cursor,
            as_of=as_of,
            done=total,
            total=total,
        )

    def _unchanged(self, files: list[Path], known: dict[str, str]) -> bool:
        return all(path.name in known and known[path.name] == _digest_of(path) for path in files)

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
        return "refused"


def _withdrawn(settled: list[Entry]) -> tuple[Withdrawal, ...]:
    return tuple(one for one in map(withdrawal, settled) if one is not None)


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
