"""What the school's pages say: states, kinds of evidence, and what stands in the way, as whole sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mimis_core import AwardState, CompletionKind, Grade
from mimis_core.services import DeliveryView, Overview, SourceHealth
from mimis_core.web import day, gettext
from mimis_portal.school.delivery_words import destination_name, mend_kind
from mimis_portal.words import Sign, Tone, source_name


@dataclass(frozen=True)
class Trouble:
    """Something that has stopped: what, why, and what a person can do; ``said`` is the part's own text, in English."""

    title: str
    reason: str
    mend: str
    said: str = ""
    count: int = 0


def award_sign(state: AwardState) -> Sign:
    """How a decision stands."""
    texts: dict[AwardState, tuple[Tone, str]] = {
        AwardState.PROPOSED: ("warn", gettext("Waits for a decision")),
        AwardState.APPROVED: ("ok", gettext("Is approved")),
        AwardState.REJECTED: ("idle", gettext("Not approved")),
    }
    return _short(*texts[state])


def delivery_sign(delivery: DeliveryView) -> Sign:
    """How far a credential has come on its way."""
    texts: dict[str, tuple[Tone, str]] = {
        "queued": ("idle", gettext("On its way")),
        "sent": ("ok", gettext("Sent")),
        "attention": ("bad", gettext("Could not be sent")),
        "cancelled": ("idle", gettext("Called off")),
    }
    return _short(*texts[delivery.state])


def iso_day(text: str) -> str:
    """A day that services give to commands as text, as it stands in running text."""
    return day(datetime.fromisoformat(text))


def kind_name(kind: CompletionKind) -> str:
    """How a fact came about."""
    return {
        CompletionKind.COURSE: gettext("Completed a course"),
        CompletionKind.ACTIVITY: gettext("Completed a part of a course"),
        CompletionKind.VALIDATION: gettext("Validation: somebody assessed what was already known"),
        CompletionKind.ATTESTATION: gettext("Attested by a supervisor at a workplace"),
        CompletionKind.CREDENTIAL: gettext("A credential that is a part of this one"),
    }[kind]


def module_text(module: str) -> str:
    """What was completed, as its source numbers it; nothing where the entry's title says it."""
    kind, _, number = module.partition(":")
    if kind == "achievement":
        outcome = number.partition("#")[2]
        return gettext("learning outcome %(number)s", number=outcome) if outcome else ""
    if kind == "credential":
        return ""
    return gettext("course %(number)s", number=number) if kind == "course" else number


def grade_text(grade: Grade) -> str:
    """A result as the source gave it."""
    if grade.text:
        return grade.text
    if grade.value is None:
        return ""
    value = f"{grade.value:g}"
    return gettext("%(value)s of %(most)s", value=value, most=f"{grade.maximum:g}") if grade.maximum else value


def refusal(code: str | None) -> str:
    """Why a decision was not taken, by the code of the error."""
    known = {
        "decided": gettext("Somebody else has decided on it already. Nothing was changed."),
        "not_ready": gettext(
            "The micro-credential does not fulfil the six principles. Mend it in the catalogue, then approve."
        ),
        "protected": gettext("The person has protected identity. Decide on it by itself."),
        "unknown": gettext("It is not here any more."),
        "other-round": gettext("An earlier decision on the same is not issued yet. Wait until it is."),
        "later-round": gettext("A later decision on the same is approved. Revoke its credential first."),
        "same_person": gettext(
            "You took the first decision. Let somebody else decide, or tick that there is nobody else."
        ),
    }
    return known.get(code or "", gettext("That did not work. Look at it again."))


def source_sign(source: SourceHealth) -> Sign:
    """How a source is doing."""
    if source.failures:
        return _short("bad", gettext("Does not answer"))
    if source.pulled_at is None:
        return _short("warn", gettext("Never read"))
    return _short("warn", gettext("Not read for days")) if source.stale else _short("ok", gettext("Works"))


def troubles(found: Overview) -> list[Trouble]:
    """What an overview shows as stopped, the machine itself first."""
    broken = [Trouble(*_broken(name)) for name in found.broken]
    runs = [
        Trouble(
            gettext("“mimis %(command)s” failed when it ran by itself", command=one.command),
            "",
            gettext("It runs again at its next time. Tell whoever runs mimis if it fails again."),
        )
        for one in found.failed_runs
    ]
    sources = [
        Trouble(
            gettext("%(source)s does not answer", source=source_name(one.name)),
            "",
            gettext("mimis tries again by itself. Nothing is lost. Check the connection if it goes on."),
            said=one.reason or "",
        )
        for one in found.sources
        if one.failures
    ]
    stopped = [
        Trouble(_stopped(one.kind, one.destination), "", _mend(one.kind), said=one.reason, count=one.count)
        for one in found.stopped
    ]
    return [*broken, *runs, *sources, *stopped]


def _short(tone: Tone, text: str) -> Sign:
    return Sign(tone, text, text, text)


def _broken(name: str) -> tuple[str, str, str]:
    ask = gettext("Tell whoever runs mimis at the school.")
    return {
        "database": (gettext("The database does not answer"), "", ask),
        "migrations": (gettext("The database is of another version of mimis"), "", ask),
        "keys": (gettext("The key of the seal cannot be used"), gettext("Nothing can be issued until it can."), ask),
        "queue": (gettext("Work has waited for more than an hour"), gettext("No worker seems to be running."), ask),
        "disk": (gettext("The disk is nearly full"), "", ask),
    }.get(name, (name, "", ask))


def _stopped(kind: str, destination: str | None) -> str:
    to = destination_name(destination)
    return {
        "issue": gettext("Approved, but not issued"),
        "deliver": gettext("Could not be sent to %(wallet)s", wallet=to),
        "mail": gettext("E-mails that could not be sent"),
        "webhook": gettext("An employer’s system could not be told"),
        "pull": gettext("Could not fetch from %(source)s", source=to),
    }.get(kind, gettext("Work that has stopped"))


def _mend(kind: str) -> str:
    known = {
        "issue": gettext("Mend what the reason names, then let it be tried again."),
        "deliver": gettext("The credential is in force and is still here. Try again, or let the learner download it."),
        "mail": gettext("Check the address, then let it be tried again."),
    }
    return known.get(kind) or mend_kind(kind)
