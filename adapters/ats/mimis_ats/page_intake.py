"""Taking shares in from an employer's own pages: the desk, with a guard on the addresses that a page may make us ask.

A link comes from a stranger's application. It must lead to a public address, and redirects are not followed.
"""

from __future__ import annotations

from flask import Flask

from mimis_ats.employer import Desk, Taken
from mimis_ats.guard import require_public
from mimis_ats.intake import read_share_file
from mimis_ats.issuer import open_link
from mimis_ats.listening import is_at
from mimis_ats.pull import pull_one
from mimis_ats.telling import tell_now
from mimis_core.services import ImportedShare, Services
from mimis_core.web import TakenIn, current_services, offer_intake


def register(app: Flask) -> None:
    """Offer the desk to the pages of an employer's mimis; a school's takes nothing in."""
    if is_at(app, "employer"):
        with app.app_context():
            offer_intake(app, PageIntake(current_services()))


class PageIntake:
    """The desk of one employer as pages use it: :class:`mimis_core.web.Intake`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def take_link(self, link: str, by: str, candidate_email: str | None = None) -> TakenIn:
        """Open a share by its link. Raises UserError with the code ``link`` for an address that may not be asked."""
        require_public(link, self._services.settings.base_url)
        return self._told(self._desk(by).take(open_link(link), candidate_email), by)

    def take_file(self, content: bytes, by: str) -> TakenIn:
        """Take in a sealed file or a saved share. Raises DataError for anything else."""
        share, desk = read_share_file(content), self._desk(by)
        return self._told(desk.take(share) if share else desk.take_file(content), by)

    def check_again(self, share: ImportedShare, by: str) -> TakenIn:
        """Ask again how a share and its credentials stand; one taken back is removed. Raises as the issuer does."""
        if share.link is not None:
            require_public(share.link, self._services.settings.base_url)
        return self._told(pull_one(self._services, self._desk(by), share), by)

    def place(self, share: ImportedShare, by: str, candidate_email: str) -> TakenIn:
        """Write a share to the candidate with this address."""
        return self._told(self._desk(by).place(share, candidate_email), by)

    def _desk(self, by: str) -> Desk:
        return Desk(self._services, by=by)

    def _told(self, taken: Taken, by: str) -> TakenIn:
        """The result for a page, once the issuer was told of it; one that does not answer is told by the next round."""
        return TakenIn(tell_now(self._services, taken.share, by)[0], taken.errors)
