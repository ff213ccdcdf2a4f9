"""A share as JSON Resume (schema 1, facts/ats.md section 10): certificates and skills; nothing of a career."""

from __future__ import annotations

import json
from typing import Any

from mimis_ats.representations.common import in_force, outcomes_of, text_in
from mimis_core import Outcome
from mimis_core.services import CredentialView, OpenShare, Services

SCHEMA = "https://raw.githubusercontent.com/jsonresume/resume-schema/v1.0.0/schema.json"


def json_resume(opened: OpenShare, language: str, services: Services) -> bytes:
    """Write it; the page of the share, where all of it can be checked, stands at each certificate."""
    held = in_force(opened)
    resume: dict[str, Any] = {
        "$schema": SCHEMA,
        "basics": _basics(opened),
        "certificates": [_certificate(one.view, opened.share.url, language) for one in held],
        "skills": [_skill(outcome, language) for outcome in outcomes_of(held)],
        "meta": {"canonical": opened.share.url, "version": "v1.0.0"},
    }
    return json.dumps(resume, ensure_ascii=False).encode()


def _basics(opened: OpenShare) -> dict[str, str]:
    said = {"name": opened.learner_name, "email": opened.share.application_email}
    return {key: value for key, value in said.items() if value}


def _certificate(view: CredentialView, page: str, language: str) -> dict[str, str]:
    return {
        "name": text_in(view.achievement.title, language),
        "date": view.issued_at.strftime("%Y-%m" if view.status.monthly else "%Y-%m-%d"),
        "issuer": text_in(view.issuer.legal_name, language),
        "url": page,
    }


def _skill(outcome: Outcome, language: str) -> dict[str, Any]:
    """The outcome, with what other systems know it by as keywords."""
    concepts = (*outcome.esco, *outcome.skills)
    words = [text_in(one.label, language) if one.label else one.uri for one in concepts]
    return {"name": text_in(outcome.title, language), **({"keywords": words} if words else {})}
