"""The guard on links that somebody else may make us open."""

from __future__ import annotations

from mimis_ats.intake import issuer_of_link
from mimis_core import UserError
from mimis_core.services import may_be_asked


def require_public(link: str, base_url: str) -> None:
    """Raise UserError with the code ``link`` for what is no share page's link, or leads to no public address.

    A mimis whose own ``base_url`` is on this machine is a trial, and may ask this machine.
    """
    if not may_be_asked(issuer_of_link(link), base_url):
        raise UserError("The link leads to no public address.", mend="Ask for the whole link.", code="link")
