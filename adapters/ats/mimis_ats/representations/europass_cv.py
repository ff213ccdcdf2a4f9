"""A share as a Europass CV, drawn up by the school's own credential format where that can."""

from __future__ import annotations

from mimis_core import CredentialStatus, UserError
from mimis_core.services import OpenShare, Services


def europass_cv(opened: OpenShare, language: str, services: Services) -> bytes:
    """Write it from the sealed files that are in force.

    Raises UserError with the code ``anonymous``, or ``format`` where the school's format writes no CV.
    """
    if opened.share.anonymous:
        raise UserError("A CV says whose it is; this share is without a name.", code="anonymous")
    held = (one for one in opened.credentials if one.view.status.status is CredentialStatus.ACTIVE)
    return services.curriculum([one.sealed.content for one in held if one.sealed], language)
