"""What became of a share, in words for its learner: what employers did with it, and what their systems were told."""

from __future__ import annotations

from mimis_core.services import RevealReason, TraceView
from mimis_core.web import gettext


def trace_text(trace: TraceView) -> str:
    """What an employer says that it did in one of its systems with what was shared."""
    return {
        "written": gettext("Saved in %(system)s", system=trace.system),
        "updated": gettext("Changed in %(system)s", system=trace.system),
        "removed": gettext("Removed from %(system)s", system=trace.system),
        "not_removed": gettext("Could not be removed from %(system)s", system=trace.system),
    }[trace.state]


def reveal_reasons() -> dict[RevealReason, str]:
    """Why somebody may want to know whose a share without a name is, in the words of who asks."""
    return {
        "meet": gettext("We want to meet you."),
        "talk": gettext("We want to talk to you."),
        "offer": gettext("We want to offer you something."),
        "check": gettext("We want to check the credential ourselves."),
    }


def notice_text(event: str) -> str:
    """What we told an employer's system by ourselves; a word that is new is shown as it is."""
    return {
        "share.created": gettext("that you share with them"),
        "share.changed": gettext("that the share shows something else now"),
        "share.withdrawn": gettext("that you have taken the share back"),
        "credential.status": gettext("that a credential in the share has a new status"),
    }.get(event, event)
