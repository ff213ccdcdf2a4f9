"""The format ``elm``: a European Digital Credential in the European Learning Model v3, unsealed.

All learners of an achievement share most of their documents. So a document is written and held against the rulebook
once, with a mark at each place where learners differ; for each learner the marks are filled in.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time
from functools import lru_cache
from typing import Any, ClassVar

from mimis_core import (
    Award,
    Completion,
    CompletionKind,
    CredentialFacts,
    DataError,
    Document,
    Finding,
    Format,
    IssueOrder,
)
from mimis_europass import texts
from mimis_europass.document import Matter, build_document
from mimis_europass.picture import Look, Personal, draw
from mimis_europass.read import read_facts
from mimis_europass.rules import ABSOLUTE, find_violations
from mimis_europass.settings import ElmSettings
from mimis_europass.texts import one_line

Values = dict[str, str]
EDGE = "\ufdd0"
"""Stands on both sides of a mark. No text has it: Unicode keeps it for use inside a program, and ``clean`` drops it."""
SAMPLE = "https://mimis.example/"


class ElmFormat(Format[ElmSettings]):
    """Builds and reads European Digital Credentials."""

    kind = "elm"
    Settings = ElmSettings
    media_type: ClassVar[str] = "application/ld+json"

    def build(self, order: IssueOrder) -> Document:
        """Build the document with its pictures; raises DataError when it would not conform."""
        matter = self._matter(order)
        values = _values(order, matter)
        _check_values(values, order.urn)
        pieces = _template(matter, tuple(sorted({*values, *(f"picture.{code}" for code in matter.languages)})))
        escaped = {key: _dump(value)[1:-1] for key, value in values.items()}
        for language, png in draw(matter, self._look, _personal(order)).items():
            escaped[f"picture.{language}"] = base64.b64encode(png).decode("ascii")
        content = "".join(escaped[piece] if index % 2 else piece for index, piece in enumerate(pieces)).encode()
        return Document(urn=order.urn, format=self.kind, media_type=self.media_type, content=content)

    def read(self, content: bytes) -> CredentialFacts:
        """Read any European Digital Credential, sealed or not."""
        return read_facts(content)

    def check(self) -> Iterable[Finding]:
        """Say whether the files that the settings name are there."""
        for name in ("logo", "fonts"):
            path = getattr(self.settings, name)
            if path is not None and not path.exists():
                message, mend = f"{path} is not there.", f"Correct {name} in the table [format]."
                yield Finding(subject=f"format {name}", status="error", message=message, mend=mend)

    @property
    def _look(self) -> Look:
        return Look(self.settings.logo, self.settings.fonts)

    def _matter(self, order: IssueOrder) -> Matter:
        wanted = tuple(code for code in order.languages if code in self.settings.languages)
        languages = wanted or tuple(self.settings.languages)
        return Matter(
            order.achievement, order.issuer, order.owner, languages, _activities(order.award, order.achievement.mode)
        )


def _activities(award: Award, modes: tuple[str, ...]) -> tuple[str, ...]:
    """How it was learnt, by what the evidence is; a validation shows what was known before, so it adds none."""
    online = all(mode.endswith(("online", "920fbb3cbe")) for mode in modes)
    words = {
        CompletionKind.COURSE: "online" if online else "classroom",
        CompletionKind.ACTIVITY: "online" if online else "classroom",
        CompletionKind.ATTESTATION: "work",
    }
    return tuple(sorted({words[item.kind] for item in award.evidence if item.kind in words}))


def _personal(order: IssueOrder) -> Personal:
    return Personal(order.learner.full_name, order.issued_at.astimezone(UTC), _utc(order.valid_until), order.public_url)


def _utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment else None


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _values(order: IssueOrder, matter: Matter) -> Values:
    """All texts that belong to this learner, but for the pictures. Never the mail address."""
    award, learner = order.award, order.learner
    values: dict[str, str | None] = {
        "urn": order.urn,
        "learner_id": one_line(learner.id),
        "full_name": one_line(learner.full_name),
        "given_name": one_line(learner.given_name or "") or None,
        "family_name": one_line(learner.family_name or "") or None,
        "birth_date": _birth(order),
        "issued": _stamp(order.issued_at),
        "valid_until": _stamp(order.valid_until) if order.valid_until else None,
        "awarded": _stamp(award.decided_at or award.completed_at),
        "assessed": _stamp(award.completed_at),
        "status_url": order.status_url,
        "public_url": order.public_url,
    }
    values |= {f"assessor.{index}": name for index, name in enumerate(_assessors(award))}
    values |= _grades(award, matter)
    return {key: value for key, value in values.items() if value is not None}


def _birth(order: IssueOrder) -> str | None:
    born = order.learner.birth_date
    return _stamp(datetime.combine(born, time(), UTC)) if born and order.show_birth_date else None


def _assessors(award: Award) -> list[str]:
    """Who saw it and who decided, in that order; what looks like an address is no name and is left out."""
    decided_by = None if award.by_rule else award.decided_by
    names = [one_line(name or "") for name in (*(item.by for item in award.evidence), decided_by)]
    return list(dict.fromkeys(name for name in names if name and "@" not in name))


def _grades(award: Award, matter: Matter) -> Values:
    """The result for each language. With several assessments, a grade belongs to the whole: then it is a note."""
    result = _result([item for item in award.evidence if item.grade], matter.languages)
    if len(matter.achievement.assessment) == 1 and result:
        return {f"grade.{code}": text for code, text in result.items()}
    passed = {f"grade.{code}": texts.PASSED[code] for code in matter.languages}
    return passed | {f"result.{code}": text for code, text in result.items()}


def _result(graded: list[Completion], languages: tuple[str, ...]) -> Values:
    """One grade in words; nothing when there is none, several, or only a plain pass."""
    grade = graded[0].grade if len(graded) == 1 else None
    if grade is None:
        return {}
    text = one_line(grade.text or "")
    if text.casefold() in ("godkänd", "godkänt", "g", "passed", "pass"):
        return {}
    if text:
        return dict.fromkeys(languages, text)
    if grade.value is None or grade.maximum is None:
        return {}
    points = {code: (texts.number(grade.value, code), texts.number(grade.maximum, code)) for code in languages}
    return {code: texts.POINTS[code].format(value=value, maximum=most) for code, (value, most) in points.items()}


def _check_values(values: Mapping[str, str], urn: str) -> None:
    """What the rulebook wants of the texts that are filled in. Raises DataError."""
    wrong = [key for key in ("urn", "status_url", "public_url") if not ABSOLUTE.fullmatch(values[key])]
    wrong += [key for key in ("full_name", "learner_id") if not values[key].strip()]
    if wrong:
        raise _refusal(urn, [f"{key} is empty or no complete address" for key in wrong])


def _refusal(subject: str, findings: list[str]) -> DataError:
    return DataError(
        f"The credential {subject} would not conform and is not built: " + "; ".join(findings) + ".",
        mend="Correct the catalogue entry, the organisation or the learner's record that it names.",
        code="not_conforming",
    )


@lru_cache(maxsize=256)
def _template(matter: Matter, keys: tuple[str, ...]) -> tuple[str, ...]:
    """The document cut at the places for learners' texts: fixed text and key in turn. Raises DataError."""
    if findings := find_violations(build_document(matter, {key: _example(key) for key in keys})):
        raise _refusal(matter.achievement.ref, findings)
    pieces = _dump(build_document(matter, {key: f"{EDGE}{key}{EDGE}" for key in keys})).split(EDGE)
    if set(keys) != set(pieces[1::2]):
        raise _refusal(matter.achievement.ref, ["a text holds the character U+FDD0, which no text may hold"])
    return tuple(pieces)


def _example(key: str) -> str:
    if key in ("issued", "valid_until", "awarded", "assessed", "birth_date"):
        return "2026-01-01T00:00:00Z"
    return f"{SAMPLE}{key}"


def _dump(value: Any) -> str:
    """Compact JSON on one line: Europass looks for the context with a one-line expression."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
