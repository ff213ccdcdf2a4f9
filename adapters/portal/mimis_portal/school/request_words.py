"""What the pages of reviews say."""

from __future__ import annotations

from typing import Any

from mimis_core.web import gettext
from mimis_portal.words import Sign


def review_kind(kind: str) -> Sign:
    """What a source has done, or the learner asks."""
    known = {
        "withdrawn": Sign("bad", gettext("Taken back"), "", gettext("Taken back")),
        "corrected": Sign("warn", gettext("Corrected"), "", gettext("Corrected")),
        "departed": Sign("idle", gettext("Has left"), "", gettext("Has left")),
        "erasure": Sign("warn", gettext("Wants to be erased"), "", gettext("Wants to be erased")),
    }
    return known[kind]


def review_title(review: dict[str, Any]) -> str:
    """What a review is about, in one sentence."""
    return {
        "withdrawn": gettext("The source has taken back what a decision rests on."),
        "corrected": gettext("The source now says something else than the decision rests on."),
        "departed": gettext("The learner has left the source."),
        "erasure": gettext("The learner asks the school to erase what it holds about her."),
    }[review["kind"]]


def review_effect(kind: str) -> str:
    """What accepting a review does."""
    return {
        "withdrawn": gettext("The decision is rejected. If the credential is issued, it is revoked."),
        "corrected": gettext(
            "The decision gets the new facts. If the credential is issued, a corrected one replaces it."
        ),
        "departed": gettext("It is recorded that you have handled it. Nothing is erased by this."),
        "erasure": gettext("It is recorded that you have decided. You erase on the learner's own page."),
    }[kind]


def outcome_text(outcome: str) -> str:
    """What accepting a review came to."""
    return {
        "rejected": gettext("The decision is rejected."),
        "revoked": gettext("The credential is revoked, and the learner is told."),
        "reissued": gettext("A corrected credential has replaced the old one, and the learner is told."),
        "updated": gettext("The decision has the new facts."),
        "handled": gettext("It is recorded that you have handled it."),
        "unchanged": gettext("There was nothing left to change."),
    }[outcome]
