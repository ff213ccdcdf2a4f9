"""Which pages of the portal are asked for: all that can be opened by an address, and lists as people filter them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask

from tests.browser.places import Names, Place, places

LEFT_OUT = {
    "connections.check": "opened by its address, it only leads back to the list",
}
"""Beside what is no page to tests/browser either: sealed files and other downloads, statuses, what is for programs."""
ASKED = {
    "attestations.choose": ("q=åsa",),
    "attestations.listing": ("state=over",),
    "credentials.listing": ("q=åsa+öberg", "status=revoked", "entry={entry}", "month={month}", "after={credential_id}"),
    "credentials.renewals": ("of=expired",),
    "decisions.awards": ("state=approved", "state=recent", "q=åsa+öberg", "entry={entry}"),
    "deliveries.listing": ("state=sent", "state=queued"),
    "history.listing": ("before=50000", "subject={credential_id}"),
    "learners.directory": ("q=åsa+öberg", "q=å", "after={learner_id}"),
    "shared.page": ("lang=en",),
    "statistics.figures": ("from={month}",),
}
"""Queries of pages that look elsewhere in the database for them."""


@dataclass(frozen=True)
class Page:
    """A page with a query, or without one."""

    place: Place
    query: str

    def __str__(self) -> str:
        return f"{self.place.endpoint}?{self.query}" if self.query else self.place.endpoint

    def path(self, app: Flask, names: Names) -> str:
        """Its address for given names. Raises LookupError for a part that has none."""
        try:
            path = self.place.path(app, names)
        except LookupError:
            raise LookupError(f"bench/visitors.py has to name each part of {self.place.rule}.") from None
        return f"{path}?{self.query.format_map(names)}" if self.query else path


def all_pages(app: Flask) -> Iterator[Page]:
    """All pages of an app, in the order of their addresses."""
    for place in places(app):
        if place.endpoint not in LEFT_OUT:
            yield from (Page(place, query) for query in ("", *ASKED.get(place.endpoint, ())))
