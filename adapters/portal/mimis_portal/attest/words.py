"""What the pages of attesting say, as whole sentences."""

from __future__ import annotations

from mimis_core.services import AttestationKind, AttestationState, IdentityKnown, OutcomeSeen
from mimis_core.web import gettext
from mimis_portal.words import Sign, Tone


def state_sign(state: AttestationState) -> Sign:
    """How a request stands."""
    texts: dict[AttestationState, tuple[Tone, str]] = {
        "asked": ("idle", gettext("Sent, not opened")),
        "opened": ("warn", gettext("Opened, not answered")),
        "answered": ("ok", gettext("Answered")),
        "expired": ("bad", gettext("No answer in time")),
        "withdrawn": ("idle", gettext("Withdrawn")),
    }
    tone, text = texts[state]
    return Sign(tone, text, "", text)


def seen_sign(seen: OutcomeSeen) -> Sign:
    """What was said of one outcome."""
    tones: dict[OutcomeSeen, Tone] = {"yes": "ok", "partly": "warn", "no": "bad", "unseen": "idle"}
    text = dict(seen_choices())[seen]
    return Sign(tones[seen], text, "", text)


def seen_choices() -> list[tuple[OutcomeSeen, str]]:
    """What can be said of one outcome."""
    return [
        ("yes", gettext("Yes, I have seen it")),
        ("partly", gettext("Partly")),
        ("no", gettext("No, not yet")),
        ("unseen", gettext("I have not seen it")),
    ]


def known_choices() -> list[tuple[IdentityKnown, str]]:
    """How it is known who the learner is."""
    return [
        ("known", gettext("I know the person")),
        ("shown", gettext("The person has shown an identity document")),
    ]


def known_text(known: IdentityKnown) -> str:
    """How it was known who the learner is."""
    return dict(known_choices())[known]


def kind_choices() -> list[tuple[AttestationKind, str]]:
    """Who can be asked."""
    return [
        ("attestation", gettext("A supervisor at a workplace")),
        ("validation", gettext("An assessor (validation)")),
    ]


def kind_text(kind: AttestationKind) -> str:
    """Who is asked."""
    return dict(kind_choices())[kind]


def refusals() -> dict[str, str]:
    """What is wrong with what was written, by the code of the refusal, which is its field where it is about one."""
    return {
        "achievement": gettext("Choose a micro-credential in the list."),
        "kind": gettext("Choose who is asked."),
        "name": gettext("Write the name, in at most 200 characters."),
        "workplace": gettext("Write the workplace, in at most 200 characters."),
        "role": gettext("Write your role at the workplace, for example supervisor."),
        "email": gettext("Write an e-mail address, for example anna@exempel.se. Leave it out to hand over the link."),
        "phone": gettext("Write a telephone number, in at most 200 characters."),
        "started_on": gettext("Write the first day."),
        "ended_on": gettext("Write the last day."),
        "period": gettext("The last day cannot be before the first day."),
        "future": gettext("The last day cannot be after today. Write the day until which you have seen the person."),
        "hours": gettext("Write the number of hours, for example 180."),
        "until": gettext("Choose a day within 90 days."),
        "identity": gettext("Choose how you know who the person is."),
        "seen": gettext("Choose an answer."),
        "comment": gettext("The comment is too long. Write at most 1 000 characters."),
        "personal_number": gettext("Leave out the personal identity number. It is not kept here."),
    }
