"""Reads Open Badges 3.0 of any issuer: signed as a token or with a proof, or not signed; VC 2.0 form or 1.1."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from mimis_core import Concept, CredentialFacts, DataError, Outcome
from mimis_openbadges.document import EIDAS, EQF
from mimis_openbadges.jose import LARGEST, FormError, Json, Token, looks_compact, read_object, read_token

BADGE_TYPES = frozenset({"OpenBadgeCredential", "AchievementCredential"})
MARKS = tuple(name.encode() for name in sorted(BADGE_TYPES))
ESCO = "http://data.europa.eu/esco/"
UNTITLED, UNNAMED = {"sv": "Utan titel", "en": "Untitled"}, {"sv": "Okänd utfärdare", "en": "Unknown issuer"}
NO_CRITERIA = {"sv": "Märket anger inga kriterier.", "en": "The badge states no criteria."}


def looks_like_badge(content: bytes) -> bool:
    """Whether a file is, or once was, an Open Badge 3.0 that somebody signed or could have signed."""
    if not looks_compact(content) and not any(mark in content for mark in MARKS):
        return False
    try:
        return is_badge(open_badge(content)[0])
    except FormError:
        return False


def open_badge(content: bytes) -> tuple[Json, Token | None]:
    """The document in a file, and the token around it if there is one; nothing is checked. Raises FormError."""
    if len(content) > LARGEST:
        raise FormError("The file is too large for a badge.")
    if looks_compact(content):
        token = read_token(content)
        return credential_in(token.claims), token
    return read_object(content, "The file"), None


def is_badge(document: Json) -> bool:
    """Whether a document calls itself an Open Badge."""
    return bool(BADGE_TYPES & {one for one in _listed(document.get("type")) if isinstance(one, str)})


def credential_in(claims: Json) -> Json:
    """The credential in a token's claims: they themselves, or in the VC 1.1 form the claim ``vc``."""
    inner = claims.get("vc")
    return inner if isinstance(inner, dict) else claims


def load_badge(content: bytes) -> Json:
    """The badge in a file. Raises DataError when there is none."""
    try:
        document, _ = open_badge(content)
    except FormError as error:
        raise _refusal(str(error)) from None
    if not is_badge(document):
        raise _refusal("It holds no Open Badge.")
    return document


def read_facts(content: bytes) -> CredentialFacts:
    """What pages, matching and recruitment need of the badge. Raises DataError when the file is none."""
    badge = load_badge(content)
    urn = badge.get("id")
    if not isinstance(urn, str):
        raise _refusal("It has no id.")
    subject = first(badge.get("credentialSubject"))
    achievement = first(subject.get("achievement"))
    language = _string(achievement.get("inLanguage")) or "en"
    issuer = first(badge.get("issuer"))
    return CredentialFacts(
        urn=urn,
        format="openbadge",
        title=_text(achievement.get("name"), language) or _text(badge.get("name"), language) or UNTITLED,
        issuer_name=_text(issuer.get("name"), language) or UNNAMED,
        issuer_eidas=identifier_in(badge, EIDAS),
        learner_name=_name(subject),
        outcomes=tuple(_outcomes(achievement, language)),
        issued_at=moment(badge.get("validFrom")) or moment(badge.get("issuanceDate")),
        valid_until=moment(badge.get("validUntil")) or moment(badge.get("expirationDate")),
        level=_level(achievement),
    )


def objects(value: Any) -> list[Json]:
    """The objects in a member that may hold one or a list."""
    return [item for item in _listed(value) if isinstance(item, dict)]


def first(value: Any) -> Json:
    """The first object in a member, or an empty one."""
    return next(iter(objects(value)), {})


def moment(value: Any) -> datetime | None:
    """A date-time with its zone; None for anything else."""
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def identifier_in(badge: Json, kind: str) -> str | None:
    """An identifier of the issuer by its type; None when there is none, or more than one."""
    entries = objects(first(badge.get("issuer")).get("otherIdentifier"))
    found = [one.get("identifier") for one in entries if one.get("identifierType") == kind]
    return _string(found[0]) if len(found) == 1 else None


def issuer_of(badge: Json) -> str:
    """The issuer's id, which stands for it alone or in an object; empty when there is none."""
    issuer = badge.get("issuer")
    return issuer if isinstance(issuer, str) else str(first(issuer).get("id", ""))


def claims_of(badge: Json) -> dict[str, Any]:
    """The registered claims, which repeat what the badge says: Open Badges 3.0, "JSON Web Token Proof Format".

    None stands for a claim that there is nothing for.
    """
    start, until = moment(badge.get("validFrom")), moment(badge.get("validUntil"))
    return {
        "iss": issuer_of(badge),
        "jti": badge.get("id"),
        "sub": first(badge.get("credentialSubject")).get("id"),
        "nbf": int(start.timestamp()) if start else None,
        "exp": int(until.timestamp()) if until else None,
    }


def _refusal(reason: str) -> DataError:
    return DataError(
        f"The file is no badge that can be read. {reason}", mend="Choose the badge's own file.", code="not_badge"
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _text(value: Any, language: str) -> dict[str, str]:
    """A text as a language map; the second official schema lets it be one already."""
    if isinstance(value, str) and value.strip():
        return {language: value}
    pairs = value.items() if isinstance(value, dict) else ()
    return {code: text for code, text in pairs if isinstance(text, str) and text}


def _name(subject: Json) -> str | None:
    """The learner's name where it stands in the open; a hashed one says nothing here."""
    for one in objects(subject.get("identifier")):
        if one.get("identityType") == "name" and one.get("hashed") is False:
            return _string(one.get("identityHash"))
    return None


def _outcomes(achievement: Json, language: str) -> Iterator[Outcome]:
    """Rubric criteria with their skills, as ours have; else each skill that the whole is aligned to is an outcome."""
    described = [one for one in objects(achievement.get("resultDescription")) if one.get("rubricCriterionLevel")]
    for one in described:
        if title := _text(one.get("name"), language):
            criteria = _text(first(one.get("rubricCriterionLevel")).get("description"), language)
            yield Outcome(
                title=title, criteria=criteria or NO_CRITERIA, type="skill", esco=tuple(_skills(one, language))
            )
    for skill in () if described else _skills(achievement, language):
        yield Outcome(title=skill.label or {"en": skill.uri}, criteria=NO_CRITERIA, type="skill", esco=(skill,))


def _skills(described: Json, language: str) -> Iterator[Concept]:
    for one in objects(described.get("alignment")):
        address = _string(one.get("targetUrl"))
        if address and address.startswith(ESCO):
            yield Concept(uri=address, label=_text(one.get("targetName"), language) or None)


def _level(achievement: Json) -> int | None:
    for one in objects(achievement.get("alignment")):
        code = (_string(one.get("targetUrl")) or "").removeprefix(EQF)
        if code in {"1", "2", "3", "4", "5", "6", "7", "8"}:
            return int(code)
    return None
