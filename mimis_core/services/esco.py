"""The ESCO classification for whoever asks: concepts, what is broader and narrower, what occupations need, search.

ESCO is the European Union's classification of skills and occupations; © European Union, reused under Commission
Decision 2011/833/EU. Without an import it is empty, and :meth:`Esco.require` says what to do.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self
from weakref import WeakValueDictionary

from sqlalchemy import select
from sqlalchemy.orm import Session

from mimis_core.errors import UserError
from mimis_core.services.base import ServicesBase
from mimis_core.services.esco_parts import EscoKind, EscoNeed, languages, unpack
from mimis_core.store.database import Database
from mimis_core.store.esco_tables import EscoPartRow, EscoReleaseRow

ATTRIBUTION = "This service uses the ESCO classification of the European Commission."
"""The sentence that the licence asks for, wherever ESCO's texts are shown."""
UNNAMED = "und"
"""Language of the label of what has none: undetermined, by BCP 47."""
_NO_WORD = re.compile(r"[^\w\n\x1f]+")
_NEXT = "\x1f"
"""Between a concept's label and its other labels in what is searched."""


@dataclass(frozen=True)
class EscoConcept:
    """A skill, a group of skills, or an occupation.

    ``labels`` is by language; where ESCO has none, the address stands under ``und``. ``code`` is a group's or an
    occupation's; ``type`` a skill's: ``skill`` or ``knowledge``; ``reuse`` a skill's reuse level as ESCO writes it.
    """

    uri: str
    kind: EscoKind
    labels: dict[str, str]
    code: str
    type: str
    reuse: str


class Esco:
    """One version of ESCO. Its parts are unpacked when they are first asked for; it may be asked from any thread.

    Arguments:
        version: ESCO's number; empty when nothing is imported.
        digest: names the content.
        parts: as :mod:`mimis_core.services.esco_parts` packs them.
    """

    def __init__(self, version: str = "", digest: str = "", parts: Mapping[str, bytes] | None = None) -> None:
        self.version = version
        self.digest = digest
        self._parts = dict(parts or {})
        self._described: dict[str, list[str]] = {}
        self._hays: dict[str, list[str]] = {}
        self.languages = languages(self._parts)

    def require(self) -> Self:
        """Itself. Raises UserError when nothing is imported."""
        if not self.version:
            raise UserError(
                "ESCO is not imported here.",
                mend="Fetch its CSV files from esco.ec.europa.eu, then: mimis esco import FILE.zip",
            )
        return self

    def concept(self, uri: str) -> EscoConcept | None:
        """What stands at an address; None when this version has nothing there."""
        number = self._numbers.get(uri)
        return None if number is None else self._concept(number)

    def broader(self, uri: str) -> tuple[str, ...]:
        """Addresses one step up."""
        return self._steps[0].get(uri, ())

    def narrower(self, uri: str) -> tuple[str, ...]:
        """Addresses one step down."""
        return self._steps[1].get(uri, ())

    def skills_of(self, occupation: str) -> tuple[tuple[str, EscoNeed], ...]:
        """The skills that an occupation needs, each once: what is essential and optional in ESCO is essential."""
        essential, optional = self._needs.get(self._numbers.get(occupation, -1), ([], []))
        needs: dict[int, EscoNeed] = {**dict.fromkeys(optional, "optional"), **dict.fromkeys(essential, "essential")}
        uris = [(self._rows[number][0], need) for number, need in needs.items()]
        return tuple(sorted(uris, key=lambda one: (one[1] == "optional", one[0])))

    def description(self, uri: str, language: str) -> str:
        """ESCO's description of a concept, empty where there is none. Read it before choosing: labels are short."""
        number = self._numbers.get(uri)
        return "" if number is None else self._descriptions(self.spoken(language))[number]

    def count(self, kind: EscoKind) -> int:
        """How many concepts of a kind there are."""
        return sum(row[1] == kind for row in self._rows)

    def search(self, text: str, language: str, kind: EscoKind, limit: int = 20) -> list[EscoConcept]:
        """The concepts that have a label in which each word of ``text`` begins a word, the closest first.

        A language that is not imported is searched in English, or in whatever there is.
        """
        words = _folded(text).split()
        if not words or not self.version:
            return []
        found = []
        for number, hay in enumerate(self._searched(self.spoken(language))):
            if self._rows[number][1] == kind and all(f" {word}" in hay for word in words):
                found.append((*_rank(hay, " ".join(words)), number))
        return [self._concept(one[-1]) for one in sorted(found)[:limit]]

    def spoken(self, language: str) -> str:
        """The language that is searched and described in for who asks in this one; empty without an import."""
        known = self.languages
        return language if language in known else "en" if "en" in known else next(iter(known), "")

    def _concept(self, number: int) -> EscoConcept:
        uri, kind, code, type_, reuse = self._rows[number]
        labels = {language: text for language in self.languages if (text := self._labels[language][number])}
        return EscoConcept(uri, kind, labels or {UNNAMED: uri}, code, type_, reuse)

    @cached_property
    def _rows(self) -> list[tuple[str, EscoKind, str, str, str]]:
        return list(map(tuple, self._part("concepts")))

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {row[0]: number for number, row in enumerate(self._rows)}

    @cached_property
    def _labels(self) -> dict[str, list[str]]:
        return {language: self._part(f"labels.{language}") for language in self.languages}

    @cached_property
    def _steps(self) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
        pairs = [(self._rows[one][0], self._rows[above][0]) for one, above in self._part("broader")]
        return _by_first(pairs), _by_first((above, one) for one, above in pairs)

    @cached_property
    def _needs(self) -> dict[int, tuple[list[int], list[int]]]:
        return {one: (essential, optional) for one, essential, optional in self._part("relations")}

    def _descriptions(self, language: str) -> list[str]:
        if language not in self._described:
            self._described[language] = self._part(f"descriptions.{language}")
        return self._described[language]

    def _searched(self, language: str) -> list[str]:
        """What is searched, for each concept: its labels, each word after a space."""
        if language not in self._hays:
            labels = zip(self._labels[language], self._part(f"others.{language}"), strict=True)
            lines = (f"{_NEXT} ".join((f" {label}", *others)).replace("\n", " ") for label, others in labels)
            self._hays[language] = _folded("\n".join(lines)).split("\n")
        return self._hays[language]

    def _part(self, name: str) -> Any:
        return unpack(self._parts[name]) if name in self._parts else []


