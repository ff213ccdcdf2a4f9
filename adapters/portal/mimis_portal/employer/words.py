"""What became of a share, in plain words."""

from __future__ import annotations

from typing import Any

from mimis_core.services import ImportedCredential, ImportedShare
from mimis_core.web import gettext, pick, staff_may
from mimis_portal.words import Sign, verdict_sign

NEEDS_A_HAND = ("ask", "attention")
"""States in which a recruiter has something to do."""


def share_sign(share: ImportedShare) -> Sign:
    """Where a share stands for the recruiter."""
    signs = {
        "verified": Sign("idle", gettext("Checked, written nowhere"), _because(share), gettext("Checked")),
        "written": Sign("ok", gettext("Written to the candidate"), _because(share), gettext("Written")),
        "ask": Sign("warn", gettext("You decide what to do"), _because(share), gettext("Decide")),
        "refused": Sign("bad", gettext("Not used"), _because(share), gettext("Not used")),
        "withdrawn": Sign("idle", gettext("No longer shared"), _because(share), gettext("No longer shared")),
        "attention": Sign(
            "bad", gettext("No longer shared, but not removed everywhere"), _because(share), gettext("Remove")
        ),
    }
    return signs[share.state]


def credential_sign(credential: ImportedCredential) -> Sign:
    """What the last check of a credential came to; without its file there was none."""
    if not credential.content and credential.verdict.verdict == "unknown":
        title, text = gettext("Shared without a file"), gettext("The issuer's page alone says whether it is valid.")
        return Sign("idle", title, text, title)
    return verdict_sign(credential.verdict)


def for_templates() -> dict[str, Any]:
    """What the templates of these pages may call."""
    return {"share_sign": share_sign, "credential_sign": credential_sign, "staff_may": staff_may}


def _because(share: ImportedShare) -> str:
    """The reason in the reader's language; it is kept as Swedish and English with a stroke between."""
    swedish, _, english = (share.reason or "").partition(" / ")
    return pick({"sv": swedish, "en": english or swedish})
