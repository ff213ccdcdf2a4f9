"""What a verdict means for a recruiter, and the entry that follows from it; pure functions."""

from __future__ import annotations

from typing import Literal

from mimis_ats.texts import STANDING, summary
from mimis_core import Candidate, TalentEntry, Verdict
from mimis_core.services import ImportedCredential, ImportedShare

Standing = Literal["valid", "unknown", "revoked", "suspended", "superseded", "expired", "invalid"]
TAKEN_BACK: tuple[Standing, ...] = ("revoked", "suspended", "superseded")
"""Standings by the issuer's own signed answer, worst first."""


def standing(verdict: Verdict) -> Standing:
    """One word for a verdict; for an invalid one, why."""
    if verdict.verdict != "invalid":
        return verdict.verdict
    wrong = {check.type for check in verdict.checks if check.status == "error"}
    if wrong == {"revocation"}:
        return "revoked"
    return "expired" if wrong == {"expiry"} else "invalid"


def judge(credential: ImportedCredential) -> Standing:
    """One word for a credential. How it was taken back is the issuer's unsigned word, that it was is signed."""
    found = standing(credential.verdict)
    if found == "revoked" and credential.status == "suspended":
        return "suspended"
    return "superseded" if found == "revoked" and credential.status == "superseded" else found


def same_outcome(one: Verdict, other: Verdict) -> bool:
    """Whether two verdicts say the same, however their reasons are worded or dated."""

    def shape(verdict: Verdict) -> tuple[str, list[tuple[str, str]]]:
        return verdict.verdict, [(check.type, check.status) for check in verdict.checks]

    return shape(one) == shape(other)


def pick(texts: dict[str, str]) -> str:
    """Swedish where there is any, then English, then what there is."""
    return texts.get("sv") or texts.get("en") or next(iter(texts.values()), "")


def entry_for(share: ImportedShare, candidate: Candidate) -> TalentEntry:
    """The pointer that stands on the candidate: link, one line, and who issued what. Undated, so that it compares."""
    states = [judge(one) for one in share.credentials]
    details: dict[str, str] = {}
    for credential, state in zip(share.credentials, states, strict=True):
        mark = f" ({STANDING[state]})" if state in STANDING else ""
        details[_free_title(credential, details)] = pick(credential.issuer_name) + mark
    line = summary(states.count("valid"), len(states))
    return TalentEntry(key=share.key, candidate=candidate, summary=line, url=share.link or "", details=details)


def _free_title(credential: ImportedCredential, taken: dict[str, str]) -> str:
    title = pick(credential.title)
    number = 2
    name = title
    while name in taken:
        name = f"{title} ({number})"
        number += 1
    return name
