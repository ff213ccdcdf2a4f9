"""The source: every list of a folder, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from mimis_core import Completion, ConfigurationError, DataError, Finding, PulledPage, SetAside, Source
from mimis_files.mapping import Context, map_row
from mimis_files.settings import FilesSettings
from mimis_files.table import Row, read_rows

BATCH = 500


@dataclass
class _Gathered:
    """What a pull has read so far; one completion for each key."""

    rows: int = 0
    completions: dict[str, Completion] = field(default_factory=dict)
    set_aside: list[SetAside] = field(default_factory=list)


class FilesSource(Source[FilesSettings]):
    """Completions from CSV files that the school exports or keeps by hand."""

    kind: ClassVar[str] = "files"
    Settings = FilesSettings

    def pull(self, cursor: str | None) -> Iterator[PulledPage]:
        """Read all lists each time: they are small, and a mended row must be found again.

        Raises ConfigurationError when the folder is missing. A file that cannot be used is set aside as a whole.
        """
        del cursor
        gathered = _Gathered()
        context = Context(self.name, frozenset(one.casefold() for one in self.settings.protected))
        for path in self._files():
            try:
                rows = read_rows(path, self.settings.encoding)
            except DataError as error:
                gathered.set_aside.append(self._set_aside(path.name, path.name, error))
                continue
            for row in rows:
                self._take(path.name, row, context, gathered)
        yield from _pages(gathered)

    def check(self) -> Iterable[Finding]:
        """Say whether the folder is there and which of its lists can be read."""
        try:
            paths = self._files()
        except ConfigurationError as error:
            yield Finding(subject=self.name, status="error", message=error.message, mend=error.mend)
            return
        broken = 0
        for path in paths:
            try:
                read_rows(path, self.settings.encoding)
            except DataError as error:
                broken += 1
                yield Finding(
                    subject=f"{self.name}: {path.name}", status="error", message=error.message, mend=error.mend
                )
        yield _count(self.name, len(paths) - broken, len(paths))

    def _files(self) -> list[Path]:
        path = self.settings.path
        try:
            if path.is_dir():
                return sorted(one for one in path.iterdir() if one.suffix.lower() == ".csv" and one.is_file())
            if path.is_file():
                return [path]
        except OSError:
            raise ConfigurationError(
                f"[sources {self.name}] path cannot be read.", mend="Check the rights to the folder."
            ) from None
        raise ConfigurationError(
            f"[sources {self.name}] path: there is no such folder or file.", mend="Correct path in mimis.toml."
        )

    def _take(self, file: str, row: Row, context: Context, gathered: _Gathered) -> None:
        gathered.rows += 1
        place = f"{file}, rad {row.number}"
        try:
            new = map_row(row, context)
        except DataError as error:
            gathered.set_aside.append(self._set_aside(f"{file}:{row.number}", place, error))
            return
        if new is None:
            return
        earlier = gathered.completions.get(new.key)
        if earlier is None or _renews(new, earlier):
            gathered.completions[new.key] = new
        elif new != earlier and not _renews(earlier, new):
            gathered.set_aside.append(self._set_aside(f"{file}:{row.number}", place, _conflict()))

    def _set_aside(self, key: str, place: str, error: DataError) -> SetAside:
        return SetAside(source=self.name, key=key, reason=error.code or "row", message=f"{place}: {error}")


def _renews(new: Completion, earlier: Completion) -> bool:
    """Whether one row is the same fact at a later date: the newest is what counts."""
    return new.kind is earlier.kind and new.completed_at > earlier.completed_at


def _conflict() -> DataError:
    return DataError(
        "En annan rad säger något annat om samma deltagare och mikromerit.",
        mend="Låt en av raderna stå kvar.",
        code="duplicate",
    )


def _pages(gathered: _Gathered) -> Iterator[PulledPage]:
    """Batches of completions; what was set aside goes with the last, and a pull always has one page."""
    completions = list(gathered.completions.values())
    starts = range(0, len(completions), BATCH) or range(1)
    for start in starts:
        last = start == starts[-1]
        done = gathered.rows if last else start + BATCH
        yield PulledPage(
            completions=tuple(completions[start : start + BATCH]),
            set_aside=tuple(gathered.set_aside) if last else (),
            done=done,
            total=gathered.rows,
        )


def _count(name: str, usable: int, total: int) -> Finding:
    if total == 0:
        return Finding(
            subject=name, status="warning", message="Mappen har inga listor.", mend="Lägg CSV-filer i mappen."
        )
    return Finding(subject=name, status="ok", message=f"Listor som går att läsa: {usable} av {total}.")
