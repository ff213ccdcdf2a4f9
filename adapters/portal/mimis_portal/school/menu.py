"""The menu of the school's pages: what the one who is signed in may open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mimis_core.web import gettext, staff_may


@dataclass(frozen=True)
class Item:
    """One line: the endpoint of its page, its text, and what ``aria-current`` says of it: open, open below, or not."""

    endpoint: str
    text: str
    here: Literal["page", "true", "false"]


def menu(endpoint: str | None) -> list[Item]:
    """The lines that she may open, in order; a page ``catalogue.edit`` belongs to the line of its blueprint."""
    lines: tuple[tuple[str, str, str | None], ...] = (
        ("school.home", gettext("Overview"), None),
        ("decisions.awards", gettext("Decisions"), "awards.read"),
        ("attestations.listing", gettext("Attestations"), "attestations.read"),
        ("learners.directory", gettext("Learners"), "learners.read"),
        ("credentials.listing", gettext("Credentials"), "credentials.read"),
        ("deliveries.listing", gettext("Deliveries"), "credentials.read"),
        ("catalogue.entries", gettext("Catalogue"), "catalogue.read"),
        ("statistics.figures", gettext("Statistics"), "stats.read"),
        ("connections.listing", gettext("Connections"), "connections.read"),
        ("rights.listing", gettext("Rights to issue"), "rights.read"),
        ("history.listing", gettext("History"), "audit.read"),
        ("staff.people", gettext("Staff"), "staff.change"),
        ("staff.home", gettext("My account"), None),
    )
    return items(endpoint, *lines)


def items(endpoint: str | None, *lines: tuple[str, str, str | None]) -> list[Item]:
    """Those lines that she may open; each is an endpoint, a text and the action that the page needs, if any."""
    return [
        Item(target, text, _here(target, endpoint or "", exact=endpoint in {line[0] for line in lines}))
        for target, text, action in lines
        if action is None or staff_may(action)
    ]


def _here(target: str, endpoint: str, *, exact: bool) -> Literal["page", "true", "false"]:
    """A page that has a line of its own belongs to no other one."""
    if target == endpoint:
        return "page"
    same = target.rpartition(".")[0] == endpoint.rpartition(".")[0]
    return "true" if same and not exact else "false"
