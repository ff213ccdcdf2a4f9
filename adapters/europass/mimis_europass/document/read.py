"""Reads European Digital Credentials of any issuer, sealed or not, with single values or lists."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

from pydantic import ValidationError

from mimis_core import Concept, CredentialFacts, DataError, Outcome
from mimis_europass.document.texts import CRITERIA, NO_CRITERIA, UNNAMED, UNTITLED, choose
from mimis_europass.document.vocabulary import ACHIEVEMENT, REUSE, SNB, Json

LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]+)*")


def load_document(content: bytes) -> Json:
    """The credential in a file: plain, or the payload of a JWS in JSON form. Raises DataError when there is none."""
    return require_credential(load_object(content))


def require_credential(document: Json) -> Json:
    """The same document, if it says that it is a European Digital Credential. Raises DataError."""
    if "EuropeanDigitalCredential" not in _listed(document.get("type")):
        raise _refusal("it holds no European Digital Credential")
    return document


def load_object(content: bytes) -> Json:
    """The same of any JSON object, whatever it says that it is: for judging it. Raises DataError when there is none."""
    document = _parse(content)
    if isinstance(document, dict) and "payload" in document:
        document = _parse(_payload(document["payload"]))
    elif isinstance(document, dict) and isinstance(document.get("credential"), dict):
        # An upload of the EU's issuer. Never inside a seal: what is judged must be what was sealed.
        document = document["credential"]
    if not isinstance(document, dict):
        raise _refusal("it holds no European Digital Credential")
    return cast(Json, document)


def read_facts(content: bytes) -> CredentialFacts:
    """What pages, matching and recruitment need of the credential. Raises DataError when the file is none."""
    document = load_document(content)
    urn = document.get("id")
    if not isinstance(urn, str):
        raise _refusal("it has no id")
    issuer, learner = _first(document.get("issuer")), _first(document.get("credentialSubject"))
    achievements = [item for claim in _objects(learner.get("hasClaim")) for item in _with_parts(claim)]
    specifications = [spec for item in achievements for spec in _objects(item.get("specifiedBy"))]
    titles = [*achievements, _first(document.get("displayParameter"))]
    return CredentialFacts(
        urn=urn,
        format="elm",
        title=next(filter(None, (_text(item.get("title")) for item in titles)), UNTITLED),
        issuer_name=_text(issuer.get("legalName")) or _text(issuer.get("prefLabel")) or UNNAMED,
        issuer_eidas=_string(_first(issuer.get("eIDASIdentifier")).get("notation")),
        learner_name=_name(learner),
        outcomes=tuple(_outcomes(specifications)),
        issued_at=_moment(document.get("issued")) or _moment(document.get("issuanceDate")),
        valid_until=_moment(document.get("validUntil")) or _moment(document.get("expirationDate")),
        status_url=_named(document, "mimis-status"),
        level=next(filter(None, map(_level, specifications)), None),
        achievement=next(filter(None, (_named(one, ACHIEVEMENT) for one in specifications)), None),
        workload=_workload(specifications, achievements),
    )


def _parse(content: bytes | str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise _refusal("it is not JSON") from None


def _payload(payload: object) -> str | bytes:
    """The payload as it stands (``b64`` false), or out of base64url."""
    if not isinstance(payload, str):
        raise _refusal("its payload is not a text")
    if payload.lstrip().startswith("{"):
        return payload
    try:
        return base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    except (binascii.Error, ValueError):
        raise _refusal("its payload cannot be read") from None


def _refusal(reason: str) -> DataError:
    return DataError(
        f"The file is no credential that can be read: {reason}.",
        mend="Choose the .jsonld file itself.",
        code="not_edc",
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _objects(value: Any) -> list[Json]:
    return [item for item in _listed(value) if isinstance(item, dict)]


def _first(value: Any) -> Json:
    return next(iter(_objects(value)), {})


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _text(value: Any) -> dict[str, str]:
    """A language map with one string each; a plain string, which the profile forbids, counts as English."""
    if isinstance(value, str) and value.strip():
        return {"en": value}
    if isinstance(value, list):
        return {code: text for item in value if not isinstance(item, list) for code, text in _text(item).items()}
    pairs = ((code, _listed(texts)) for code, texts in value.items()) if isinstance(value, dict) else ()
    firsts = ((code, texts[0]) for code, texts in pairs if LANGUAGE.fullmatch(code) and texts)
    return {code: text for code, text in firsts if isinstance(text, str) and text.strip()}


def _any(text: dict[str, str]) -> str | None:
    return text.get("sv") or text.get("en") or next(iter(text.values()), None)


def _name(learner: Json) -> str | None:
    parts = [_any(_text(learner.get(key))) for key in ("givenName", "familyName")]
    return _any(_text(learner.get("fullName"))) or " ".join(part for part in parts if part) or None


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _with_parts(claim: Json) -> Iterator[Json]:
    if claim.get("type") == "LearningAchievement":
        yield claim
    for part in _objects(claim.get("hasPart")):
        yield from _with_parts(part)


def _outcomes(specifications: list[Json]) -> Iterator[Outcome]:
    for item in (item for spec in specifications for item in _objects(spec.get("learningOutcome"))):
        if title := _text(item.get("title")):
            yield _outcome(item, title)


def _outcome(item: Json, title: dict[str, str]) -> Outcome:
    notes = [_unlabelled(_text(note.get("noteLiteral"))) for note in _objects(item.get("additionalNote"))]
    kind, reuse = _code(item.get("dcType"), "skill-type"), _code(item.get("reusabilityLevel"), "skill-reuse-level")
    values = {
        "title": title,
        "criteria": next(filter(None, notes), NO_CRITERIA),
        "type": "knowledge" if kind == "knowledge" else "skill",
        "reusability": reuse if reuse in REUSE else None,
        "esco": tuple(_skills(item, "relatedESCOSkill")),
        "skills": tuple(_skills(item, "relatedSkill")),
    }
    try:
        return Outcome(**cast(dict[str, Any], values))
    except ValidationError:
        raise _refusal("a learning outcome in it is malformed") from None


def _unlabelled(note: dict[str, str]) -> dict[str, str]:
    """Criteria without the label that our own documents put before them."""
    return {code: text.removeprefix(f"{choose(CRITERIA, code)}: ") for code, text in note.items()}


def _skills(item: Json, key: str) -> Iterator[Concept]:
    for skill in _objects(item.get(key)):
        if uri := _string(skill.get("id")):
            yield Concept(uri=uri, label=_text(skill.get("prefLabel")) or None)


def _code(value: Any, name: str) -> str:
    return (_string(_first(value).get("id")) or "").removeprefix(f"{SNB}{name}/")


def _named(node: Json, scheme: str) -> str | None:
    """An identifier by its scheme."""
    for identifier in _objects(node.get("identifier")):
        if identifier.get("schemeName") == scheme:
            return _string(identifier.get("notation"))
    return None


def _level(specification: Json) -> int | None:
    code = _code(specification.get("eqfLevel"), "eqf")
    return int(code) if code in {"1", "2", "3", "4", "5", "6", "7", "8"} else None


def _workload(specifications: list[Json], achievements: list[Json]) -> str | None:
    activities = (activity for item in achievements for activity in _objects(item.get("influencedBy")))
    return next(
        filter(None, (*(_string(spec.get("volumeOfLearning")) for spec in specifications),
                      *(_string(activity.get("workload")) for activity in activities))), None
    )  # fmt: skip
