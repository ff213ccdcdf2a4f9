"""The page of an achievement, from the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mimis_core import Achievement, Credit, Level, LevelState
from mimis_europass.document import texts, vocabulary
from mimis_europass.document.build import Matter
from mimis_europass.document.texts import choose, number, one_line
from mimis_europass.picture.page import Sheet, said
from mimis_europass.picture.page_texts import page_text


def sheet_of(matter: Matter, language: str) -> Sheet:
    """What the achievement's page says in a language."""
    achievement, issuer = matter.achievement, matter.issuer
    return Sheet(
        language,
        said(issuer.legal_name, language),
        said(achievement.title, language),
        tuple(said(outcome.title, language) for outcome in achievement.outcomes),
        _facts(achievement, language),
        one_line(" · ".join(filter(None, (issuer.address, issuer.homepage)))),
    )


def _facts(achievement: Achievement, language: str) -> tuple[tuple[str, str], ...]:
    months = achievement.valid_months
    return (
        ("workload", _workload(achievement, language)),
        ("level", _level(achievement.level, language)),
        ("assessment", _words(vocabulary.ASSESSMENTS, "assessment", achievement.assessment, language)),
        ("grading", said(achievement.grading.title, language) if achievement.grading else ""),
        (
            "supervision",
            _words(vocabulary.SUPERVISION, "supervision-verification", (achievement.supervision,), language),
        ),
        ("mode", _words(vocabulary.MODES, "learning-assessment", achievement.mode, language)),
        ("quality", said(achievement.quality_assurance.external, language)),
        ("valid", page_text("months", language, months=months) if months else ""),
        ("part_of", said(achievement.part_of, language) if achievement.part_of else ""),
    )


def _workload(achievement: Achievement, language: str) -> str:
    hours = page_text("hours", language, hours=number(achievement.workload_hours, language))
    return f"{hours}, {_credits(achievement.credit, language)}" if achievement.credit else hours


def _credits(credit: Credit, language: str) -> str:
    framework = credit.framework.rstrip("/").rpartition("/")[2].upper()
    return page_text("credits", language, points=number(credit.points, language), framework=framework)


def _level(level: Level | None, language: str) -> str:
    if level is None:
        return ""
    if level.state is LevelState.SELF_ASSESSED:
        return said(texts.SELF_ASSESSED, language).format(level=level.value)
    key = "decided" if level.state is LevelState.DECIDED else "part_of_decided"
    return page_text(key, language, level=level.value)


def _words(table: Any, name: str, words: Sequence[str], language: str) -> str:
    labels: list[Mapping[str, str]] = [vocabulary.pick(table, name, word)["prefLabel"] for word in words]
    first, *rest = (one_line(choose(label, language)) for label in labels)
    return ", ".join((first, *(label[:1].lower() + label[1:] for label in rest)))
