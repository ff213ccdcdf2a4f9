"""Codes into plain words: whole sentences in the reader's language, with the sign that goes with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from mimis_core import Check, CredentialStatus, Organisation, Verdict
from mimis_core.services import RENEWED, CredentialView, StatusView
from mimis_core.web import day, gettext, whole_month

Tone = Literal["ok", "warn", "bad", "idle"]


@dataclass(frozen=True)
class Sign:
    """A verdict that is told by colour, icon and words at once. ``short`` fits on a card."""

    tone: Tone
    title: str
    text: str
    short: str


def status_sign(status: StatusView) -> Sign:
    """What the issuer says about a credential now."""
    makers = {
        CredentialStatus.ACTIVE: _active,
        CredentialStatus.SUSPENDED: _suspended,
        CredentialStatus.REVOKED: _revoked,
        CredentialStatus.SUPERSEDED: _superseded,
        CredentialStatus.EXPIRED: _expired,
    }
    return makers[status.status](when(status.changed_at, status))


def when(moment: date, status: StatusView) -> str:
    """A day of a credential, or its month alone where the day could tell whose it is."""
    return whole_month(moment) if status.monthly else day(moment)


def own_advice(credential: CredentialView, school: Organisation) -> list[str]:
    """What the learner can do when her credential no longer holds as it was; nothing while it does."""
    contact = school.email or next(iter(school.legal_name.values()))
    old_file = gettext(
        "A file that you have saved, in a wallet or elsewhere, cannot be changed. "
        "Remove it there, so that you do not show the wrong one."
    )
    newer = gettext("You have a new credential in its place. Use that one.")
    renew = gettext("Do you want to renew it? Write to %(contact)s.", contact=contact)
    wait = gettext("You need do nothing now. The school tells you when it is valid again or is taken back.")
    wrong = gettext("Do you think this is wrong? Write to %(contact)s.", contact=contact)
    advice = {
        CredentialStatus.ACTIVE: [],
        CredentialStatus.SUSPENDED: [wait],
        CredentialStatus.REVOKED: [wrong, old_file],
        CredentialStatus.SUPERSEDED: [newer, old_file],
        CredentialStatus.EXPIRED: [newer if credential.replaced_by else renew],
    }
    return advice[credential.status.status]


def checker_advice(status: StatusView) -> str | None:
    """What one who looks at another person's credential can do; its sign says the rest."""
    advice = {
        CredentialStatus.SUSPENDED: gettext("Look again in a few days, or ask the person."),
        CredentialStatus.SUPERSEDED: gettext("Ask the person for the new one."),
        CredentialStatus.EXPIRED: gettext("Ask the person whether it has been renewed."),
    }
    return advice.get(status.status)


def worst_sign(statuses: list[StatusView]) -> Sign:
    """One sign for several credentials: that of the one which is least valid."""
    order: list[Tone] = ["ok", "idle", "warn", "bad"]
    worst = max((status_sign(one) for one in statuses), key=lambda sign: order.index(sign.tone))
    if worst.tone == "ok" or len(statuses) == 1:
        return worst
    text = gettext("All are genuine. Below you see which are valid.")
    return Sign(worst.tone, gettext("Not all of the credentials are valid"), text, worst.short)


def verdict_sign(verdict: Verdict) -> Sign:
    """What a check of a file came to; for an invalid one, the reason that matters most."""
    failed = {check.type for check in verdict.checks if check.status == "error"}
    if verdict.verdict == "valid":
        return _active("")
    if verdict.verdict == "unknown":
        return Sign(
            "idle",
            gettext("We cannot check right now"),
            gettext("This says nothing against the credential. Below you see what we could not check."),
            gettext("Cannot be checked right now"),
        )
    if failed <= {"revocation", "expiry"} and failed:
        return _taken_back() if "revocation" in failed else _expired("")
    if "seal" in failed:
        return Sign(
            "bad",
            gettext("Not right – the credential has been changed"),
            gettext("The seal does not match what the file says. Do not rely on the file."),
            gettext("Not right"),
        )
    return Sign(
        "bad",
        gettext("Not right – do not rely on the file"),
        gettext("Below you see what is wrong."),
        gettext("Not right"),
    )


def check_name(check: Check) -> str:
    """What a check looks at."""
    names = {
        "format": gettext("Is the file made correctly?"),
        "seal": gettext("Is the seal whole?"),
        "owner": gettext("Does the seal belong to the issuer?"),
        "accreditation": gettext("May the issuer issue it?"),
        "revocation": gettext("Has it been revoked?"),
        "expiry": gettext("Is it still in time?"),
        "custom": gettext("Other checks"),
    }
    return names[check.type]


def check_answer(check: Check) -> str:
    """What a check found, as one sentence."""
    if check.status == "skipped":
        return gettext("This is not checked.")
    good = check.status == "ok"
    answers: dict[str, Callable[[], str]] = {
        "format": lambda: (
            gettext("Yes, the file is made correctly.") if good else gettext("No, the file is not made correctly.")
        ),
        "seal": lambda: (
            gettext("Yes. No one has changed the credential since it was sealed.")
            if good
            else gettext("No. The credential has been changed, or the seal is not to be trusted.")
        ),
        "owner": lambda: gettext("Yes.") if good else gettext("No. We do not know that the issuer has sealed it."),
        "accreditation": lambda: gettext("Yes.") if good else gettext("No, we found no right to issue it."),
        "revocation": lambda: (
            gettext("No. The issuer says that the credential is valid.")
            if good
            else gettext("Yes. The issuer says that the credential is no longer valid.")
        ),
        "expiry": lambda: gettext("Yes.") if good else gettext("No, the time when it was valid is over."),
    }
    return answers.get(check.type, lambda: gettext("Yes.") if good else gettext("No."))()


