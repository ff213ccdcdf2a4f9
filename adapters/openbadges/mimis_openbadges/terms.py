"""The terms of Verifiable Credentials 2.0 and Open Badges 3.0 that a badge may use, and what each stands for in RDF.

A table of our own in the place of the official contexts, which do not ship with mimis; the tests prove for whole
documents that both give the same statements. A term that is not here is refused, never passed over.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

VC = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
CONTEXTS = (VC, OB)
"""What our own badges name. Others may name :data:`EXTENSIONS` after them."""

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
_VOCABULARIES = {
    "ob": "https://purl.imsglobal.org/spec/vc/ob/vocab.html#",
    "schema": "https://schema.org/",
    "cred": "https://www.w3.org/2018/credentials#",
    "sec": "https://w3id.org/security#",
    "status": "https://www.w3.org/ns/credentials/status#",
    "dct": "http://purl.org/dc/terms/",
}
_DATATYPES = {
    "dateTime": f"{XSD}dateTime",
    # The context of Open Badges writes these two so, without the namespace's true name.
    "awarded": "xsd:dateTime",
    **{name: f"https://www.w3.org/2001/XMLSchema#{name}" for name in ("float", "date", "boolean", "anyURI", "integer")},
    "multibase": "https://w3id.org/security#multibase",
    "suite": "https://w3id.org/security#cryptosuiteString",
    "sri": "https://www.w3.org/2018/credentials#sriString",
}
Kind = Literal["value", "id", "list", "graph", "purpose"]


class Term(NamedTuple):
    """What a key stands for: its property, how its values are read, and the datatype of a plain value if it has one."""

    iri: str
    kind: Kind = "value"
    datatype: str | None = None


def _terms(vocabulary: str, text: str) -> dict[str, Term]:
    """Read a table: ``name``, ``name=other`` for another property, then ``@kind`` or ``^datatype``."""
    found = {}
    for word in text.split():
        word, _, datatype = word.partition("^")
        word, _, kind = word.partition("@")
        name, _, target = word.partition("=")
        prefix, _, local = (target or name).rpartition(":")
        iri = _VOCABULARIES[prefix or vocabulary] + local
        found[name] = Term(iri, _KINDS[kind], _DATATYPES[datatype] if datatype else None)
    return found


_KINDS: dict[str, Kind] = {"": "value", "id": "id", "list": "list", "graph": "graph", "purpose": "purpose"}

EVERYWHERE = _terms(
    "ob",
    "alignment endorsement endorsementJwt image@id narrative awardedDate^awarded url=schema:url^anyURI "
    "name=schema:name description=schema:description inLanguage=schema:inLanguage mediaType=schema:encodingFormat "
    "digestMultibase=sec:digestMultibase^multibase digestSRI=cred:digestSRI^sri",
)
"""Terms that any object may use."""

_CREDENTIAL = _terms(
    "cred",
    "confidenceMethod@id credentialSchema@id credentialStatus@id credentialSubject@id evidence@id issuer@id "
    "proof=sec:proof@graph refreshService@id relatedResource@id renderMethod@id termsOfUse@id "
    "validFrom^dateTime validUntil^dateTime",
)
_PROOF = _terms(
    "sec",
    "challenge created=dct:created^dateTime cryptosuite^suite domain expires=expiration^dateTime nonce "
    "previousProof@id proofPurpose@purpose proofValue^multibase verificationMethod@id",
)

OF_TYPE: dict[str, dict[str, Term]] = {
    "VerifiableCredential": _CREDENTIAL,
    "DataIntegrityProof": _PROOF,
    "BitstringStatusListEntry": _terms(
        "status", "statusListCredential@id statusListIndex statusPurpose statusReference@id statusSize^integer"
    ),
    "Achievement": _terms(
        "ob",
        "achievementType alignment creator creditsAvailable^float criteria=Criteria@id fieldOfStudy humanCode image@id "
        "otherIdentifier related resultDescription specialization tag=schema:keywords version "
        "inLanguage=schema:inLanguage",
    ),
    "AchievementSubject": _terms(
        "ob",
        "achievement activityEndDate^date activityStartDate^date creditsEarned^float identifier image@id licenseNumber "
        "result role source@id term",
    ),
    "Address": _terms(
        "schema",
        "addressCountry addressCountryCode=ob:CountryCode addressLocality addressRegion geo=ob:GeoCoordinates "
        "postOfficeBoxNumber postalCode streetAddress",
    ),
    "Alignment": _terms(
        "schema", "targetCode=ob:targetCode targetDescription targetFramework targetName targetType=ob:targetType "
        "targetUrl^anyURI"
    ),
    "EndorsementSubject": _terms("ob", "endorsementComment"),
    "Evidence": _terms("schema", "audience genre"),
    "GeoCoordinates": _terms("schema", "latitude longitude"),
    "IdentifierEntry": _terms("ob", "identifier identifierType"),
    "IdentityObject": _terms("ob", "hashed^boolean identityHash identityType salt"),
    "Image": _terms("schema", "caption"),
    "Profile": _terms(
        "ob",
        "additionalName=schema:additionalName address@id dateOfBirth^date email=schema:email "
        "familyName=schema:familyName familyNamePrefix givenName=schema:givenName "
        "honorificPrefix=schema:honorificPrefix honorificSuffix=schema:honorificSuffix image@id "
        "otherIdentifier parentOrg@id patronymicName phone official",
    ),
    "Related": _terms("ob", "version inLanguage=schema:inLanguage"),
    "Result": _terms("ob", "achievedLevel^anyURI resultDescription^anyURI status value=schema:value"),
    "ResultDescription": _terms(
        "ob", "allowedValue@list requiredLevel^anyURI requiredValue resultType rubricCriterionLevel valueMax valueMin"
    ),
    "RubricCriterionLevel": _terms("ob", "level points"),
}  # fmt: skip
"""Terms that only objects of a type may use, beside :data:`EVERYWHERE`."""

_OB_TYPES = (
    "OpenBadgeCredential Achievement AchievementSubject Address Criteria EndorsementCredential EndorsementSubject "
    "Evidence GeoCoordinates IdentifierEntry IdentityObject Image Profile Related Result ResultDescription "
    "RubricCriterionLevel"
)
TYPES: dict[str, str] = {
    **{name: _VOCABULARIES["ob"] + name for name in _OB_TYPES.split()},
    "AchievementCredential": f"{_VOCABULARIES['ob']}OpenBadgeCredential",
    "Alignment": f"{_VOCABULARIES['schema']}AlignmentObject",
    "VerifiableCredential": f"{_VOCABULARIES['cred']}VerifiableCredential",
    "DataIntegrityProof": f"{_VOCABULARIES['sec']}DataIntegrityProof",
    "BitstringStatusListEntry": f"{_VOCABULARIES['status']}BitstringStatusListEntry",
}
"""Values of ``type`` and what they stand for."""

EXTENSION_TYPES: dict[str, str] = {
    f"1EdTech{name}": f"https://purl.imsglobal.org/spec/{place}/v1p0/context.json#1EdTech{name}"
    for name, place in (("JsonSchemaValidator2019", "vccs"), ("RevocationList", "vcrl"), ("CredentialRefresh", "vccr"))
}
"""Types that the context :data:`EXTENSIONS` adds."""

PURPOSES = {"assertionMethod": f"{_VOCABULARIES['sec']}assertionMethod"}
"""Values of ``proofPurpose``; others are not for credentials."""
