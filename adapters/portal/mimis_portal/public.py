"""Pages for everyone: the start page, the page behind a credential's QR code, and its signed status."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from mimis_core.web import current_learner, current_services, limited

public = Blueprint("public", __name__, template_folder="templates")

ASSESSED = date(2026, 11, 30)
"""When the pages were last assessed by the law on accessibility, and the statement was changed after that."""

STATUS_SECONDS = 300
"""How long a status answer may be reused, here and along the way."""


@public.get("/")
def start() -> ResponseReturnValue:
    """What this is, and the ways in."""
    signed_in = current_learner() is not None
    return render_template("portal/start.html", signed_in=signed_in, email="", email_error=None)


@public.get("/c/<public_id>")
@limited("120 per minute")
def credential(public_id: str) -> ResponseReturnValue:
    """The page behind the QR code: issuer, achievement and status, and nobody's name."""
    shown = current_services().public_credential(public_id)
    return render_template("portal/public.html", credential=shown, error=None)


@public.get("/status/<public_id>")
@limited("300 per minute")
def status(public_id: str) -> ResponseReturnValue:
    """The signed status for programs of any origin; it names nobody."""
    return _signed(current_services().signed_status(public_id), "application/jose")


@public.get("/status/list/<int:list_no>/<purpose>")
@limited("120 per minute")
def status_list(list_no: int, purpose: str) -> ResponseReturnValue:
    """A signed Bitstring Status List: how all credentials of the list stand, by their places alone."""
    return _signed(current_services().signed_status_list(list_no, purpose), "application/vc+jwt")


@public.get("/endorsements/<endorsement_id>")
@limited("120 per minute")
def endorsement(endorsement_id: str) -> ResponseReturnValue:
    """A signed endorsement, as its endorser made it: an organisation's word on an entry, and no person."""
    return _signed(current_services().endorsement_file(endorsement_id).content, "application/jwt")


@public.get("/accessibility")
def accessibility() -> ResponseReturnValue:
    """The statement that the law asks of public bodies, with the school's own data."""
    address = current_services().settings.base_url
    return render_template("portal/accessibility.html", assessed=ASSESSED, address=address)


def _signed(content: bytes, content_type: str) -> Response:
    answer = Response(content, content_type=content_type)
    answer.headers["Cache-Control"] = f"public, max-age={STATUS_SECONDS}"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