def check_tone(check: Check) -> Tone:
    """The colour and icon of one check."""
    tones: dict[str, Tone] = {"ok": "ok", "error": "bad", "skipped": "idle"}
    return tones[check.status]


def assessment_name(code: str) -> str:
    """How something was assessed; an unknown code is shown as it stands."""
    names = {
        "6e6cb2cc78": gettext("written test"),
        "d30284d7df": gettext("oral test"),
        "b1b68f6735": gettext("quiz"),
        "2939dae15f": gettext("marked assignment"),
        "795dac4096": gettext("project work"),
        "4f03b91c0e": gettext("portfolio"),
        "6a4db9f11d": gettext("practical test"),
        "3484bd7e51": gettext("assessment during the whole course"),
        "de4d165a6c": gettext("something you have made"),
        "7331eb4762": gettext("attendance"),
        "19a2e5e671": gettext("assessment by other participants"),
        "812e3b0ae1": gettext("review by other participants"),
        "56539a6507": gettext("group assignment"),
        "c4256a2726": gettext("problem solving"),
    }
    return names.get(_last_part(code), code)


def mode_name(code: str) -> str:
    """How the learning went on; an unknown code is shown as it stands."""
    names = {
        "920fbb3cbe": gettext("at a distance"),
        "e92d221e4d": gettext("partly at a distance"),
        "9191af2ed9": gettext("on site"),
        "729f3bed4b": gettext("at a workplace"),
        "7813801c77": gettext("in a project"),
        "ed4c557045": gettext("in a laboratory"),
    }
    return names.get(_last_part(code), code)


def viewer_name(viewer: str) -> str:
    """Who looked: an employer's name as it stands, or in words what a holder of the link did."""
    names = {
        "link": gettext("Someone who has the link"),
        "link-file": gettext("Someone who has the link saved the file"),
        "link-system": gettext("A recruitment system that has the link"),
    }
    return names.get(viewer, viewer)


def issuer_number(eidas: str) -> str:
    """A Swedish issuer's organisation number, out of its eIDAS identifier; any other identifier stands as it is."""
    register, _, number = eidas.partition("-")
    if register != "NTRSE" or len(number) != 10:
        return eidas
    return gettext("Organisation number %(number)s", number=f"{number[:6]}-{number[6:]}")


def courier_name(name: str) -> str:
    """A wallet's own name."""
    return {"europass": "Europass"}.get(name, name.capitalize())


def source_name(name: str) -> str:
    """What people call a source; a name that the school has given it stands as it is."""
    known = {"moodle": "Moodle", "openedx": "Open edX", "files": gettext("The school’s lists")}
    known |= {"attestation": gettext("Attestations"), "portal": gettext("The learner’s own page")}
    known |= {"credentials": gettext("Credentials that count as parts")}
    return known.get(name, name)


def format_name(name: str) -> str:
    """What a further format is called; a school's own name of one stands as it is."""
    return {"badge": "Open Badge", "openbadge": "Open Badge"}.get(name, name)


def for_templates() -> dict[str, Any]:
    """What all templates may call."""
    makers = (
        status_sign, when, own_advice, checker_advice, worst_sign, verdict_sign, check_name, check_answer, check_tone,
        assessment_name, mode_name, viewer_name, issuer_number, courier_name, source_name, format_name,
    )  # fmt: skip
    return {**{maker.__name__: maker for maker in makers}, "RENEWED": RENEWED}


def _active(_: str) -> Sign:
    return Sign(
        "ok",
        gettext("Genuine and valid"),
        gettext("The issuer has sealed the credential and stands behind it."),
        gettext("Valid"),
    )


def _suspended(_: str) -> Sign:
    return Sign(
        "warn",
        gettext("Genuine, but stopped for now"),
        gettext("The issuer has stopped the credential while something is checked."),
        gettext("Stopped for now"),
    )


def _revoked(since: str) -> Sign:
    return Sign(
        "bad",
        gettext("Genuine, but revoked %(day)s", day=since),
        gettext("The issuer has taken back the credential. It is no longer valid."),
        gettext("Revoked"),
    )


def _taken_back() -> Sign:
    return Sign(
        "bad",
        gettext("Genuine, but no longer valid"),
        gettext("The issuer has taken back the credential, or replaced it."),
        gettext("No longer valid"),
    )


def _superseded(_: str) -> Sign:
    return Sign(
        "warn",
        gettext("Genuine, but replaced by a newer one"),
        gettext("There is a newer credential in its place."),
        gettext("Replaced"),
    )


def _expired(_: str) -> Sign:
    return Sign(
        "warn",
        gettext("Genuine, but expired"),
        gettext("The credential was valid until a certain day, and that day has passed."),
        gettext("Expired"),
    )


def _last_part(code: str) -> str:
    return code.rstrip("/").rsplit("/", 1)[-1]
