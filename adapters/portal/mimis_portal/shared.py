"""What the holder of a share link sees: for people a page, for programs the same as JSON."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from mimis_core import NotFoundError
from mimis_core.services import OpenShare, SharedCredential
from mimis_core.web import current_services, gettext, limited, problem
from mimis_portal.learner import as_download

shared = Blueprint("shared", __name__, url_prefix="/s", template_folder="templates")

STATE_HEADER = "Mimis-Share"
"""Says on HEAD how a share stands; its presence tells mimis' own answer from that of a proxy."""
PREVIEWERS = re.compile(
    r"(?<!cu)bot\b|crawler|spider|preview|facebookexternalhit|whatsapp|embedly|slack-imgproxy", re.I
)
"""Names of programs that fetch a link as soon as it stands in a message; Cubot is a telephone."""


@shared.get("/<token>")
@limited("60 per minute")
def page(token: str) -> ResponseReturnValue:
    """The share. Opening it is recorded as a look; a link preview is not, and sees nothing."""
    as_json = request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
    if request.method == "HEAD":
        return _state(token)
    if _is_previewer():
        return render_template("portal/shared_closed.html", preview=True)
    try:
        opened = current_services().open_share(token, "link-system" if as_json else "link")
    except NotFoundError as error:
        return _gone(error, as_json)
    answer = (
        jsonify(_as_data(opened))
        if as_json
        else Response(render_template("portal/shared.html", opened=opened, token=token))
    )
    answer.vary.add("Accept")
    return answer


@shared.get("/<token>/files/<int:number>")
@limited("60 per minute")
def file(token: str, number: int) -> ResponseReturnValue:
    """One sealed file of the share, counted from 1. Recorded as a look of its own."""
    if request.method == "HEAD" or _is_previewer():
        return "", 204
    try:
        opened = current_services().open_share(token, "link-file")
    except NotFoundError as error:
        return _gone(error, as_json=False)
    sealed = opened.credentials[number - 1].sealed if 0 < number <= len(opened.credentials) else None
    if sealed is None:
        raise NotFoundError(f"The share has no file {number}.", code="unknown")
    return as_download(sealed)


def _state(token: str) -> ResponseReturnValue:
    """How the share stands, for an employer's system that follows it; shows nothing, so it is no look."""
    state = current_services().share_state(token)
    return "", 200 if state == "active" else 410, {STATE_HEADER: state}


def _is_previewer() -> bool:
    ahead = f"{request.headers.get('Purpose', '')} {request.headers.get('Sec-Purpose', '')}"
    return "prefetch" in ahead or PREVIEWERS.search(request.headers.get("User-Agent", "")) is not None


def _gone(error: NotFoundError, as_json: bool) -> ResponseReturnValue:
    if error.code not in ("withdrawn", "expired"):
        raise error
    if as_json:
        return problem(410, gettext("The share is not open any more"), code=error.code)
    return render_template("portal/shared_closed.html", reason=error.code), 410


def _as_data(opened: OpenShare) -> dict[str, Any]:
    return {
        "share": {
            "id": opened.share.id,
            "purpose": opened.share.purpose,
            "until": opened.share.until.isoformat(),
        },
        "learner_name": opened.learner_name,
        "credentials": [_credential_data(one) for one in opened.credentials],
    }


def _credential_data(one: SharedCredential) -> dict[str, Any]:
    return {
        "urn": one.view.urn,
        "title": one.view.achievement.title,
        "issuer": one.view.issuer.legal_name,
        "status": one.view.status.status.value,
        "issued_at": one.view.issued_at.isoformat(),
        "sealed": one.sealed.content.decode("utf-8") if one.sealed else None,
    }
