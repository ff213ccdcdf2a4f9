"""The six principles of Kompetenspasset as checks of a catalogue entry, each with its reason and its mend.

An error stops issuing; a warning is for the person who reviews the catalogue. Reasons and mends are whole
sentences in Swedish and English.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

from mimis_core import wording
from mimis_core.model import Achievement, LangMap, LevelState, Model, Outcome


class PrincipleCheck(Model):
    """One finding about a catalogue entry: which principle, how it stands, why, what mends it, and its ``field``."""

    principle: Literal[1, 2, 3, 4, 5, 6]
    status: Literal["ok", "warning", "error"]
    reason: LangMap
    mend: LangMap | None = None
    field: str = ""


Problem = dict[str, Any]
"""Status, reason, mend and field of something that is not as the principle asks."""


def check_achievement(achievement: Achievement) -> tuple[PrincipleCheck, ...]:
    """Check an entry against the six principles: per principle its problems, or one ``ok`` that says what holds."""
    checks: list[PrincipleCheck] = []
    for number, (find, good) in _PRINCIPLES.items():
        found = [PrincipleCheck(principle=number, **problem) for problem in find(achievement)]
        checks += found or [PrincipleCheck(principle=number, status="ok", reason=good)]
    return tuple(checks)


def passes(checks: tuple[PrincipleCheck, ...]) -> bool:
    """Say whether an entry may be issued: no check is an error. Warnings are for a person to weigh."""
    return all(check.status != "error" for check in checks)


def _text(sv: str, en: str) -> LangMap:
    return {"sv": sv, "en": en}


def _error(sv: str, en: str, mend_sv: str, mend_en: str, field: str = "") -> Problem:
    return {"status": "error", "reason": _text(sv, en), "mend": _text(mend_sv, mend_en), "field": field}


def _warning(sv: str, en: str, mend_sv: str, mend_en: str, field: str = "") -> Problem:
    return _error(sv, en, mend_sv, mend_en, field) | {"status": "warning"}


def _outcomes(achievement: Achievement) -> Iterator[Problem]:
    for number, outcome in enumerate(achievement.outcomes, start=1):
        if _blank(outcome.title) or _blank(outcome.criteria):
            yield _error(
                f"Läranderesultat {number} saknar text eller kriterium.",
                f"Outcome {number} lacks its text or its criterion.",
                "Skriv vad personen kan och hur det bedöms.",
                "Write what the person can do and how it is assessed.",
            )
        else:
            yield from _outcome_wording(number, outcome)


def _outcome_wording(number: int, outcome: Outcome) -> Iterator[Problem]:
    verb = (
        "Börja med ett verb som går att se: beskriva, visa, utföra, räkna ut.",
        "Start with a verb that can be observed: describe, show, carry out, calculate.",
    )
    if any(wording.is_unclear_outcome(text, language) for language, text in outcome.title.items()):
        yield _warning(
            f"Läranderesultat {number} säger inte tydligt vad personen kan göra.",
            f"Outcome {number} does not clearly say what the person can do.",
            *verb,
        )
    if any(map(wording.is_unmeasurable, outcome.criteria.values())) or outcome.title == outcome.criteria:
        yield _warning(
            f"Kriteriet till läranderesultat {number} går inte att mäta.",
            f"The criterion of outcome {number} cannot be measured.",
            "Skriv ett antal, en gräns eller ett ja eller nej.",
            "Write a number, a limit or a yes or no.",
        )
    if any(map(wording.describes_quality, outcome.title.values())):
        yield _warning(
            f"Läranderesultat {number} beskriver hur någon är, inte vad någon kan.",
            f"Outcome {number} describes what someone is like, not what someone can do.",
            *verb,
        )


def _value(achievement: Achievement) -> Iterator[Problem]:
    for title in achievement.title.values():
        if wording.looks_official(title):
            yield _error(
                "Titeln liknar ett behörighetsintyg eller ett SeQF-intyg. En mikromerit är ett tillägg till dem.",
                "The title looks like a behörighetsintyg or SeQF certificate. A micro-credential adds to those.",
                "Skriv en titel som säger vad personen kan.",
                "Write a title that says what the person can do.",
            )
        if wording.names_protected_title(title):
            yield _warning(
                "Titeln innehåller en yrkestitel som kan vara skyddad.",
                "The title holds an occupational title that may be protected.",
                "Skriv vad personen kan i stället för yrket.",
                "Write what the person can do, not the occupation.",
            )
    if _blank(achievement.title):
        yield _error("Titeln saknas.", "The title is missing.", "Skriv en titel.", "Write a title.")
    if not 2 <= achievement.workload_hours <= 400:
        yield _warning(
            "Omfattningen är ovanlig för en mikromerit: under två timmar eller över tio veckor.",
            "The workload is unusual for a micro-credential: below two hours or above ten weeks.",
            "Kontrollera timmarna, eller dela i flera delar.",
            "Check the hours, or divide it into several parts.",
        )


def _combination(achievement: Achievement) -> Iterator[Problem]:
    part_of = achievement.part_of is not None and not _blank(achievement.part_of)
    made_of = achievement.has_parts or any(one.module.startswith("credential:") for one in achievement.earned_by)
    if not part_of and not made_of:
        yield _warning(
            "Det står inte vilken större merit som mikromeriten är en del av, eller vilka delar den har.",
            "It is not said what larger qualification the micro-credential is part of, or what parts it has.",
            "Skriv vad den är del av, till exempel ett yrkespaket.",
            "Write what it is part of, such as a vocational package.",
            "part_of, has_parts",
        )


def _common_description(achievement: Achievement) -> Iterator[Problem]:
    yield from _credits(achievement)
    yield from _level(achievement)
    yield from _vocabulary(achievement)
    if not all(outcome.esco for outcome in achievement.outcomes):
        yield _warning(
            "Ett läranderesultat saknar koppling till ESCO.",
            "An outcome has no link to ESCO.",
            "Lägg till färdighetens adress i ESCO.",
            "Add the address of the skill in ESCO.",
            "esco",
        )
    if not all({"sv", "en"} <= texts.keys() for texts in _maps(achievement)):
        yield _warning(
            "En text saknas på svenska eller engelska.",
            "A text is missing in Swedish or English.",
            "Skriv texten på båda språken.",
            "Write the text in both languages.",
        )


def _credits(achievement: Achievement) -> Iterator[Problem]:
    if any(map(wording.speaks_of_credits, _texts(achievement))):
        yield _error(
            "Texten talar om högskolepoäng (ECTS).",
            "The text speaks of ECTS credits.",
            "Ange omfattningen i timmar.",
            "Give the workload in hours.",
        )
    if achievement.credit and achievement.credit.framework.rstrip("/").endswith(("ects", "6fcec5c5af")):
        yield _warning(
            "Poängen är ECTS, som bara universitet och högskolor ger.",
            "The credits are ECTS, which only higher education gives.",
            "Ta bort poängen om ni inte är ett lärosäte; timmarna räcker.",
            "Remove them unless you are such an institution; the hours are enough.",
            "credit",
        )


def _vocabulary(achievement: Achievement) -> Iterator[Problem]:
    for field, words, table in (
        ("assessment", achievement.assessment, wording.ASSESSMENTS),
        ("mode", achievement.mode, wording.MODES),
    ):
        if not all(wording.concept_code(table, word) for word in words):
            yield _error(
                f"Ett ord i {field} finns inte i EU:s lista.",
                f"A word in {field} is not in the EU's list.",
                "Välj ett ord ur listan i docs/katalog.md.",
                "Choose a word from the list in docs/katalog.md.",
            )


def _level(achievement: Achievement) -> Iterator[Problem]:
    level = achievement.level
    if level is None or level.state is LevelState.SELF_ASSESSED:
        return
    if not (level.decision or "").strip():
        yield _error(
            "Nivån anges som beslutad men beslutet saknas.",
            "The level is said to be decided, without decision.",
            "Skriv beslutets nummer, eller säg att nivån är er egen bedömning.",
            "Write the decision's reference, or say that the level is your own assessment.",
            "decision",
        )
    if level.state is LevelState.PART_OF_DECIDED and (level.qualification is None or _blank(level.qualification)):
        yield _error(
            "Kvalifikationen som nivån gäller för saknas.",
            "The qualification that the level is of is missing.",
            "Skriv dess namn.",
            "Write its name.",
            "qualification",
        )


def _quality(achievement: Achievement) -> Iterator[Problem]:
    assured = achievement.quality_assurance
    if _blank(assured.internal) or _blank(assured.external) or assured.internal == assured.external:
        yield _error(
            "Det går inte att se både en intern och en extern kvalitetssäkring.",
            "There is not both an internal and an external quality assurance to be seen.",
            "Skriv vad skolan gör och vem som granskar utifrån.",
            "Write what the school does and who reviews it.",
        )
    if assured.body is None or _blank(assured.body):
        yield _warning(
            "Den externa granskaren är inte namngiven.",
            "The external reviewer is not named.",
            "Skriv granskarens namn när granskaren har sagt ja.",
            "Write the reviewer's name once the reviewer has agreed.",
            "body",
        )
    if not all((decision.reference or "").strip() for decision in assured.accreditations):
        yield _error(
            "En ackreditering saknar beslutets nummer.",
            "An accreditation lacks the reference of its decision.",
            "Skriv beslutets nummer, eller ta bort ackrediteringen.",
            "Write the decision's reference, or remove the accreditation.",
            "reference",
        )


def _ownership(achievement: Achievement) -> Iterator[Problem]:
    if any(map(wording.holds_personal_data, _texts(achievement))):
        yield _error(
            "En text innehåller något som liknar ett personnummer eller en e-postadress.",
            "A text holds what looks like a personal number or an e-mail address.",
            "Ta bort uppgiften om personen.",
            "Remove what is about the person.",
        )
    if achievement.supervision == "unsupervised":
        yield _warning(
            "Ingen kontrollerar vem som gör bedömningen, så någon annan kan ha gjort den.",
            "Nobody checks who takes the assessment, so that somebody else may have taken it.",
            "Låt någon se legitimation vid bedömningen.",
            "Let somebody see proof of identity at the assessment.",
        )


def _blank(texts: LangMap) -> bool:
    return not all(text.strip() for text in texts.values())


def _maps(achievement: Achievement) -> Iterator[LangMap]:
    assured = achievement.quality_assurance
    grading = achievement.grading
    optional = (
        achievement.description,
        achievement.entry_requirement,
        achievement.part_of,
        achievement.target_group,
        achievement.note,
        *((grading.title, grading.description) if grading else ()),
    )
    yield from (achievement.title, assured.internal, assured.external, *achievement.has_parts)
    yield from (link.title for link in achievement.documents)
    yield from (texts for texts in optional if texts is not None)
    for outcome in achievement.outcomes:
        yield from (outcome.title, outcome.criteria)


def _texts(achievement: Achievement) -> Iterator[str]:
    for texts in _maps(achievement):
        yield from texts.values()


_PRINCIPLES: dict[Literal[1, 2, 3, 4, 5, 6], tuple[Callable[[Achievement], Iterator[Problem]], LangMap]] = {
    1: (_outcomes, _text("Varje läranderesultat har ett kriterium.", "Each learning outcome has a criterion.")),
    2: (_value, _text("Mikromeriten har ett eget värde.", "The micro-credential has a value of its own.")),
    3: (_combination, _text("Den går att bygga ihop till en större merit.", "It can build a larger qualification.")),
    4: (_common_description, _text("Den är beskriven på ett gemensamt sätt.", "It is described in one common way.")),
    5: (_quality, _text("Den är kvalitetssäkrad internt och externt.", "It is quality-assured inside and outside.")),
    6: (_ownership, _text("Beviset är deltagarens, digitalt och förseglat.", "It is the learner's and is sealed.")),
}
