"""Who plays in the demo, and what they have completed where: the four journeys and a class of thirty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mimis_core.model import (
    Achievement,
    Attachment,
    AutomaticRule,
    Completion,
    CompletionKind,
    Grade,
    Requirement,
    SourceLearner,
)

START = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
CLASS_SIZE = 30
CLASS_COURSE = "course:101"
CLASS_ACHIEVEMENT = "digitala-arbetsmiljoer"

_GIVEN = ("Åsa", "Björn", "Cecilia", "Dawit", "Ebba", "Fatima", "Gustav", "Hanna", "Ibrahim", "Jana", "Kaj", "Nour")
_FAMILY = ("Åkesson", "Öberg", "Ågren", "Haile", "Lindqvist", "Al-Sayed", "Nyström", "Pérez", "Šimić", "Kowalski", "Wu")

EARNED_BY: dict[str, tuple[Requirement, ...]] = {
    CLASS_ACHIEVEMENT: (Requirement(module=CLASS_COURSE, source="moodle"),),
    "solenergi-grund": (
        Requirement(module="course:110", source="moodle"),
        Requirement(module="course:111", source="moodle", min_grade=50),
    ),
    "informationssakerhet-vard": (Requirement(module="course:course-v1:Demo+INFO+2026", source="openedx"),),
    "bemotande-demens": (
        Requirement(module="course:course-v1:Demo+DEM1+2026", source="openedx"),
        Requirement(module="course:course-v1:Demo+DEM2+2026", source="openedx"),
    ),
}
"""What earns which entry in the demo; all others are earned by the lists of the files source."""

AUTOMATIC = (CLASS_ACHIEVEMENT, "informationssakerhet-vard")
"""Entries for which the demo's school has recorded a rule; the others wait for a teacher."""

RULE = AutomaticRule(decided_by="Rektor Demo Demosson", decided_on=START.date())


def demo_entry(entry: Achievement) -> Achievement:
    """The starter entry as the demo's school uses it."""
    changes: dict[str, object] = {}
    if entry.id in EARNED_BY:
        changes["earned_by"] = EARNED_BY[entry.id]
    if entry.id in AUTOMATIC:
        changes["automatic"] = RULE
    return entry.model_copy(update=changes)


ELI = SourceLearner(
    source="moodle",
    key="501",
    full_name="Eli Sandström",
    given_name="Eli",
    family_name="Sandström",
    email="eli@demo.example",
)
AMINA = SourceLearner(
    source="openedx", key="601", full_name="Amina Yusuf Abdi", email="amina@demo.example", email_verified=True
)
SAMAN = SourceLearner(
    source="files",
    key="S-17",
    full_name="Saman Rostami",
    given_name="Saman",
    family_name="Rostami",
    email="saman@demo.example",
)
JACOB = SourceLearner(source="files", key="S-18", full_name="Jacob Öst", given_name="Jacob", family_name="Öst")
PROTECTED = SourceLearner(
    source="moodle",
    key="599",
    full_name="Kim Hemlig",
    given_name="Kim",
    family_name="Hemlig",
    email="kim@demo.example",
    protected=True,
)


def class_of_thirty() -> list[SourceLearner]:
    """The class: names with all Swedish letters; one has no e-mail, one a single name field."""
    people = []
    for index in range(CLASS_SIZE):
        given, family = _GIVEN[index % len(_GIVEN)], _FAMILY[index % len(_FAMILY)]
        people.append(
            SourceLearner(
                source="moodle",
                key=str(700 + index),
                full_name=f"{given} {family}",
                given_name=given,
                family_name=family,
                email=None if index == 7 else f"deltagare{index:02d}@demo.example",
            )
        )
    return people


def moodle_completions() -> list[Completion]:
    """What the Moodle sandbox knows: the class, Eli's finished parts, and a protected person."""
    done = [
        _course("moodle", person, 101, "Digitala arbetsmiljöer", index)
        for index, person in enumerate([*class_of_thirty(), PROTECTED])
    ]
    done.append(_course("moodle", ELI, 110, "Solenergi, del 1", 3))
    done.append(_course("moodle", ELI, 111, "Solenergi & säkerhet, del 2", 5))
    return done


def _course(source: str, person: SourceLearner, course: int, title: str, day: int) -> Completion:
    return Completion(
        source=source,
        key=f"course:{course}/user:{person.key}",
        learner=person,
        module=f"course:{course}",
        title=title,
        completed_at=START + timedelta(days=day, minutes=day),
        grade=Grade(value=60 + day, minimum=0, maximum=100),
    )


def openedx_completions() -> list[Completion]:
    """Amina: one course that earns a credential, and half of what another asks for."""
    done = []
    for key, title in (("INFO", "Informationssäkerhet"), ("DEM1", "Demens, del 1")):
        course = f"course-v1:Demo+{key}+2026"
        done.append(
            Completion(
                source="openedx",
                key=f"{course}/user:{AMINA.key}",
                learner=AMINA,
                module=f"course:{course}",
                title=title,
                completed_at=START + timedelta(days=9),
                grade=Grade(value=87, minimum=0, maximum=100),
            )
        )
    return done


@dataclass(frozen=True)
class _Row:
    """One row of the school's list: when it began, how many hours it took and where."""

    person: SourceLearner
    entry: str
    kind: CompletionKind
    by: str
    evidence: str
    days: int
    hours: float
    place: str


_LENA, _GARAGE = "Bedömare Lena Ek", "Demo Bilverkstad"
_ROWS = (
    _Row(SAMAN, "verktygsvana", CompletionKind.VALIDATION, _LENA, "Arbetsprov i verkstad", 1, 6, _GARAGE),
    _Row(SAMAN, "felsokning-bil", CompletionKind.VALIDATION, _LENA, "Arbetsprov och samtal", 3, 14.5, _GARAGE),
    _Row(JACOB, "gastvard-hotell", CompletionKind.ATTESTATION, "Handledare Petra Sjö", "Apl", 39, 180, "Hotell Demo"),
)


def files_completions() -> list[Completion]:
    """Saman's validation and Jacob's work placement of six weeks, as the school wrote them into a list."""
    ended = START + timedelta(days=20)
    return [
        Completion(
            source="files",
            key=f"achievement:{row.entry}/learner:{row.person.key}",
            learner=row.person,
            module=f"achievement:{row.entry}",
            title=row.entry,
            completed_at=ended,
            kind=row.kind,
            by=row.by,
            evidence=row.evidence,
            started_at=ended - timedelta(days=row.days),
            hours=row.hours,
            place=row.place,
            document=_signed(row),
            grade=Grade(text="Godkänd"),
        )
        for row in _ROWS
    ]


def _signed(row: _Row) -> Attachment | None:
    """Jacob's attestation is signed, and the school keeps it at an address."""
    if row.kind is not CompletionKind.ATTESTATION:
        return None
    title = {"sv": "Intyg från arbetsplatsen", "en": "Attestation by the workplace"}
    return Attachment(title=title, url=f"https://demo.example/intyg/{row.person.key}-{row.entry}")
