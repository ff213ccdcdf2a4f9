"""A share as a Europass CV, drawn up by the school's own credential format where that can."""

from __future__ import annotations

from mimis_ats.representations.common import in_force
from mimis_core import UserError
from mimis_core.services import OpenShare, Services


def europass_cv(opened: OpenShare, language: str, services: Services) -> bytes:
    """Write it from the sealed files that are in force.

    Raises UserError with the code ``anonymous``, or ``format`` where the school's format writes no CV.
    """
    if opened.share.anonymous:
        raise UserError("A CV says whose it is; this share is without a name.", code="anonymous")
    return services.curriculum([one.sealed.content for one in in_force(opened) if one.sealed], language)
