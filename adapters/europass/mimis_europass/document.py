"""One order as an ELM document: every Annex I element of the Council Recommendation on micro-credentials in its place.

What is the same for all learners of an achievement is a :class:`Matter`; what differs is a flat table of texts, the
values. A text for people under the key ``grade`` has one value for each language, ``grade.sv`` and ``grade.en``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mimis_core import Achievement, Level, LevelState, Organisation, Outcome
from mimis_europass import texts, vocabulary
from mimis_europass.rules import CONTEXT
from mimis_europass.texts import clean, labelled, one_line
from mimis_europass.vocabulary import Json

SCHEMA = "http://data.europa.eu/snb/model/ap/edc-generic-full"
Values = Mapping[str, str]


@dataclass(frozen=True)
class Matter:
    """What one document shares with those of all other learners of the achievement.

    ``activities`` are words of :data:`vocabulary.ACTIVITIES`: how it was learnt, none after a validation.
    """

    achievement: Achievement
    issuer: Organisation
    owner: Organisation
    languages: tuple[str, ...]
    activities: tuple[str, ...]

    def __hash__(self) -> int:
        """By the ids only, which is cheap; equality compares all."""
        return hash((self.achievement.ref, self.issuer.id, self.owner.id, self.languages, self.activities))


class Writer:
    """Writes one document; hands out the ids of its objects, so that no two share one."""

    def __init__(self, matter: Matter, values: Values) -> None:
        self.matter = matter
        self.values = values
        self._numbers: dict[str, int] = {}
        self.issuer = organisation(self, matter.issuer)

    def new(self, kind: str, **members: object) -> Json:
        """An object of a class with an id of its own; members that are None or empty are left out."""
        name = kind[0].lower() + kind[1:]
        self._numbers[name] = self._numbers.get(name, 0) + 1
        present = {key: value for key, value in members.items() if value not in (None, [], {})}
        return {"id": f"urn:epass:{name}:{self._numbers[name]}", "type": kind, **present}

    def note(self, text: Mapping[str, str]) -> Json:
        """A text for people."""
        return self.new("Note", noteLiteral=cleaned(text))

    def value_text(self, name: str) -> dict[str, str]:
        """A text that differs between learners, in each language that it has."""
        return {key.partition(".")[2]: value for key, value in self.values.items() if key.startswith(f"{name}.")}

    def awarded(self) -> Json:
        """Who awarded it and when. The issuer is repeated whole: Europass does not resolve ids."""
        return self.new("AwardingProcess", awardingBody=self.issuer, awardingDate=self.values["awarded"])


def build_document(matter: Matter, values: Values) -> Json:
    """The whole document, its context last, as Europass itself writes it."""
    writer = Writer(matter, values)
    issued, until = values["issued"], values.get("valid_until")
    return {
        "id": values["urn"],
        "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
        "credentialProfiles": vocabulary.europass("credential", "e34929035b", texts.GENERIC),
        "credentialSchema": [{"id": SCHEMA, "type": "ShaclValidator2017"}],
        "displayParameter": _display(writer),
        "identifier": writer.new("Identifier", notation=values["status_url"], schemeName="mimis-status"),
        "issuer": writer.issuer,
        "issued": issued,
        "issuanceDate": issued,
        "validFrom": issued,
        **({"expirationDate": until, "validUntil": until} if until else {}),
        "credentialSubject": _learner(writer),
        "@context": CONTEXT,
    }


def cleaned(text: Mapping[str, str]) -> dict[str, str]:
    """A language map fit for the document."""
    return {code: clean(value) for code, value in text.items()}


def organisation(writer: Writer, body: Organisation) -> Json:
    """A school or owner with its country, which the profile demands, and its legal identifiers."""
    return writer.new(
        "Organisation",
        legalName=cleaned(body.legal_name),
        eIDASIdentifier=_legal_id(writer, body, body.eidas, "eIDAS legal person identifier"),
        registration=_legal_id(writer, body, body.registration, "Organisationsnummer"),
        homepage=writer.new("WebResource", contentURL=body.homepage) if body.homepage else None,
        location=_location(writer, body),
    )


def _legal_id(writer: Writer, body: Organisation, notation: str, scheme: str) -> Json:
    return writer.new("LegalIdentifier", notation=notation, schemeName=scheme, spatial=vocabulary.country(body.country))


def _location(writer: Writer, body: Organisation) -> Json:
    address = writer.new(
        "Address",
        countryCode=vocabulary.country(body.country),
        fullAddress=writer.note({writer.matter.languages[0]: body.address}) if body.address else None,
    )
    region = None
    if body.region:
        region = vocabulary.concept(f"{vocabulary.NUTS}/code/{body.region}", vocabulary.NUTS, notation="nuts")
    return writer.new("Location", address=address, spatialCode=region)


def _display(writer: Writer) -> Json:
    achievement, languages = writer.matter.achievement, writer.matter.languages
    return writer.new(
        "DisplayParameter",
        title=cleaned(achievement.title),
        description=cleaned(achievement.description or {}),
        primaryLanguage=vocabulary.language(languages[0]),
        language=[vocabulary.language(code) for code in languages],
        individualDisplay=[_picture(writer, code) for code in languages],
    )


def _picture(writer: Writer, code: str) -> Json:
    image = writer.new(
        "MediaObject",
        content=writer.values[f"picture.{code}"],
        contentEncoding=vocabulary.europass("encoding", "6146cde7dd", {"en": "base64"}),
        contentType=vocabulary.authority("file-type", "PNG", {"en": "PNG"}),
    )
    detail = writer.new("DisplayDetail", image=image, page=1)
    return writer.new("IndividualDisplay", language=vocabulary.language(code), displayDetail=detail)


def _learner(writer: Writer) -> Json:
    """The learner by full name and opaque id. A name may stand in one language only: that of the document."""
    main, values = writer.matter.languages[0], writer.values
    names = {
        key: {main: values[name]}
        for key, name in (("fullName", "full_name"), ("givenName", "given_name"), ("familyName", "family_name"))
        if name in values
    }
    return writer.new(
        "Person",
        **names,
        dateOfBirth=values.get("birth_date"),
        identifier=writer.new("Identifier", notation=values["learner_id"], schemeName="mimis-learner"),
        hasClaim=_claim(writer),
    )


def _claim(writer: Writer) -> Json:
    achievement, result = writer.matter.achievement, writer.value_text("result")
    return writer.new(
        "LearningAchievement",
        title=cleaned(achievement.title),
        description=cleaned(achievement.description or {}),
        additionalNote=[writer.new("Note", noteLiteral=labelled(texts.RESULT, result))] if result else None,
        supplementaryDocument=_documents(writer),
        awardedBy=writer.awarded(),
        provenBy=[_assessment(writer, word) for word in achievement.assessment],
        influencedBy=[_activity(writer, word) for word in writer.matter.activities],
        specifiedBy=_specification(writer),
    )


def _documents(writer: Writer) -> list[Json]:
    """Where the current status is asked, and the page that names nobody."""
    return [
        writer.new("WebResource", title=dict(title), contentURL=writer.values[key])
        for title, key in ((texts.STATUS_TITLE, "status_url"), (texts.PAGE_TITLE, "public_url"))
    ]


def _assessment(writer: Writer, word: str) -> Json:
    """One assessment. An assessor is an Agent: the profile takes every Person for a holder of claims."""
    kind = vocabulary.pick(vocabulary.ASSESSMENTS, "assessment", word)
    title = dict(kind["prefLabel"])
    people = sorted(key for key in writer.values if key.startswith("assessor."))
    return writer.new(
        "LearningAssessment",
        title=title,
        awardedBy=writer.awarded(),
        dateIssued=writer.values["assessed"],
        grade=writer.new("Note", noteLiteral=writer.value_text("grade")),
        idVerification=vocabulary.pick(
            vocabulary.SUPERVISION, "supervision-verification", writer.matter.achievement.supervision
        ),
        assessedBy=[writer.new("Agent", prefLabel={writer.matter.languages[0]: writer.values[key]}) for key in people],
        specifiedBy=writer.new("LearningAssessmentSpecification", title=title, dcType=kind),
    )


def _activity(writer: Writer, word: str) -> Json:
    """How it was learnt. The hours stand here only when there is one way, since they are those of the whole."""
    kind = vocabulary.pick(vocabulary.ACTIVITIES, "learning-activity", word)
    achievement, title = writer.matter.achievement, dict(kind["prefLabel"])
    alone = len(writer.matter.activities) == 1
    return writer.new(
        "LearningActivity",
        title=title,
        awardedBy=writer.awarded(),
        workload=duration(achievement.workload_hours) if alone else None,
        specifiedBy=writer.new("LearningActivitySpecification", title=title, dcType=kind, mode=_modes(achievement)),
    )


def _specification(writer: Writer) -> Json:
    """The catalogue entry: a Qualification only where a level was decided, since only there it may be sealed."""
    achievement = writer.matter.achievement
    decided = bool(achievement.level and achievement.level.state is not LevelState.SELF_ASSESSED)
    return writer.new(
        "Qualification" if decided else "LearningAchievementSpecification",
        title=cleaned(achievement.title),
        description=cleaned(achievement.description or {}),
        dcType=vocabulary.europass("learning-opportunity", "74a4a268e8", texts.PROGRAMME),
        additionalNote=[writer.note(text) for text in _notes(writer.matter)],
        homepage=writer.new("WebResource", contentURL=achievement.homepage) if achievement.homepage else None,
        volumeOfLearning=duration(achievement.workload_hours),
        mode=_modes(achievement),
        learningSetting=vocabulary.pick(vocabulary.SETTINGS, "learning-setting", achievement.setting),
        thematicArea=vocabulary.isced(achievement.iscedf),
        language=[vocabulary.language(code) for code in achievement.languages],
        entryRequirement=writer.note(achievement.entry_requirement) if achievement.entry_requirement else None,
        learningOutcome=[_outcome(writer, outcome) for outcome in achievement.outcomes],
        **(_level(writer, achievement.level) if decided and achievement.level else {}),
    )


def _level(writer: Writer, level: Level) -> Json:
    part = level.state is LevelState.PART_OF_DECIDED
    levels = {"eqfLevel": vocabulary.eqf(level.value), "nqfLevel": vocabulary.seqf(level.value)}
    members: Json = {**levels, "isPartialQualification": part}
    if part and level.qualification:
        members["isPartOf"] = writer.new("Qualification", title=cleaned(level.qualification), **levels)
    return members


def _notes(matter: Matter) -> Iterator[dict[str, str]]:
    """What has no property of its own. Quality assurance too: an accreditation record would claim a decision."""
    achievement, quality = matter.achievement, matter.achievement.quality_assurance
    yield labelled(texts.INTERNAL, quality.internal)
    yield labelled(texts.EXTERNAL, quality.external)
    if quality.body:
        yield labelled(texts.BODY, quality.body)
    if achievement.part_of:
        yield labelled(texts.PART_OF, achievement.part_of)
    if matter.owner.id != matter.issuer.id:
        yield labelled(texts.OWNER, matter.owner.legal_name)
    if achievement.level:
        yield from _level_notes(achievement.level)
    if achievement.note:
        yield dict(achievement.note)


def _level_notes(level: Level) -> Iterator[dict[str, str]]:
    if level.state is LevelState.SELF_ASSESSED:
        yield {code: text.format(level=level.value) for code, text in texts.SELF_ASSESSED.items()}
    elif level.decision:
        yield {code: f"{label}: {level.decision}" for code, label in texts.LEVEL_DECISION.items()}


def _outcome(writer: Writer, outcome: Outcome) -> Json:
    reuse = outcome.reusability
    return writer.new(
        "LearningOutcome",
        title={code: one_line(text) for code, text in outcome.title.items()},
        dcType=vocabulary.pick(vocabulary.OUTCOME_TYPES, "skill-type", outcome.type),
        reusabilityLevel=vocabulary.pick(vocabulary.REUSE, "skill-reuse-level", reuse) if reuse else None,
        relatedESCOSkill=[
            vocabulary.concept(
                skill.uri, f"{vocabulary.ESCO_SCHEME}skills", cleaned(skill.label or {}), notation="Skill"
            )
            for skill in outcome.esco
        ],
        additionalNote=writer.note(labelled(texts.CRITERIA, outcome.criteria)),
    )


def _modes(achievement: Achievement) -> list[Json]:
    return [vocabulary.pick(vocabulary.MODES, "learning-assessment", word) for word in achievement.mode]


def duration(hours: float) -> str:
    """Hours as an ISO 8601 duration: ``PT40H``, ``PT1H30M``."""
    whole, minutes = divmod(round(hours * 60), 60)
    return f"PT{whole}H{minutes}M" if minutes else f"PT{whole}H"
