"""Taking shares in from an employer's own pages: the desk, with a guard on the addresses that a page may make us ask.

A link comes from a stranger's application. It must lead to a public address, by https: a name that is made to point
into this network only after it was looked up has no certificate there (DNS rebinding). Redirects are not followed.
"""

from __future__ import annotations

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask

from mimis_ats.employer import Desk, Taken
from mimis_ats.intake import issuer_of_link, read_share_file
from mimis_ats.issuer import open_link
from mimis_ats.pull import pull_one
from mimis_core import UserError
from mimis_core.services import ImportedShare, Services
from mimis_core.web import TakenIn, current_services, offer_intake


def register(app: Flask) -> None:
    """Offer the desk to the pages of an employer's mimis; a school's takes nothing in."""
    with app.app_context():
        services = current_services()
    if services.settings.role == "employer":
        offer_intake(app, PageIntake(services))


class PageIntake:
    """The desk of one employer as pages use it: :class:`mimis_core.web.Intake`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def take_link(self, link: str, by: str, candidate_email: str | None = None) -> TakenIn:
        """Open a share by its link. Raises UserError with the code ``link`` for an address that may not be asked."""
        self._require_public(link)
        return _told(self._desk(by).take(open_link(link), candidate_email))

    def take_file(self, content: bytes, by: str) -> TakenIn:
        """Take in a sealed file or a saved share. Raises DataError for anything else."""
        share, desk = read_share_file(content), self._desk(by)
        return _told(desk.take(share) if share else desk.take_file(content))

    def check_again(self, share: ImportedShare, by: str) -> TakenIn:
        """Ask again how a share and its credentials stand; one taken back is removed. Raises as the issuer does."""
        if share.link is not None:
            self._require_public(share.link)
        return _told(pull_one(self._services, self._desk(by), share))

    def place(self, share: ImportedShare, by: str, candidate_email: str) -> TakenIn:
        """Write a share to the candidate with this address."""
        return _told(self._desk(by).place(share, candidate_email))

    def _desk(self, by: str) -> Desk:
        return Desk(self._services, by=by)

    def _require_public(self, link: str) -> None:
        host = urlsplit(issuer_of_link(link)).hostname or ""
        is_trial = urlsplit(self._services.settings.base_url).hostname in ("localhost", "127.0.0.1")
        if not leads_outside(host) and not (is_trial and host == "127.0.0.1"):
            raise UserError("The link leads to no public address.", mend="Ask for the whole link.", code="link")


def leads_outside(host: str) -> bool:
    """Whether all addresses that a name has now are public; one that has none does not."""
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    addresses = [ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    return all(one.is_global and not one.is_multicast for one in addresses)


def _told(taken: Taken) -> TakenIn:
    return TakenIn(taken.share, taken.errors)
