"""A share as HR Open's LER-RS 4.4, since 2026 the Trusted Career Profile (facts/ats.md section 10).

Of a certification, and of a skill, the address of the share tells where it can be checked; the sealed file stands in
the certification itself, whole and unchanged, as an enveloped credential (W3C VC Data Model 2.0, section 4.13).
"""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

from mimis_ats.representations.common import ESCO, in_force, outcomes_of, text_in
from mimis_core import Outcome, Sealed
from mimis_core.services import CredentialView, OpenShare, Services, SharedCredential

TYPE = "http://schema.hropenstandards.org/4.4/recruiting/json/ler-rs/LER-RSType.json"
"""The one value that the schema knows, also in the set of 4.5."""
EDC = "http://data.europa.eu/snb/model/ap/edc-generic-full"
"""Names what the address of a check leads to: European Digital Credentials."""
ENVELOPE = {"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["EnvelopedVerifiableCredential"]}


def ler_rs(opened: OpenShare, language: str, services: Services) -> bytes:
    """Write it. What does not hold any more stays as a certification that says so, and is no skill."""
    share = opened.share
    skills = [_skill(outcome, share.url, language) for outcome in outcomes_of(in_force(opened))]
    certifications = [_certification(one, share.url, language) for one in opened.credentials]
    resume: dict[str, Any] = {
        "type": TYPE,
        "documentId": {"value": share.id, "schemeId": "mimis"},
        **_person(opened),
        "narratives": [{"name": "purpose", "texts": [{"name": "purpose", "lines": [share.purpose]}]}],
        # The schema wants at least one where there is a list.
        **({"certifications": certifications} if certifications else {}),
        **({"skills": skills} if skills else {}),
    }
    return json.dumps(resume, ensure_ascii=False).encode()


def _person(opened: OpenShare) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if opened.learner_name:
        said["person"] = {"name": {"formattedName": opened.learner_name}}
    if opened.share.application_email:
        said["communication"] = {"email": [{"address": opened.share.application_email}]}
    return said


def _certification(one: SharedCredential, page: str, language: str) -> dict[str, Any]:
    view = one.view
    return {
        "id": {"value": view.urn},
        "name": text_in(view.achievement.title, language),
        "status": view.status.status.value,
        **_times(view),
        "issuingAuthority": {"name": text_in(view.issuer.legal_name, language)},
        "descriptions": _descriptions(view, language),
        "verifications": [{"reference": page, "scheme": EDC}, *_enveloped(one.sealed)],
    }


def _times(view: CredentialView) -> dict[str, Any]:
    """Nothing where only the month may be known: the schema takes whole days alone."""
    if view.status.monthly:
        return {}
    until = {"validTo": _moment(view.valid_until)} if view.valid_until else {}
    period = {"validFrom": _moment(view.issued_at), **until}
    return {"effectiveTimePeriod": period, "issued": view.issued_at.date().isoformat()}


def _descriptions(view: CredentialView, language: str) -> list[str]:
    entry = view.achievement
    about = [text_in(entry.description, language)] if entry.description else []
    return about + [text_in(outcome.title, language) for outcome in entry.outcomes]


def _enveloped(sealed: Sealed | None) -> list[dict[str, Any]]:
    if sealed is None:
        return []
    content = b64encode(sealed.content).decode()
    return [{"otherW3CVerifiableCredential": {**ENVELOPE, "id": f"data:{sealed.media_type};base64,{content}"}}]


def _skill(outcome: Outcome, page: str, language: str) -> dict[str, Any]:
    known = {"definitionReference": {"reference": outcome.esco[0].uri, "scheme": ESCO}} if outcome.esco else {}
    names = [{"name": one.uri} for one in (*outcome.esco[1:], *outcome.skills)]
    return {
        "name": text_in(outcome.title, language),
        **known,
        **({"keywords": names} if names else {}),
        "verifications": [{"Verification": {"reference": page}}],
    }


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
