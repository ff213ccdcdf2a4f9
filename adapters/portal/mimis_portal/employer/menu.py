"""The menu of an employer's pages."""

from __future__ import annotations

from mimis_core.web import gettext
from mimis_portal.school.menu import Item, items


def menu(endpoint: str | None) -> list[Item]:
    """The lines that the one who is signed in may open, in order."""
    return items(
        endpoint,
        ("employer.inbox", gettext("Shared with us"), "shares.read"),
        ("taking_in.ask", gettext("Take in"), "shares.import"),
        ("role_profiles.listing", gettext("Job roles"), "profiles.read"),
        ("staff.people", gettext("Staff"), "staff.change"),
        ("staff.home", gettext("My account"), None),
    )
