"""The catalogue entry in a document: what is learnt, how much, at which level, part of what (facts 2.6 and 4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mimis_core import Achievement, Level, LevelState, Outcome
from mimis_europass.document import texts, vocabulary
from mimis_europass.document.vocabulary import Json
from mimis_europass.document.writer import Writer

PLAIN, QUALIFICATION = "LearningAchievementSpecification", "Qualification"


def specification(writer: Writer) -> Json:
    """The catalogue entry: a Qualification only where a level was decided, since only there it may be sealed."""
    achievement = writer.matter.achievement
    level = decided_level(achievement)
    return writer.new(
        QUALIFICATION if level else PLAIN,
        title=writer.text(achievement.title),
        description=writer.text(achievement.description),
        identifier=writer.new(
            "Identifier", notation=f"{writer.matter.owner.eidas}/{achievement.id}", schemeName=vocabulary.ACHIEVEMENT
        ),
        dcType=vocabulary.europass("learning-opportunity", "74a4a268e8", texts.PROGRAMME),
        additionalNote=list(_notes(writer)),
        homepage=writer.page(achievement.homepage),
        supplementaryDocument=[
            *(writer.page(link.url, link.title) for link in achievement.documents),
            *(writer.page(one.url, one.title) for one in achievement.endorsements),
        ],
        volumeOfLearning=duration(achievement.workload_hours),
        creditPoint=credit_point(writer),
        mode=modes(achievement),
        learningSetting=vocabulary.pick(vocabulary.SETTINGS, "learning-setting", achievement.setting),
        thematicArea=vocabulary.isced(achievement.iscedf),
        language=[vocabulary.language(code) for code in achievement.languages],
        entryRequirement=writer.note(achievement.entry_requirement) if achievement.entry_requirement else None,
        learningOutcome=[_outcome(writer, outcome) for outcome in achievement.outcomes],
        **_stacking(writer, level),
        **(_decided(writer, level) if level else {}),
    )


def decided_level(achievement: Achievement) -> Level | None:
    """The level, where somebody entitled to has decided it for the whole or for what this is a part of."""
    level = achievement.level
    return level if level and level.state is not LevelState.SELF_ASSESSED else None


def credit_point(writer: Writer) -> Json | None:
    """The points of the entry in its credit system. Each place gets an object of its own."""
    credit = writer.matter.achievement.credit
    if credit is None:
        return None
    return writer.new(
        "CreditPoint", framework=vocabulary.credit_framework(credit.framework), point=f"{credit.points:g}"
    )


def modes(achievement: Achievement) -> list[Json]:
    """How the learning is done."""
    return [vocabulary.pick(vocabulary.MODES, "learning-assessment", word) for word in achievement.mode]


def duration(hours: float) -> str:
    """Hours as an ISO 8601 duration: ``PT40H``, ``PT1H30M``."""
    whole, minutes = divmod(round(hours * 60), 60)
    return f"PT{whole}H{minutes}M" if minutes else f"PT{whole}H"


def _decided(writer: Writer, level: Level) -> Json:
    """What only a Qualification has."""
    return {
        **_levels(level),
        "isPartialQualification": level.state is LevelState.PART_OF_DECIDED,
        **({"accreditation": writer.accreditations} if writer.accreditations else {}),
    }


def _levels(level: Level) -> Json:
    return {"eqfLevel": vocabulary.eqf(level.value), "nqfLevel": vocabulary.seqf(level.value)}


def _stacking(writer: Writer, level: Level | None) -> Json:
    """What it is part of and what its parts are; those of a Qualification must be Qualifications (facts 2.6)."""
    achievement, kind = writer.matter.achievement, QUALIFICATION if level else PLAIN
    wholes = []
    if level and level.state is LevelState.PART_OF_DECIDED and level.qualification:
        notes = [writer.note(text, texts.LEVEL_DECISION) for text in _decisions(writer, level)]
        title = writer.text(level.qualification)
        wholes.append(writer.new(QUALIFICATION, title=title, additionalNote=notes, **_levels(level)))
    if achievement.part_of and not (wholes and achievement.part_of == (level and level.qualification)):
        wholes.append(writer.new(kind, title=writer.text(achievement.part_of)))
    parts = [writer.new(kind, title=writer.text(title)) for title in achievement.has_parts]
    return {"isPartOf": wholes, "hasPart": parts}


def _notes(writer: Writer) -> Iterator[Json]:
    """What has no property of its own: how quality is assured besides the accreditations that are recorded."""
    achievement, quality = writer.matter.achievement, writer.matter.achievement.quality_assurance
    yield writer.note(quality.internal, texts.INTERNAL)
    yield writer.note(quality.external, texts.EXTERNAL)
    if quality.body:
        yield writer.note(quality.body, texts.BODY)
    if achievement.target_group:
        yield writer.note(achievement.target_group, texts.TARGET_GROUP)
    if writer.matter.owner.id != writer.matter.issuer.id:
        yield writer.note(writer.matter.owner.legal_name, texts.OWNER)
    if achievement.level:
        yield from _level_notes(writer, achievement.level)
    if achievement.note:
        yield writer.note(achievement.note)


def _level_notes(writer: Writer, level: Level) -> Iterator[Json]:
    if level.state is LevelState.SELF_ASSESSED:
        said = texts.spoken(texts.SELF_ASSESSED, writer.matter.languages)
        yield writer.note({code: texts.SELF_ASSESSED[code].format(level=level.value) for code in said})
    else:
        yield from (writer.note(text, texts.LEVEL_DECISION) for text in _decisions(writer, level))


def _decisions(writer: Writer, level: Level) -> Iterator[Mapping[str, str]]:
    """The number of the decision that a level rests on, if it is given: it is the same in each language."""
    if level.decision:
        yield dict.fromkeys(texts.spoken(texts.LEVEL_DECISION, writer.matter.languages), level.decision)


def _outcome(writer: Writer, outcome: Outcome) -> Json:
    reuse, scheme = outcome.reusability, f"{vocabulary.ESCO_SCHEME}skills"
    return writer.new(
        "LearningOutcome",
        title=writer.name(outcome.title),
        dcType=vocabulary.pick(vocabulary.OUTCOME_TYPES, "skill-type", outcome.type),
        reusabilityLevel=vocabulary.pick(vocabulary.REUSE, "skill-reuse-level", reuse) if reuse else None,
        relatedESCOSkill=[
            vocabulary.concept(skill.uri, scheme, writer.text(skill.label), notation="Skill") for skill in outcome.esco
        ],
        relatedSkill=[vocabulary.foreign(skill.uri, writer.text(skill.label)) for skill in outcome.skills],
        additionalNote=writer.note(outcome.criteria, texts.CRITERIA),
    )
