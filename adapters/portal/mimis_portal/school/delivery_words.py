"""Destinations and what stopped, in plain words: what it is, why, and how it is mended."""

from __future__ import annotations

from datetime import datetime

from mimis_core.services import DestinationState, StoppedWork
from mimis_core.web import gettext
from mimis_portal.words import Sign, courier_name, source_name


def destination_name(name: str | None) -> str:
    """What people call a destination such as ``couriers.europass``."""
    if name == "webhooks":
        return gettext("Employers’ systems")
    category, _, own = (name or "").partition(".")
    if not own:
        return gettext("here")
    if own == "mail":
        return gettext("E-mail")
    return source_name(own) if category == "sources" else courier_name(own)


def destination_sign(one: DestinationState, now: datetime) -> Sign:
    """How a destination is doing."""
    if one.closed_until is not None and one.closed_until > now:
        text = gettext("It does not answer. We try again by ourselves in a while.")
        return Sign("warn", gettext("Left alone for a while"), text, gettext("Does not answer"))
    if one.failures:
        text = gettext("The last attempts failed. We try again by ourselves.")
        return Sign("warn", gettext("Has trouble"), text, gettext("Has trouble"))
    return Sign("ok", gettext("Works"), gettext("All that was sent has arrived."), gettext("Works"))


def what_stopped(work: StoppedWork) -> str:
    """What could not be done."""
    return {
        "issue": gettext("The credential could not be issued."),
        "deliver": gettext("The credential could not be sent."),
        "mail": gettext("The e-mail could not be sent."),
        "event": gettext("A hint of a source could not be followed."),
        "webhook": gettext("An employer’s system could not be told of a change."),
        "pull": gettext("The source could not be fetched from."),
    }.get(work.kind, gettext("Something could not be done."))


def mend(work: StoppedWork) -> str:
    """How a person mends it."""
    if work.doubtful:
        return gettext(
            "Nobody knows whether the e-mail went out. Ask the learner first. Sent again, it may come twice."
        )
    if work.protected:
        return gettext("The learner is protected. Whoever at the school answers for protected persons goes on.")
    known = {
        "fault": gettext("Something unforeseen happened. Try again. If it comes back, ask whoever runs the server."),
        "right": gettext(
            "The owner has not let the school issue it. Ask the owner for the right; it goes on by itself."
        ),
    }
    return known.get(work.code or "") or mend_kind(work.kind)


def mend_kind(kind: str) -> str:
    """How a person mends work of a kind when nothing more is known."""
    return {
        "issue": gettext("Mend the reason below, for example in the catalogue. Then try again."),
        "deliver": gettext("See that the address is right and that the destination works. Then try again."),
        "mail": gettext("See that the address is right and that the mail server works. Then try again."),
        "webhook": gettext("Ask the employer whether its system takes messages again. Then try again."),
    }.get(kind, gettext("See that the source works. Then try again."))
