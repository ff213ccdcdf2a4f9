"""Connections and what was found of them, in plain words."""

from __future__ import annotations

from mimis_core import Finding
from mimis_core.services import AskedPull
from mimis_core.web import gettext, ngettext
from mimis_portal.school.delivery_words import destination_name, mend_kind
from mimis_portal.words import Sign


def category_name(category: str) -> str:
    """What kind of connection it is."""
    return {
        "source": gettext("Source"),
        "signer": gettext("The seal’s key"),
        "sealer": gettext("Seal"),
        "courier": gettext("Wallet or e-mail"),
        "feed": gettext("Recruitment system"),
        "format": gettext("Further format"),
    }.get(category, category)


def connection_name(category: str, name: str) -> str:
    """What people call a connection; others by the name of their table."""
    return destination_name(f"{category}s.{name}") if category in ("source", "courier") else name


def finding_sign(finding: Finding) -> Sign:
    """How one thing stands that was looked at."""
    if finding.status == "ok":
        return Sign("ok", gettext("Works"), finding.message, gettext("Works"))
    if finding.status == "warning":
        return Sign("warn", gettext("Works, with a remark"), finding.message, gettext("Remark"))
    return Sign("bad", gettext("Does not work"), finding.message, gettext("Does not work"))


def pull_sign(one: AskedPull) -> Sign:
    """How a pull stands that somebody asked for; of one that failed the text is what to do."""
    if one.state == "queued":
        waits = gettext("Waits for its turn.")
        return Sign("idle", waits, gettext("It begins within a minute."), waits)
    if one.state == "running":
        return Sign("idle", gettext("Fetching now."), _how_far(one), gettext("Fetching now."))
    if one.state == "failed":
        return Sign("bad", gettext("Could not fetch."), mend_kind("pull"), gettext("Could not fetch."))
    found = ngettext("%(num)s record was fetched.", "%(num)s records were fetched.", one.counts.get("pulled", 0))
    new = ngettext("%(num)s is new to decide on or to issue.", "%(num)s are new to decide on or to issue.", _new(one))
    return Sign("ok", gettext("Fetched."), f"{found} {new}", gettext("Fetched."))


def _new(one: AskedPull) -> int:
    return one.counts.get("awards", 0)


def _how_far(one: AskedPull) -> str:
    if one.done is None:
        return ""
    if one.total is None:
        return gettext("%(done)s so far.", done=one.done)
    return gettext("%(done)s of %(total)s so far.", done=one.done, total=one.total)


def command_name(command: str) -> str:
    """What a scheduled command does."""
    return {
        "sync": gettext("Fetch from the sources"),
        "renewals --remind": gettext("Remind of credentials that end"),
        "audit sign": gettext("Sign the history"),
        "publish": gettext("Publish the status of credentials"),
        "retry": gettext("Try again what has stopped"),
    }.get(command, command)


def when_name(form: str) -> str:
    """When a scheduled command is run, by the form that ``[schedule]`` has it in."""
    day, _, time = form.rpartition(" ")
    hour, _, minute = time.partition(":")
    if not minute:
        return {"hourly": gettext("every hour"), "never": gettext("never")}.get(form, form)
    return {
        "": gettext("every day at %(hour)s:%(minute)s", hour=hour, minute=minute),
        "mon": gettext("Mondays at %(hour)s:%(minute)s", hour=hour, minute=minute),
        "tue": gettext("Tuesdays at %(hour)s:%(minute)s", hour=hour, minute=minute),
        "wed": gettext("Wednesdays at %(hour)s:%(minute)s", hour=hour, minute=minute),
        "thu": gettext("Thursdays at %(hour)s:%(minute)s", hour=hour, minute=minute),
        "fri": gettext("Fridays at %(hour)s:%(minute)s", hour=hour, minute=minute),
        "sat": gettext("Saturdays at %(hour)s:%(minute)s", hour=hour, minute=minute),
        "sun": gettext("Sundays at %(hour)s:%(minute)s", hour=hour, minute=minute),
    }[day]
