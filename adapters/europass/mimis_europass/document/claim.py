"""What a document claims of the learner: the achievement, how it was proven, and how it was learnt (facts 2.5)."""

from __future__ import annotations

from mimis_europass.document import texts, vocabulary
from mimis_europass.document.specification import credit_point, duration, modes, specification
from mimis_europass.document.vocabulary import Json
from mimis_europass.document.writer import Writer

AT_WORK = "internship"
"""The activity of which a workplace attests. The workplace is an Agent: of an Organisation ELM wants a country."""


def achievement_claim(writer: Writer) -> Json:
    """The one claim of the document."""
    matter = writer.matter
    return writer.new(
        "LearningAchievement",
        title=writer.text(matter.achievement.title),
        description=writer.text(matter.achievement.description),
        additionalNote=_notes(writer),
        supplementaryDocument=_documents(writer),
        awardedBy=writer.awarded(),
        creditReceived=credit_point(writer),
        provenBy=[_assessment(writer, word) for word in matter.achievement.assessment],
        influencedBy=[_activity(writer, index, word) for index, word in enumerate(matter.activities)],
        specifiedBy=specification(writer),
        hasPart=[_part(writer, f"part.{number}") for number in numbered(writer, "part")],
    )


def _part(writer: Writer, name: str) -> Json:
    """A smaller credential that this one is made of, by whom it was awarded, and the page that says how it stands.

    Another issuer is an Agent: of an Organisation ELM wants a country, which a name does not tell.
    """
    values, issuer = writer.values, writer.issuer
    if f"{name}.issuer" in values:
        issuer = writer.new("Agent", prefLabel={writer.main: values[f"{name}.issuer"]})
    page = None
    if f"{name}.address" in values:
        title = writer.fixed(texts.PAGE_TITLE)
        page = writer.new("WebResource", title=title, contentURL=values[f"{name}.address"])
    return writer.new(
        "LearningAchievement",
        title=writer.value_text(f"{name}.title"),
        awardedBy=writer.new("AwardingProcess", awardingBody=issuer, awardingDate=values[f"{name}.awarded"]),
        supplementaryDocument=page,
    )


def numbered(writer: Writer, name: str) -> list[str]:
    """The numbers of a learner's things of a name, which are keys such as ``link.0.address``, in order."""
    numbers = {key.split(".")[1] for key in writer.values if key.startswith(f"{name}.")}
    return sorted(numbers, key=int)


def _notes(writer: Writer) -> list[Json]:
    """The result of the whole, and when, how long and where it was validated: an assessment has no such places."""
    result = writer.value_text("result")
    seen = [writer.value_text(f"validation.{number}") for number in numbered(writer, "validation")]
    return [
        *([writer.own_note(texts.RESULT, result)] if result else []),
        *(writer.own_note(texts.VALIDATION, text) for text in seen),
    ]


def _documents(writer: Writer) -> list[Json | None]:
    """Where the current status is asked, the page that names nobody, and the documents that prove it elsewhere."""
    proof = writer.matter.mandate.document if writer.matter.mandate else None
    fixed = ((texts.STATUS_TITLE, "status_url"), (texts.PAGE_TITLE, "public_url"))
    own = [
        writer.new(
            "WebResource",
            title=writer.value_text(f"link.{number}.title"),
            contentURL=writer.values[f"link.{number}.address"],
        )
        for number in numbered(writer, "link")
    ]
    return [
        *(writer.new("WebResource", title=writer.fixed(title), contentURL=writer.values[key]) for title, key in fixed),
        *([writer.page(proof.url, proof.title)] if proof and proof.url else []),
        *own,
    ]


def _assessment(writer: Writer, word: str) -> Json:
    """One assessment. An assessor is an Agent: the profile takes every Person for a holder of claims."""
    kind = vocabulary.pick(vocabulary.ASSESSMENTS, "assessment", word)
    title, scheme = dict(kind["prefLabel"]), writer.matter.achievement.grading
    people = [f"assessor.{number}" for number in numbered(writer, "assessor")]
    grading = None
    if scheme:
        grading = writer.new(
            "GradingScheme", title=writer.text(scheme.title), description=writer.text(scheme.description)
        )
    return writer.new(
        "LearningAssessment",
        title=title,
        awardedBy=writer.awarded(),
        dateIssued=writer.values["assessed"],
        grade=writer.new("Note", noteLiteral=writer.value_text("grade")),
        idVerification=vocabulary.pick(
            vocabulary.SUPERVISION, "supervision-verification", writer.matter.achievement.supervision
        ),
        assessedBy=[writer.new("Agent", prefLabel={writer.main: writer.values[key]}) for key in people],
        specifiedBy=writer.new("LearningAssessmentSpecification", title=title, dcType=kind, gradingScheme=grading),
    )


def _activity(writer: Writer, index: int, word: str) -> Json:
    """How it was learnt. The hours of the whole stand here only when there is one way and it has none of its own."""
    kind = vocabulary.pick(vocabulary.ACTIVITIES, "learning-activity", word)
    achievement, title = writer.matter.achievement, dict(kind["prefLabel"])
    whole = duration(achievement.workload_hours) if len(writer.matter.activities) == 1 else None
    return writer.new(
        "LearningActivity",
        title=title,
        awardedBy=writer.awarded(),
        temporal=_period(writer, f"activity.{index}"),
        workload=writer.values.get(f"activity.{index}.hours", whole),
        specifiedBy=writer.new("LearningActivitySpecification", title=title, dcType=kind, mode=modes(achievement)),
        **_place(writer, writer.values.get(f"activity.{index}.place"), word),
    )


def _period(writer: Writer, name: str) -> Json | None:
    if f"{name}.start" not in writer.values:
        return None
    return writer.new("PeriodOfTime", startDate=writer.values[f"{name}.start"], endDate=writer.values[f"{name}.end"])


def _place(writer: Writer, place: str | None, word: str) -> Json:
    """A workplace directed the learning; any other place is told, since ELM wants the country of a location too."""
    if place is None:
        return {}
    if word == AT_WORK:
        return {"directedBy": writer.new("Agent", prefLabel={writer.main: place})}
    return {"additionalNote": writer.own_note(texts.PLACE, {writer.main: place})}
