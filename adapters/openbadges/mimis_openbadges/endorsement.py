"""Endorsements: an ``EndorsementCredential`` about one version of an achievement (Open Badges 3.0, appendix B.1.7)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

from mimis_core import Achievement, Check, Document, Organisation, Trust, Verdict
from mimis_core.services import EndorsementFacts, EndorsementOrder
from mimis_openbadges.chains import read_anchors
from mimis_openbadges.document import EIDAS, REGISTRATION, achievement_id
from mimis_openbadges.jose import FormError, Json, SealError
from mimis_openbadges.rdf import UndecidedError
from mimis_openbadges.read import first, identifier_in, moment, open_badge
from mimis_openbadges.terms import CONTEXTS
from mimis_openbadges.verifier import Opened, conclude, expiry_of, owner_of, signed_by, stopped

TYPE = "EndorsementCredential"


def endorsed_id(achievement: Achievement, owner: Organisation) -> str:
    """What an endorsement is about: the id that the badges of this version give the achievement."""
    return achievement_id(achievement, owner)


def write_endorsement(order: EndorsementOrder, by: Organisation, now: datetime) -> Document:
    """The unsigned endorsement."""
    urn, name = f"urn:uuid:{uuid4()}", by.legal_name.get("sv") or next(iter(by.legal_name.values()))
    numbers = ((by.eidas, EIDAS), (by.registration, REGISTRATION))
    content: Json = {
        "@context": list(CONTEXTS),
        "id": urn,
        "type": ["VerifiableCredential", TYPE],
        "name": order.title,
        "issuer": {
            "id": by.homepage or f"urn:mimis:organisation:{by.eidas}",
            "type": ["Profile"],
            "name": name,
            "otherIdentifier": [
                {"type": "IdentifierEntry", "identifier": number, "identifierType": kind} for number, kind in numbers
            ],
        },
        "validFrom": _stamp(now),
        "awardedDate": _stamp(now),
        **({"validUntil": _stamp(order.until)} if order.until else {}),
        "credentialSubject": {
            "id": order.subject,
            "type": ["EndorsementSubject"],
            "endorsementComment": " ".join(order.words.split()),
        },
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Document(urn=urn, format="openbadge", media_type="application/vc", content=text.encode())


def read_endorsement(content: bytes, trust: Trust) -> tuple[EndorsementFacts | None, Verdict]:
    """What an endorsement says and whether it holds; no facts for a file that is none.

    It has no status of its own: whoever published it takes it away.
    """
    anchors, now = read_anchors(trust.anchors), trust.now or datetime.now(UTC)
    try:
        document, token = open_badge(content)
        facts = _facts(document)
    except FormError as error:
        checks = tuple(stopped("format", error, "the file could not be read"))
        return None, Verdict(verdict="invalid", checks=checks)

    def made() -> Iterator[Check]:
        yield Check(type="format", status="ok", reason="The file is an endorsement of Open Badges 3.0.")
        try:
            signed = signed_by(Opened(document, token), anchors, now)
        except (SealError, FormError, UndecidedError) as error:
            yield from stopped("seal", error, "the signature could not be confirmed")
            return
        yield Check(type="seal", status="ok", reason="Nothing has been changed since it was signed.")
        yield owner_of(signed, document, anchors)
        yield expiry_of(document, now)

    checks = tuple(made())
    return facts, Verdict(verdict=conclude(checks, ("format", "seal", "owner", "expiry")), checks=checks)


def _facts(document: Json) -> EndorsementFacts:
    """Raises FormError for what is no endorsement."""
    issuer, subject = first(document.get("issuer")), first(document.get("credentialSubject"))
    types, start = document.get("type"), moment(document.get("validFrom"))
    name, about, words = issuer.get("name"), subject.get("id"), subject.get("endorsementComment")
    if not isinstance(types, list) or "VerifiableCredential" not in types or TYPE not in types:
        raise FormError("The file is no endorsement of Open Badges 3.0.")
    if not isinstance(name, str) or not isinstance(about, str) or start is None:
        raise FormError("The endorsement does not say by whom it is, what of, or since when.")
    return EndorsementFacts(
        subject=about,
        issuer_name=name,
        registration=identifier_in(document, REGISTRATION),
        eidas=identifier_in(document, EIDAS),
        words=words if isinstance(words, str) else "",
        issued=start,
        until=moment(document.get("validUntil")),
    )


def _stamp(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
