"""From ESCO's files to a release that mimis can take in; rows that cannot be used are set aside and told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from mimis_core import UserError
from mimis_core.services import EscoEntry, EscoKind, EscoNeed, EscoRelease, EscoTexts
from mimis_esco.download import BROADER, GROUPS, NEEDS, OCCUPATIONS, SKILLS, Download
from mimis_esco.table import MEND, Row, read_table

PREFIX = "http://data.europa.eu/esco/"
"""How each address begins. They are identifiers, written with http, and are compared as they are."""
TYPES = {"skill/competence": "skill", "knowledge": "knowledge"}
CURRENT = ("", "released")
"""States of a concept that is in use; empty where a file does not say."""
KINDS: dict[EscoKind, str] = {"skill": SKILLS, "group": GROUPS, "occupation": OCCUPATIONS}
Why = Literal["address", "label", "state", "twice", "unknown", "need", "itself"]
REASONS: dict[Why, str] = {
    "address": "has no address of ESCO",
    "label": "has no label",
    "state": "is not in use, by its status",
    "twice": "stands there already",
    "unknown": "names a concept that is not there",
    "need": "says neither essential nor optional",
    "itself": "says that a concept is broader than itself",
}


@dataclass(frozen=True)
class Odd:
    """A row that was set aside, and why."""

    file: str
    line: int
    why: Why


@dataclass
class Reading:
    """A release in the making.

    Attributes:
        download: what is read.
        odd: rows that were set aside.
        rows: how many rows each file has.
        entries: what was found, by address.
    """

    download: Download
    odd: list[Odd] = field(default_factory=list)
    rows: Counter[str] = field(default_factory=Counter)
    entries: dict[str, EscoEntry] = field(default_factory=dict)

    def release(self, version: str, languages: Sequence[str] = ()) -> EscoRelease:
        """All of it, with the texts in these languages, or in all that are there.

        Raises UserError when a file is missing or broken, or so odd that it cannot belong to the others.
        """
        base, wanted = self.download.whole_in(), _wanted(self.download.languages, languages)
        for kind in KINDS:
            self._read_entries(kind, base)
        labels: dict[str, str] = {}
        broader = tuple(self._broader(base, labels))
        needs = tuple(self._needs(base))
        texts = {language: self._texts(language, labels if language == base else {}) for language in wanted}
        self._refuse_strange()
        return EscoRelease(version, tuple(self.entries.values()), broader, needs, texts)

    def _table(self, kind: str, language: str, needed: Sequence[str], optional: Sequence[str] = ()) -> Iterator[Row]:
        file = self.download.files.get((kind, language))
        return iter(()) if file is None else read_table(file, needed, optional)

    def _aside(self, row: Row, why: Why) -> None:
        self.odd.append(Odd(row.file, row.line, why))

    def _read_entries(self, kind: EscoKind, language: str) -> None:
        optional = ("status", "code", "iscoGroup", "skillType", "reuseLevel")
        for row in self._table(KINDS[kind], language, ("conceptUri", "preferredLabel"), optional):
            self.rows[row.file] += 1
            uri, label, status, code, isco, type_, reuse = row.cells
            if why := self._why_no_entry(uri, status):
                self._aside(row, why)
                continue
            self.entries[uri] = EscoEntry(uri, kind, code or isco, TYPES.get(type_, ""), reuse)
            if not label:  # the concept stays: other languages name it, and have to have the same concepts
                self._aside(row, "label")

    def _why_no_entry(self, uri: str, status: str) -> Why | None:
        if not uri.startswith(PREFIX):
            return "address"
        if status.lower() not in CURRENT:
            return "state"
        return "twice" if uri in self.entries else None

    def _broader(self, language: str, labels: dict[str, str]) -> Iterator[tuple[str, str]]:
        """Pairs of a concept and one above it. Groups that only stand here are taken in, with their label."""
        columns = ("conceptType", "conceptUri", "broaderType", "broaderUri"), ("conceptLabel", "broaderLabel")
        rows = list(self._table(BROADER, language, *columns))
        for row in rows:
            type_, uri, above_type, above, label, above_label = row.cells
            for kind, address, text in ((type_, uri, label), (above_type, above, above_label)):
                if kind == "SkillGroup" and address.startswith(PREFIX):
                    self.entries.setdefault(address, EscoEntry(address, "group"))
                    labels[address] = labels.get(address) or text
        seen: set[tuple[str, ...]] = set()
        for row in rows:
            _, uri, _, above, *_ = row.cells
            if why := self._why_no_pair(row, (uri, above), seen):
                self._aside(row, why)
            else:
                yield uri, above

    def _needs(self, language: str) -> Iterator[tuple[str, str, EscoNeed]]:
        seen: set[tuple[str, ...]] = set()
        for row in self._table(NEEDS, language, ("occupationUri", "skillUri", "relationType")):
            occupation, skill, need = row.cells
            if need not in get_args(EscoNeed):
                self.rows[row.file] += 1
                self._aside(row, "need")
            elif why := self._why_no_pair(row, (occupation, skill), seen):
                self._aside(row, why)
            else:
                yield occupation, skill, "essential" if need == "essential" else "optional"

    def _why_no_pair(self, row: Row, pair: tuple[str, str], seen: set[tuple[str, ...]]) -> Why | None:
        self.rows[row.file] += 1
        if not self.entries.keys() >= set(pair):
            return "unknown"
        if pair[0] == pair[1]:
            return "itself"
        known = row.cells in seen
        seen.add(row.cells)
        return "twice" if known else None

    def _texts(self, language: str, labels: dict[str, str]) -> EscoTexts:
        """One language's texts; ``labels`` are those that stand elsewhere, and give way."""
        others: dict[str, tuple[str, ...]] = {}
        descriptions: dict[str, str] = {}
        labels = {uri: label for uri, label in labels.items() if label}
        optional = ("altLabels", "description")
        for kind in KINDS.values():
            for row in self._table(kind, language, ("conceptUri", "preferredLabel"), optional):
                uri, label, other, description = row.cells
                if uri in self.entries and label:
                    labels[uri], descriptions[uri] = label, description
                    others[uri] = tuple(filter(None, map(str.strip, other.splitlines())))
        return EscoTexts(labels, others, descriptions)

    def _refuse_strange(self) -> None:
        """A few odd rows are set aside; a file of which most rows are odd is of another version, or no file of ESCO."""
        odd = Counter(one.file for one in self.odd)
        for file, count in odd.items():
            if 2 * count > self.rows[file]:
                first = next(one for one in self.odd if one.file == file)
                raise UserError(
                    f"{count} of {self.rows[file]} rows of {file} cannot be used; line {first.line} "
                    f"{REASONS[first.why]}.",
                    mend=MEND,
                )


def _wanted(there: Sequence[str], languages: Sequence[str]) -> tuple[str, ...]:
    missing = sorted(set(languages) - set(there))
    if missing:
        raise UserError(
            f"The download has no skills in {', '.join(missing)}.", mend=f"It has: {', '.join(there) or 'none'}."
        )
    return tuple(dict.fromkeys(languages)) or tuple(there)
