"""What the pages of the catalogue say: states, checks, principles, and the choices of the form."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from mimis_core.services import ASSESSMENTS, MODES, CatalogueReview, Endorsement, Judgement, ProposalState
from mimis_core.web import gettext, pick
from mimis_portal.words import Sign, Tone, assessment_name, mode_name

Choices = list[tuple[str, str]]
TONES: dict[str, Tone] = {"ok": "ok", "warning": "warn", "error": "bad"}


def state_sign(state: str) -> Sign:
    """Whether a version is awarded."""
    signs = {
        "draft": Sign("idle", gettext("Draft"), gettext("Nobody can get it yet."), gettext("Draft")),
        "published": Sign("ok", gettext("Published"), gettext("This is what is awarded now."), gettext("Published")),
        "retired": Sign(
            "warn",
            gettext("Retired"),
            gettext("Nobody gets it any more. Credentials that are issued go on being valid."),
            gettext("Retired"),
        ),
    }
    return signs[state]


def checks_sign(statuses: Iterable[str]) -> Sign:
    """How all checks of an entry come out, as one sign."""
    found = list(statuses)
    if "error" in found:
        text = gettext("Something is missing")
        return Sign("bad", text, text, text)
    if "warning" in found:
        text = gettext("Something to consider")
        return Sign("warn", text, text, gettext("To consider"))
    text = gettext("All six principles hold")
    return Sign("ok", text, text, gettext("All hold"))


def status_tone(status: str) -> Tone:
    """The colour and icon of one check."""
    return TONES[status]


def principle_name(number: int) -> str:
    """What each of the six principles asks."""
    return {
        1: gettext("Clear learning outcomes that can be assessed"),
        2: gettext("A value of its own"),
        3: gettext("Can be combined into something larger"),
        4: gettext("Described in one common way"),
        5: gettext("Quality assured inside and outside the school"),
        6: gettext("Belongs to the learner, digital and sealed"),
    }[number]


def summary(judgement: Judgement) -> str:
    """How a draft stands, in one sentence."""
    if judgement.missing:
        return gettext("The micro-credential cannot be published yet.")
    if judgement.warnings:
        return gettext("It can be published. There is something to consider first.")
    return gettext("It can be published. All six principles hold.")


def review_sign(review: CatalogueReview) -> Sign:
    """What a review came to, and whether it still holds."""
    if review.verdict == "changes":
        text = gettext("The reviewer asks for changes")
        return Sign("warn", text, text, text)
    if review.current:
        text = gettext("Approved")
        return Sign("ok", text, text, text)
    text = gettext("Approved an earlier content")
    return Sign("idle", text, gettext("The content has changed since. The approval no longer counts."), text)


def endorsement_sign(endorsement: Endorsement, now: datetime) -> Sign:
    """Whether an endorsement stands in what is issued."""
    if endorsement.withdrawn_at is not None:
        text = gettext("Taken away")
        return Sign("idle", text, gettext("It does not stand in what is issued now."), text)
    if not endorsement.holds(now):
        text = gettext("Has ended")
        return Sign("idle", text, gettext("It does not stand in what is issued now."), text)
    return Sign("ok", gettext("In force"), gettext("It stands in what is issued now."), gettext("In force"))


def proposal_sign(state: ProposalState) -> Sign:
    """What became of an employer's proposal."""
    waits, dismissed, begun = gettext("Waits for an answer"), gettext("Dismissed"), gettext("A draft is begun")
    signs = {
        "open": Sign("warn", waits, gettext("The employer is waiting for the school's answer."), waits),
        "dismissed": Sign("idle", dismissed, gettext("The employer can read why."), dismissed),
        "draft": Sign("ok", begun, gettext("The employer can see that you have begun."), begun),
    }
    return signs[state]


def choices() -> dict[str, Choices]:
    """The choices of the form, by field."""
    return {
        "type": [("skill", gettext("Skill: what the person can do")), ("knowledge", gettext("Knowledge"))],
        "reusability": [
            ("", gettext("Not said")),
            ("transversal", gettext("In all work")),
            ("cross-sector", gettext("In several sectors")),
            ("sector-specific", gettext("In one sector")),
            ("occupation-specific", gettext("In one occupation")),
        ],
        "level.state": [
            ("self_assessed", gettext("The school's own assessment. It is not in the sealed credential.")),
            ("part_of_decided", gettext("Part of a qualification whose level is decided")),
            ("decided", gettext("Decided by an authority")),
        ],
        "setting": [("non-formal", gettext("Outside formal education")), ("formal", gettext("Formal education"))],
        "supervision": [
            ("supervised_with_id", gettext("Someone is present and sees proof of identity")),
            ("id_only", gettext("Proof of identity is seen, but nobody is present")),
            ("unsupervised", gettext("Nobody is present")),
        ],
    }


def assessment_choices(chosen: Iterable[str]) -> Choices:
    """The EU's types of assessment, and what stands there beside them."""
    return [(code, assessment_name(code)) for code in dict.fromkeys((*ASSESSMENTS, *chosen))]


def mode_choices(chosen: Iterable[str]) -> Choices:
    """The EU's modes of learning, and what stands there beside them."""
    return [(code, mode_name(code)) for code in dict.fromkeys((*MODES, *chosen))]


def fault_texts(judgement: Judgement) -> dict[str, str]:
    """What is wrong, by the name of the field."""
    return {".".join(map(str, fault.place)): pick(fault.reason) for fault in judgement.faults}
