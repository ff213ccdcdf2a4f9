"""Connections and what was found of them, in plain words."""

from __future__ import annotations

from mimis_core import Finding
from mimis_core.web import gettext
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


def finding_sign(finding: Finding) -> Sign:
    """How one thing stands that was looked at."""
    if finding.status == "ok":
        return Sign("ok", gettext("Works"), finding.message, gettext("Works"))
    if finding.status == "warning":
        return Sign("warn", gettext("Works, with a remark"), finding.message, gettext("Remark"))
    return Sign("bad", gettext("Does not work"), finding.message, gettext("Does not work"))


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
    """When a scheduled command is run; a time of the day or the week as it is written."""
    return {"hourly": gettext("every hour"), "never": gettext("never")}.get(form, form)