class EscoReader:
    """Follows what is imported, here and by other processes; what organisations have in common is held once.

    Arguments:
        database: where it stands.
        organisation: whose.
    """

    def __init__(self, database: Database, organisation: str) -> None:
        self._database = database
        self._organisation = organisation
        self._known = Esco()

    def read(self) -> Esco:
        """The version that stands here now. One small query, but for the first time after an import."""
        with self._database.reading() as session:
            mine = EscoReleaseRow.organisation == self._organisation
            digest = session.scalar(select(EscoReleaseRow.digest).where(mine)) or ""
            if digest != self._known.digest:
                self._known = _SHARED.get(digest) or self._load(session)
                _SHARED[self._known.digest] = self._known
            return self._known

    def _load(self, session: Session) -> Esco:
        # In one statement: what another process imports meanwhile is seen as a whole or not at all.
        whole = EscoPartRow.organisation == EscoReleaseRow.organisation
        columns = EscoReleaseRow.version, EscoReleaseRow.digest, EscoPartRow.name, EscoPartRow.content
        rows = session.execute(
            select(*columns).join(EscoPartRow, whole).where(EscoReleaseRow.organisation == self._organisation)
        ).all()
        return Esco(rows[0].version, rows[0].digest, {row.name: row.content for row in rows}) if rows else Esco()


class EscoServices(ServicesBase):
    """ESCO as it was imported."""

    @cached_property
    def esco_reader(self) -> EscoReader:
        """Holds what was read."""
        return EscoReader(self.database, self.organisation)

    def esco(self) -> Esco:
        """The version of ESCO that stands here; with an empty version when none was imported."""
        return self.esco_reader.read()


_SHARED: WeakValueDictionary[str, Esco] = WeakValueDictionary()
"""What is in memory by its digest: an installation's organisations that imported the same hold it once."""


def _by_first(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for first, second in pairs:
        found[first].append(second)
    return {first: tuple(seconds) for first, seconds in found.items()}


def _folded(text: str) -> str:
    """Words in small letters with one space between them; the signs that part labels stay."""
    return _NO_WORD.sub(" ", unicodedata.normalize("NFC", text).casefold())


def _rank(hay: str, wanted: str) -> tuple[int, int]:
    """How far a concept's labels are from what is looked for: the kind of likeness, then the label's length."""
    label, *others = (one.strip() for one in hay.split(_NEXT))
    likeness = (
        label == wanted,
        wanted in others,
        label.startswith(wanted),
        all(f" {word}" in f" {label}" for word in wanted.split()),
        True,
    )
    return likeness.index(True), len(label)
