"""One order as an ELM document: every Annex I element of the Council Recommendation on micro-credentials in its place.

This is the envelope; ``claim`` writes what is claimed of the learner, ``specification`` the catalogue entry, and
``writer`` what all of them need.
"""

from __future__ import annotations

from collections.abc import Iterator

from mimis_core import Mandate
from mimis_europass.document import vocabulary
from mimis_europass.document.claim import achievement_claim, numbered
from mimis_europass.document.specification import duration
from mimis_europass.document.texts import choose, one_line
from mimis_europass.document.vocabulary import Json
from mimis_europass.document.writer import Matter, Values, Writer, base64_text
from mimis_europass.rules.table import CONTEXT, PROFILE_START

__all__ = ["Matter", "build_document", "duration"]
SCHEMAS = {"generic": "edc-generic-full", "accredited": "edc-accredited", "mandated": "edc-issued-by-mandate"}


def build_document(matter: Matter, values: Values) -> Json:
    """The whole document, its context last, as Europass itself writes it. Raises DataError for an unknown concept."""
    writer = Writer(matter, values)
    issued, until = values["issued"], values.get("valid_until")
    profiles, evidence = _profiles(matter), list(_evidence(writer))
    attached = _attachments(writer)
    return {
        "id": values["urn"],
        "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
        "credentialProfiles": [vocabulary.pick(vocabulary.PROFILES, "credential", word) for word in profiles],
        "credentialSchema": [
            {"id": f"{PROFILE_START}{SCHEMAS[word]}", "type": "ShaclValidator2017"} for word in profiles
        ],
        "displayParameter": _display(writer),
        "identifier": _identifiers(writer),
        "issuer": writer.issuer,
        "issued": issued,
        "issuanceDate": issued,
        "validFrom": issued,
        **({"expirationDate": until, "validUntil": until} if until else {}),
        "credentialSubject": _learner(writer),
        **({"evidence": evidence} if evidence else {}),
        **({"attachment": attached} if attached else {}),
        "@context": CONTEXT,
    }


def _profiles(matter: Matter) -> tuple[str, ...]:
    """The profiles that the document keeps. In "accredited" all evidence is an accreditation, so a mandate ends it."""
    if matter.mandate:
        return ("generic", "mandated")
    return ("generic", "accredited") if matter.accreditations else ("generic",)


def _identifiers(writer: Writer) -> Json | list[Json]:
    """Where the status is asked, and what this replaces: for programs, since ELM has no property for succession."""
    status = writer.new("Identifier", notation=writer.values["status_url"], schemeName="mimis-status")
    if "supersedes" not in writer.values:
        return status
    return [status, writer.new("Identifier", notation=writer.values["supersedes"], schemeName="mimis-supersedes")]


def _evidence(writer: Writer) -> Iterator[Json]:
    """The accreditations of the programme, and the owner's mandate.

    Each has a statement, as the mandate's profile asks of all. Accreditations of the institution stand on the issuer
    only: they say nothing of this programme.
    """
    for decision in writer.accreditations:
        yield writer.new(
            "Evidence",
            dcType=vocabulary.pick(vocabulary.EVIDENCE, "evidence-type", "accreditation"),
            evidenceStatement=choose(decision["title"], writer.main),
            accreditation=decision,
        )
    if writer.matter.mandate:
        yield _mandate(writer, writer.matter.mandate)


def _mandate(writer: Writer, mandate: Mandate) -> Json:
    """The owner's decision in one sentence, with the document itself where there is one."""
    proof, who = mandate.document, f"{mandate.decided_by}, {mandate.decided_on.isoformat()}"
    file = None
    if proof and proof.content:
        file = writer.media(base64_text(proof.content), proof.media_type, writer.name(proof.title))
    return writer.new(
        "Evidence",
        dcType=vocabulary.pick(vocabulary.EVIDENCE, "evidence-type", "mandate"),
        evidenceStatement=one_line(f"{mandate.statement} ({who})"),
        embeddedEvidence=file,
    )


def _attachments(writer: Writer) -> list[Json]:
    """The documents that prove it, inside. ELM's types of evidence are accreditation, mandate and conversion only."""
    types = writer.matter.attachments
    return [
        writer.media(
            writer.values[f"attachment.{number}.content"], kind, writer.value_text(f"attachment.{number}.title")
        )
        for number, kind in zip(numbered(writer, "attachment"), types, strict=True)
    ]


def _display(writer: Writer) -> Json:
    achievement, languages = writer.matter.achievement, writer.matter.languages
    return writer.new(
        "DisplayParameter",
        title=writer.text(achievement.title),
        description=writer.text(achievement.description),
        primaryLanguage=vocabulary.language(writer.main),
        language=[vocabulary.language(code) for code in languages],
        individualDisplay=[_picture(writer, code) for code in languages],
    )


def _picture(writer: Writer, code: str) -> Json:
    image = writer.media(writer.values[f"picture.{code}"], "image/png")
    detail = writer.new("DisplayDetail", image=image, page=1)
    return writer.new("IndividualDisplay", language=vocabulary.language(code), displayDetail=detail)


def _learner(writer: Writer) -> Json:
    """The learner by full name and opaque id. A name may stand in one language only: that of the document."""
    values = writer.values
    names = {
        key: {writer.main: values[name]}
        for key, name in (("fullName", "full_name"), ("givenName", "given_name"), ("familyName", "family_name"))
        if name in values
    }
    return writer.new(
        "Person",
        **names,
        dateOfBirth=values.get("birth_date"),
        identifier=writer.new("Identifier", notation=values["learner_id"], schemeName="mimis-learner"),
        hasClaim=achievement_claim(writer),
    )
