"""What of an order goes into the document: the matter that learners share, and the texts that are this learner's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from mimis_core import Accreditation, Attachment, Award, Completion, CompletionKind, DataError, IssueOrder
from mimis_europass.document import texts
from mimis_europass.document.claim import AT_WORK
from mimis_europass.document.specification import duration
from mimis_europass.document.texts import one_line, spoken
from mimis_europass.document.writer import Matter, base64_text
from mimis_europass.rules.judge import ABSOLUTE

Values = dict[str, str]
LARGEST_ATTACHED = 5_000_000
"""Characters of base64 in all: the EU's own issuer takes uploads of 5 to 15 MB (facts section 6)."""
PASSES = frozenset(("godkänd", "godkänt", "g", "passed", "pass"))
MAIL = re.compile(r"[^\s\"/@<>:]+@[^\s\"/@]+\.[a-z]{2,}", re.IGNORECASE)
"""A mail address, which no credential holds: the file outlives it, and whoever sees the file would have it."""
NOT_LEARNT_ANEW = frozenset((CompletionKind.VALIDATION, CompletionKind.CREDENTIAL))
"""Kinds of evidence that show no activity of learning: what was known before, and what another credential says."""
MOMENTS = frozenset(("issued", "valid_until", "awarded", "assessed", "birth_date"))


class Way(NamedTuple):
    """One way in which it was learnt, and the completion that tells when, how long or where, if one does."""

    word: str
    completion: Completion | None


def matter_of(order: IssueOrder, chosen: Sequence[str]) -> Matter:
    """What the document has in common with others; ``chosen`` are the languages of the settings, the main one first."""
    achievement, day = order.achievement, order.issued_at.date()
    wanted = tuple(code for code in order.languages if code in chosen)
    return Matter(
        achievement,
        order.issuer,
        order.owner,
        wanted or tuple(chosen),
        tuple(way.word for way in _ways(order.award, achievement.mode)),
        tuple(document.media_type for document in _documents(order.award) if document.content),
        _holding(achievement.quality_assurance.accreditations, day),
        _holding(order.issuer.accreditations, day),
        order.mandate,
    )


def values_of(order: IssueOrder, matter: Matter) -> Values:
    """All texts that belong to this learner, but for the pictures. Never a mail address. Raises DataError."""
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
        "supersedes": order.supersedes,
    }
    values |= {f"assessor.{index}": name for index, name in enumerate(_assessors(award))}
    values |= _grades(award, matter)
    if any(_tells(item) or item.document or item.kind is CompletionKind.CREDENTIAL for item in award.evidence):
        values |= dict(_evidence(award, matter))
    return {key: value for key, value in values.items() if value is not None}


def check_values(values: Mapping[str, str], urn: str) -> None:
    """What the rulebook wants of the texts that are filled in. Raises DataError."""
    addresses = ["urn", "status_url", "public_url", *(key for key in values if key.endswith(".address"))]
    wrong = [key for key in addresses if not ABSOLUTE.fullmatch(values[key])]
    wrong += [key for key in ("full_name", "learner_id") if not values[key].strip()]
    findings = [f"{key} is empty or no complete address" for key in wrong]
    findings += [f"{key} holds a mail address" for key, value in values.items() if "@" in value and MAIL.search(value)]
    if findings:
        raise refusal(urn, findings)


def example(key: str) -> str:
    """A text of the kind that stands under a key, to hold the form of the document against the rulebook."""
    if key in MOMENTS or key.endswith((".start", ".end", ".awarded")):
        return "2026-01-01T00:00:00Z"
    return "PT1H" if key.endswith(".hours") else f"https://mimis.example/{key}"


def refusal(subject: str, findings: list[str]) -> DataError:
    """The error that says why a document is not built."""
    return DataError(
        f"The credential {subject} would not conform and is not built: " + "; ".join(findings) + ".",
        mend="Correct the catalogue entry, the organisation or the learner's record that it names.",
        code="not_conforming",
    )


def _holding(decisions: tuple[Accreditation, ...], day: date) -> tuple[Accreditation, ...]:
    """Those that have not lapsed: what is sealed claims that they hold."""
    return tuple(one for one in decisions if one.expires is None or one.expires >= day)


def _ways(award: Award, modes: tuple[str, ...]) -> list[Way]:
    """How it was learnt, by what the evidence is; a validation, or a part that has a credential, adds none.

    A completion that tells when, how long or where is a way of its own; the others are one for each kind.
    """
    learnt = [(_word(item.kind, modes), item) for item in award.evidence if item.kind not in NOT_LEARNT_ANEW]
    plain = {Way(word, None): None for word, item in learnt if not _tells(item)}
    own = [Way(word, item) for word, item in learnt if _tells(item)]
    return sorted([*plain, *own], key=lambda way: way.word)


def _word(kind: CompletionKind, modes: tuple[str, ...]) -> str:
    """The activity that a completion shows. What a workplace attests is a placement: a job needs no attestation."""
    if kind is CompletionKind.ATTESTATION:
        return AT_WORK
    ends = {mode.rsplit("/", 1)[-1] for mode in modes}
    if ends <= {"online", "920fbb3cbe"}:
        return "online"
    if ends <= {"research", "ed4c557045"}:
        return "laboratory"
    return "programme" if ends <= {"work", "729f3bed4b", "project", "7813801c77"} else "classroom"


def _tells(item: Completion) -> bool:
    return item.started_at is not None or item.hours is not None or item.place is not None


