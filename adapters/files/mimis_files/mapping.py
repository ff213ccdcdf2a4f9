"""One row of a list into a Completion, or into the reason why it cannot be one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mimis_core import Attachment, Completion, CompletionKind, Grade, SourceLearner, Withdrawal
from mimis_files.answers import ACHIEVEMENT, course_key
from mimis_files.cells import CellError, refuse_cells, unclear
from mimis_files.columns import LEFT_OUT, SWEDISH
from mimis_files.tables import Row
from mimis_files.values import (
    parse_date,
    parse_hours,
    parse_kind,
    parse_outcome,
    parse_period,
    parse_result,
    says_protected,
    says_yes,
)

EXAMPLE = "exempel-1"
"""The learner of the templates' example row, which is never used, whatever its result says."""

_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_LINK = re.compile(r"https://[^\s@]+")
_NAMING = ("name", "given", "family", "username", "assessor", "supervisor")
"""Columns that name somebody."""
TITLES = {
    CompletionKind.ATTESTATION: {"sv": "Intyg från arbetsplatsen", "en": "Attestation by the workplace"},
    CompletionKind.VALIDATION: {"sv": "Utlåtande från valideringen", "en": "Report of the validation"},
}
"""What people see for the link to a signed document, where it is no other."""
OTHER_TITLE = {"sv": "Underlag", "en": "Supporting document"}


@dataclass(frozen=True)
class Context:
    """What is the same for all rows of a source.

    ``protected`` are ids and addresses from the settings, ``courses`` the school's answers: a course, as
    :func:`course_key` writes it, to the id of its catalogue entry.
    """

    source: str
    protected: frozenset[str] = frozenset()
    courses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """What a row tells: a completion or that it is taken back, and the day that it is about."""

    item: Completion | Withdrawal
    day: datetime


def map_row(row: Row, context: Context) -> Told | None:
    """What a row tells; None when nothing is completed yet, or when it is the example or a course that is left out.

    Raises CellError with a code and a message that names the column, and no person, when the row cannot be used.
    """
    cells = {name: row.cells.get(name, "") for name in SWEDISH}
    if cells["learner"].casefold() == EXAMPLE:
        return None
    refuse_cells(cells)
    withdrawn = _is_withdrawn(cells)
    done, grade = _result(row.cells)
    if not done and not withdrawn:
        return None
    achievement = _achievement(cells, context)
    if achievement == LEFT_OUT:
        return None
    _, day = _days(cells)
    if withdrawn:
        return Told(_withdrawal(cells, context, achievement), day)
    return Told(_completion(cells, context, achievement, grade), day)


def _withdrawal(cells: Mapping[str, str], context: Context, achievement: str) -> Withdrawal:
    key = f"{_module(achievement, cells)}/learner:{_learner(cells, context).key}"
    return Withdrawal(source=context.source, key=key, reason="withdrawn", message=_why(cells))


def _completion(cells: Mapping[str, str], context: Context, achievement: str, grade: Grade | None) -> Completion:
    learner, module, (started_at, completed_at) = _learner(cells, context), _module(achievement, cells), _days(cells)
    kind, by = _kind_and_signer(cells)
    return Completion(
        source=context.source,
        key=f"{module}/learner:{learner.key}",
        learner=learner,
        module=module,
        title=_title(achievement, cells),
        completed_at=completed_at,
        kind=kind,
        grade=grade,
        by=by,
        evidence=": ".join(filter(None, (cells["method"], cells["evidence"]))) or None,
        started_at=started_at,
        hours=_hours(cells["hours"]),
        place=cells["workplace"] or None,
        document=_document(cells["document"], kind),
    )


def learner_key(learner: str, email: str) -> str:
    """The learner's id, or a digest of the mail address where a list has no ids."""
    return learner or f"mail:{hashlib.sha256(email.strip().casefold().encode()).hexdigest()[:16]}"


def _is_withdrawn(cells: Mapping[str, str]) -> bool:
    answer = says_yes(cells["withdrawn"])
    if answer is None:
        raise unclear("withdrawn", "Skriv Ja om raden ska tas tillbaka, annars ingenting.")
    return answer


def _why(cells: Mapping[str, str]) -> str:
    """The reason as the list gives it, unless it could name somebody."""
    reason = cells["reason"]
    if not reason:
        return "Listan tar tillbaka raden utan att säga varför."
    names = {word for name in _NAMING for word in _words(cells[name])}
    if "@" in reason or names & {form for word in _words(reason) for form in (word, word.removesuffix("s"))}:
        return "Listan tar tillbaka raden. Skälet står i listan."
    return f"Listan tar tillbaka raden. Skäl: {reason}"


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _achievement(cells: Mapping[str, str], context: Context) -> str:
    """The catalogue entry: by its id, else by what the school has said of the name or of the course. Never a guess."""
    named, course = cells["achievement"], cells["course"]
    if named:
        entry = context.courses.get(course_key(named), named.casefold())
        if entry == LEFT_OUT or ACHIEVEMENT.fullmatch(entry):
            return entry
        raise unclear("achievement", "Skriv mikromeritens id ur katalogen, till exempel solenergi-grund.")
    if course_key(course) in context.courses:
        return context.courses[course_key(course)]
    if course:
        raise CellError(
            "Kursen är inte kopplad till någon mikromerit.",
            mend="Koppla den med: mimis files map",
            code="course",
            column="course",
        )
    raise unclear("achievement", "Skriv mikromeritens id ur katalogen, till exempel solenergi-grund.")


