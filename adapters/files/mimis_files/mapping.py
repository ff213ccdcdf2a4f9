"""One row of a list into a Completion, or into the reason why it cannot be one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mimis_core import Attachment, Completion, CompletionKind, DataError, Grade, SourceLearner
from mimis_files.columns import SWEDISH
from mimis_files.table import Row
from mimis_files.values import looks_personal, parse_date, parse_hours, parse_kind, parse_result, says_protected

_ACHIEVEMENT = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_LINK = re.compile(r"https://[^\s@]+")
_DATES = frozenset({"date", "start"})
TITLES = {
    CompletionKind.ATTESTATION: {"sv": "Intyg från arbetsplatsen", "en": "Attestation by the workplace"},
    CompletionKind.VALIDATION: {"sv": "Utlåtande från valideringen", "en": "Report of the validation"},
}
"""What people see for the link to a signed document, where it is no other."""
OTHER_TITLE = {"sv": "Underlag", "en": "Supporting document"}


@dataclass(frozen=True)
class Context:
    """What is the same for all rows of a source: its name, and who is protected by the settings."""

    source: str
    protected: frozenset[str] = frozenset()


def map_row(row: Row, context: Context) -> Completion | None:
    """The completion that a row tells of; None when it says that nothing is completed yet.

    Raises DataError with a code and a message that names the column, and no person, when the row cannot be used.
    """
    cells = {name: row.cells.get(name, "") for name in SWEDISH}
    _refuse_personal_numbers(cells)
    done, grade = _result(row.cells)
    if not done:
        return None
    learner, achievement, completed_at = _learner(cells, context), _achievement(cells), _completed(cells)
    kind, by = _kind_and_signer(cells)
    return Completion(
        source=context.source,
        key=f"achievement:{achievement}/learner:{learner.key}",
        learner=learner,
        module=f"achievement:{achievement}",
        title=cells["title"] or achievement,
        completed_at=completed_at,
        kind=kind,
        grade=grade,
        by=by,
        evidence=cells["evidence"] or None,
        started_at=_start(cells["start"], completed_at),
        hours=_hours(cells["hours"]),
        place=cells["workplace"] or None,
        document=_document(cells["document"], kind),
    )


def learner_key(learner: str, email: str) -> str:
    """The learner's id, or a digest of the mail address where a list has no ids."""
    return learner or f"mail:{hashlib.sha256(email.strip().casefold().encode()).hexdigest()[:16]}"


def _achievement(cells: Mapping[str, str]) -> str:
    achievement = cells["achievement"].casefold()
    if not _ACHIEVEMENT.fullmatch(achievement):
        raise _wrong("achievement", "Skriv mikromeritens id ur katalogen, till exempel solenergi-grund.")
    return achievement


def _completed(cells: Mapping[str, str]) -> datetime:
    completed_at = parse_date(cells["date"])
    if completed_at is None:
        raise _wrong("date", "Skriv datumet så här: 2026-11-24.")
    return completed_at


def _start(text: str, completed_at: datetime) -> datetime | None:
    if not text:
        return None
    started_at = parse_date(text)
    if started_at is None or started_at > completed_at:
        raise _wrong("start", "Skriv dagen då det började så här: 2026-11-02. Den får inte vara efter datum.")
    return started_at


def _hours(text: str) -> float | None:
    hours = parse_hours(text) if text else None
    if text and not hours:
        raise _wrong("hours", "Skriv antalet timmar med siffror, till exempel 120 eller 7,5.")
    return hours


def _document(text: str, kind: CompletionKind) -> Attachment | None:
    """The signed document where it can be fetched. A list cannot hold the file itself."""
    if not text:
        return None
    if not _LINK.fullmatch(text):
        raise _wrong("document", "Skriv hela adressen till det signerade dokumentet, med https:// först.")
    return Attachment(title=TITLES.get(kind, OTHER_TITLE), url=text)


def _refuse_personal_numbers(cells: Mapping[str, str]) -> None:
    for name, text in cells.items():
        if name not in _DATES and looks_personal(text, surely=name != "learner"):
            raise DataError(
                f"Kolumnen {SWEDISH[name]} innehåller något som liknar ett personnummer.",
                mend="Ta bort det. Använd skolans eget deltagar-id.",
                code="personal-number",
            )


def _result(cells: Mapping[str, str]) -> tuple[bool, Grade | None]:
    """Completed or not: a list without result columns is a list of what is completed; an empty result is not yet.

    Where a list has both columns, an empty one of them leaves it to the other.
    """
    given = {name: cells[name] for name in ("result", "grade") if name in cells}
    filled = {name: text for name, text in given.items() if text}
    if not filled:
        return not given, None
    results = []
    for name, text in filled.items():
        result = parse_result(text)
        if result is None:
            raise _wrong(name, "Skriv Ja, Nej, ett betyg eller procent.")
        results.append(result)
    return all(done for done, _ in results), next((grade for _, grade in reversed(results) if grade), None)


def _learner(cells: Mapping[str, str], context: Context) -> SourceLearner:
    email = cells["email"] or None
    if email and not _MAIL.fullmatch(email):
        raise _wrong("email", "Skriv hela adressen eller lämna tomt.")
    if not cells["learner"] and not email:
        raise DataError("Raden saknar både deltagare-id och e-post.", mend="Fyll i ett av dem.", code="learner-missing")
    names = " ".join(filter(None, (cells["given"], cells["family"])))
    full_name = cells["name"] or names
    if not full_name:
        raise DataError("Raden saknar namn.", mend="Fyll i namn, eller förnamn och efternamn.", code="name")
    key = learner_key(cells["learner"], email or "")
    known_as = {key.casefold(), (email or "").casefold()}
    return SourceLearner(
        source=context.source,
        key=key,
        full_name=full_name,
        given_name=cells["given"] or None,
        family_name=cells["family"] or None,
        email=email,
        protected=says_protected(cells["protected"]) or bool(known_as & context.protected),
    )


def _kind_and_signer(cells: Mapping[str, str]) -> tuple[CompletionKind, str | None]:
    assessor, supervisor = cells["assessor"], cells["supervisor"]
    kind = parse_kind(cells["kind"], supervised=bool(supervisor and not assessor))
    if kind is None:
        raise _wrong("kind", "Skriv kurs, validering eller arbetsplatsintyg.")
    by = ", ".join(
        filter(None, (supervisor, assessor) if kind is CompletionKind.ATTESTATION else (assessor, supervisor))
    )
    if not by and kind in (CompletionKind.VALIDATION, CompletionKind.ATTESTATION):
        needed = "supervisor" if kind is CompletionKind.ATTESTATION else "assessor"
        raise DataError(
            f"Kolumnen {SWEDISH[needed]} är tom.", mend="Skriv vem som har bedömt eller intygat.", code="by-missing"
        )
    return kind, by or None


def _wrong(column: str, mend: str) -> DataError:
    return DataError(f"Kolumnen {SWEDISH[column]} går inte att förstå.", mend=mend, code=column)