def _evidence(award: Award, matter: Matter) -> Iterator[tuple[str, str]]:
    """When, how long and where; and the documents that prove it."""
    for index, way in enumerate(_ways(award, matter.achievement.mode)):
        if way.completion:
            yield from _activity(f"activity.{index}", way.completion)
    validations = [item for item in award.evidence if item.kind is CompletionKind.VALIDATION and _tells(item)]
    for index, item in enumerate(validations):
        for code in spoken(texts.HOURS, matter.languages):
            yield f"validation.{index}.{code}", _validation(item, code)
    for index, item in enumerate(_parts(award)):
        yield from _part(f"part.{index}", item, matter)
    yield from _attached(award, matter)


def _parts(award: Award) -> list[Completion]:
    """The credentials that it is made of, in the order in which they were earned."""
    parts = (item for item in award.evidence if item.kind is CompletionKind.CREDENTIAL)
    return sorted(parts, key=lambda item: (item.completed_at, item.key))


def _part(name: str, item: Completion, matter: Matter) -> Iterator[tuple[str, str]]:
    """Its title in each language that it has, when it was earned, and where it can be looked at."""
    yield f"{name}.awarded", _stamp(item.completed_at)
    yield from _title(name, item.document or Attachment(title={"sv": item.title}), matter)
    if item.document and item.document.url:
        yield f"{name}.address", item.document.url
    if item.by:  # without it the school itself is taken for the issuer
        yield f"{name}.issuer", one_line(item.by.replace("@", " (at) "))


def _activity(name: str, item: Completion) -> Iterator[tuple[str, str]]:
    if item.started_at:
        first, last = sorted((item.started_at, item.completed_at))
        yield f"{name}.start", _stamp(first)
        yield f"{name}.end", _stamp(last)
    if item.hours:
        yield f"{name}.hours", duration(item.hours)
    if place := _place(item):
        yield f"{name}.place", place


def _validation(item: Completion, language: str) -> str:
    """``2026-10-20 – 2026-10-24, 6 timmar, Verkstaden``: an assessment has no property for these."""
    days = sorted({moment.date().isoformat() for moment in (item.started_at, item.completed_at) if moment})
    hours = texts.HOURS[language].format(hours=texts.number(item.hours, language)) if item.hours else ""
    return ", ".join(filter(None, (" – ".join(days), hours, _place(item))))


def _place(item: Completion) -> str:
    """The place; what looks like a mail address is none."""
    place = one_line(item.place or "")
    return "" if "@" in place else place


def _documents(award: Award) -> list[Attachment]:
    """The documents of the evidence, each once; the page of a part stands with the part."""
    proofs = (item for item in award.evidence if item.kind is not CompletionKind.CREDENTIAL)
    documents = {(item.document.content, item.document.url): item.document for item in proofs if item.document}
    return list(documents.values())


def _attached(award: Award, matter: Matter) -> Iterator[tuple[str, str]]:
    """Documents inside and links; raises DataError for what is no base64 or too much."""
    documents = _documents(award)
    inside = [(document, base64_text(document.content)) for document in documents if document.content]
    if sum(len(content) for _, content in inside) > LARGEST_ATTACHED:
        raise DataError(
            f"The documents that prove award {award.id} are larger than {LARGEST_ATTACHED // 1_000_000} MB in all.",
            mend="Make the files smaller, or link to them.",
            code="too_large",
        )
    for index, (document, content) in enumerate(inside):
        yield f"attachment.{index}.content", content
        yield from _title(f"attachment.{index}", document, matter)
    links = [document for document in documents if document.url]
    for index, document in enumerate(links):
        yield f"link.{index}.address", document.url or ""
        yield from _title(f"link.{index}", document, matter)


def _title(name: str, document: Attachment, matter: Matter) -> Iterator[tuple[str, str]]:
    """The title in the chosen languages that it has; a plain word instead of what holds a mail address or nothing."""
    own = {code: one_line(text) for code, text in document.title.items() if text.strip() and "@" not in text}
    title = own or {code: texts.DOCUMENT[code] for code in spoken(texts.DOCUMENT, matter.languages)}
    chosen = [code for code in matter.languages if code in title]
    for code in chosen or title:
        yield f"{name}.title.{code}", title[code]


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _birth(order: IssueOrder) -> str | None:
    born = order.learner.birth_date
    return _stamp(datetime.combine(born, time(), UTC)) if born and order.show_birth_date else None


def _assessors(award: Award) -> list[str]:
    """Who saw it and who decided, in that order; what looks like an address is no name and is left out."""
    decided_by = None if award.by_rule else award.decided_by
    seen = (item.by for item in award.evidence if item.kind is not CompletionKind.CREDENTIAL)
    names = [one_line(name or "") for name in (*seen, decided_by)]
    return list(dict.fromkeys(name for name in names if name and "@" not in name))


def _grades(award: Award, matter: Matter) -> Values:
    """The result for each language. With several assessments, a grade belongs to the whole: then it is a note."""
    result = _result([item for item in award.evidence if item.grade], matter.languages)
    if len(matter.achievement.assessment) == 1 and result:
        return {f"grade.{code}": text for code, text in result.items()}
    passed = {f"grade.{code}": texts.PASSED[code] for code in spoken(texts.PASSED, matter.languages)}
    return passed | {f"result.{code}": text for code, text in result.items()}


def _result(graded: list[Completion], languages: tuple[str, ...]) -> Values:
    """One grade in words; nothing when there is none, several, only a plain pass, or what looks like an address."""
    grade = graded[0].grade if len(graded) == 1 else None
    if grade is None:
        return {}
    text = one_line(grade.text or "")
    if text.casefold() in PASSES or "@" in text:
        return {}
    if text:
        return dict.fromkeys(languages, text)
    if grade.value is None or grade.maximum is None:
        return {}
    value, most = grade.value, grade.maximum
    return {
        code: texts.POINTS[code].format(value=texts.number(value, code), maximum=texts.number(most, code))
        for code in spoken(texts.POINTS, languages)
    }