def _module(achievement: str, cells: Mapping[str, str]) -> str:
    """``achievement:ID``, or ``achievement:ID#2`` for a row about the second of its learning outcomes alone."""
    outcome = parse_outcome(cells["outcome"])
    if outcome is None:
        raise unclear("outcome", "Skriv numret på läranderesultatet i katalogen, till exempel 2, eller lämna tomt.")
    return f"achievement:{achievement}#{outcome}" if outcome else f"achievement:{achievement}"


def _title(achievement: str, cells: Mapping[str, str]) -> str:
    outcome = parse_outcome(cells["outcome"])
    title = cells["title"] or cells["course"] or achievement
    return f"{title}, läranderesultat {outcome}" if outcome else title


def _days(cells: Mapping[str, str]) -> tuple[datetime | None, datetime]:
    """The first day, where it is told, and the day on which it was completed."""
    period = parse_period(cells["period"]) if cells["period"] else None
    if cells["period"] and period is None:
        raise unclear("period", "Skriv första och sista dagen så här: 2026-10-05 – 2026-11-13.")
    completed_at = parse_date(cells["date"]) if cells["date"] or not period else period[1]
    if completed_at is None:
        raise unclear("date", "Skriv datumet så här: 2026-11-24.")
    if not cells["start"]:
        return (period[0] if period else None), completed_at
    started_at = parse_date(cells["start"])
    if started_at is None or started_at > completed_at:
        raise unclear("start", "Skriv dagen då det började så här: 2026-11-02. Den får inte vara efter datum.")
    return started_at, completed_at


def _hours(text: str) -> float | None:
    hours = parse_hours(text) if text else None
    if text and not hours:
        raise unclear("hours", "Skriv antalet timmar med siffror, till exempel 120 eller 7,5.")
    return hours


def _document(text: str, kind: CompletionKind) -> Attachment | None:
    """The signed document where it can be fetched. A list cannot hold the file itself."""
    if not text:
        return None
    if not _LINK.fullmatch(text):
        raise unclear("document", "Skriv hela adressen till det signerade dokumentet, med https:// först.")
    return Attachment(title=TITLES.get(kind, OTHER_TITLE), url=text)


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
            raise unclear(name, "Skriv Ja, Nej, ett betyg eller procent.")
        results.append(result)
    return all(done for done, _ in results), next((grade for _, grade in reversed(results) if grade), None)


def _learner(cells: Mapping[str, str], context: Context) -> SourceLearner:
    email = cells["email"] or None
    if email and not _MAIL.fullmatch(email):
        raise unclear("email", "Skriv hela adressen eller lämna tomt.")
    if not cells["learner"] and not email:
        raise CellError("Raden saknar både deltagare-id och e-post.", mend="Fyll i ett av dem.", code="learner-missing")
    names = " ".join(filter(None, (cells["given"], cells["family"])))
    full_name = cells["name"] or names
    if not full_name:
        raise CellError(
            "Raden saknar namn.", mend="Fyll i namn, eller förnamn och efternamn.", code="name", column="name"
        )
    key = learner_key(cells["learner"], email or "")
    known_as = {key.casefold(), (email or "").casefold()}
    aliases = {"idnumber": cells["learner"], "username": cells["username"]}
    return SourceLearner(
        source=context.source,
        key=key,
        full_name=full_name,
        aliases={name: text for name, text in aliases.items() if text},
        given_name=cells["given"] or None,
        family_name=cells["family"] or None,
        email=email,
        protected=says_protected(cells["protected"]) or bool(known_as & context.protected),
    )


def _kind_and_signer(cells: Mapping[str, str]) -> tuple[CompletionKind, str | None]:
    assessor, supervisor = cells["assessor"], cells["supervisor"]
    kind = parse_kind(cells["kind"], supervised=bool(supervisor and not assessor))
    if kind is None:
        raise unclear("kind", "Skriv kurs, validering eller arbetsplatsintyg.")
    by = ", ".join(
        filter(None, (supervisor, assessor) if kind is CompletionKind.ATTESTATION else (assessor, supervisor))
    )
    if not by and kind in (CompletionKind.VALIDATION, CompletionKind.ATTESTATION):
        needed = "supervisor" if kind is CompletionKind.ATTESTATION else "assessor"
        raise CellError(
            f"Kolumnen {SWEDISH[needed]} är tom.",
            mend="Skriv vem som har bedömt eller intygat.",
            code="by-missing",
            column=needed,
        )
    return kind, by or None
