"""What the holder of a share link sees: for people a page, for programs the same as JSON or the sealed file itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import NotFoundError, Sealed, UserError, Verdict
from mimis_core.services import CredentialView, OpenShare, SharedCredential
from mimis_core.web import current_services, gettext, limited, problem
from mimis_portal import words
from mimis_portal.forms import today
from mimis_portal.learner import as_download
from mimis_portal.share_words import reveal_reasons

shared = Blueprint("shared", __name__, url_prefix="/s", template_folder="templates")

STATE_HEADER = "Mimis-Share"
"""Says on HEAD how a share stands; its presence tells mimis' own answer from that of a proxy."""
PREVIEWERS = re.compile(
    r"(?<!cu)bot\b|crawler|spider|preview|facebookexternalhit|whatsapp|embedly|slack-imgproxy", re.I
)
"""Names of programs that fetch a link as soon as it stands in a message; Cubot is a telephone."""
PAGE, DATA = "text/html", "application/json"
FILES = ("application/jose+json", "application/jwt", "application/vc")
"""Media types of sealed files, the main format's or a badge's: asked for one, a share of one such file gives it."""
VIEWERS = {PAGE: "link", DATA: "link-system", **dict.fromkeys(FILES, "link-file")}
"""What is recorded as having looked, by what was asked for."""


@dataclass(frozen=True)
class Shown:
    """One credential on the page, with what the check of its file found; both None without a file."""

    view: CredentialView
    sealed: Sealed | None
    verdict: Verdict | None


@shared.get("/<token>")
@limited("60 per minute")
def page(token: str) -> ResponseReturnValue:
    """The share. Opening it is recorded as a look; a link preview is not, and sees nothing."""
    if request.method == "HEAD":
        return _state(token)
    if is_previewer():
        return render_template("portal/shared_closed.html", preview=True, reason=None)
    wanted = request.accept_mimetypes.best_match(VIEWERS, default=PAGE)
    try:
        opened = current_services().open_share(token, VIEWERS[wanted])
    except NotFoundError as error:
        return _gone(error, as_json=wanted != PAGE)
    answer = _answer(opened, token, wanted)
    answer.vary.add("Accept")
    return answer


@shared.get("/<token>/files/<int:number>")
@limited("60 per minute")
def file(token: str, number: int) -> ResponseReturnValue:
    """One sealed file of the share, counted from 1. Recorded as a look of its own."""
    if request.method == "HEAD" or is_previewer():
        return "", 204
    try:
        opened = current_services().open_share(token, "link-file")
    except NotFoundError as error:
        return _gone(error, as_json=False)
    sealed = opened.credentials[number - 1].sealed if 0 < number <= len(opened.credentials) else None
    if sealed is None:
        raise NotFoundError(f"The share has no file {number}.", code="unknown")
    return as_download(sealed)


@shared.get("/<token>/files/<int:number>/pdf")
@limited("20 per minute")
def pdf(token: str, number: int) -> ResponseReturnValue:
    """One credential of the share as a PDF that leads back to it, with the sealed file in it; a look of its own."""
    if request.method == "HEAD" or is_previewer():
        return "", 204
    try:
        return as_download(current_services().open_printed(token, "link-file", number))
    except NotFoundError as error:
        return _gone(error, as_json=False)


@shared.post("/<token>/reveal")
@limited("20 per minute", methods=("POST",))
def ask_to_reveal(token: str) -> ResponseReturnValue:
    """Ask the learner of a share without a name who she is; she alone decides."""
    try:
        wish = current_services().ask_to_reveal(token, request.form.get("reason", ""))
    except NotFoundError as error:
        return _gone(error, as_json=False)
    except UserError as error:
        if error.code != "named":
            raise
        return redirect(url_for("shared.page", token=token), 303)
    return render_template("portal/shared_asked.html", wish=wish, token=token)


def _answer(opened: OpenShare, token: str, wanted: str) -> Response:
    if wanted == DATA:
        return jsonify(_as_data(opened))
    if wanted == PAGE:
        return Response(_page(opened, token))
    fitting = [one.sealed for one in opened.credentials if one.sealed and one.sealed.media_type == wanted]
    if len(fitting) == 1:
        return as_download(fitting[0])
    return problem(406, gettext("The share is not one file of that kind. Ask for application/json."), code="several")


def _page(opened: OpenShare, token: str) -> str:
    check = current_services().check_shared
    shown = [Shown(one.view, one.sealed, check(one)) for one in opened.credentials]
    return render_template(
        "portal/shared.html",
        opened=opened,
        shown=shown,
        sign=_sign(shown),
        token=token,
        can_print=current_services().can_print,
        checked_on=today(),
        reveal_reasons=reveal_reasons(),
    )


def _sign(shown: Sequence[Shown]) -> words.Sign:
    """One sign for all: what their issuer says of them, unless a file is not what was sealed."""
    for verdict in (one.verdict for one in shown):
        if verdict and any(one.status == "error" and one.type in ("format", "seal") for one in verdict.checks):
            return words.verdict_sign(verdict)
    return words.worst_sign([one.view.status for one in shown])


def _state(token: str) -> ResponseReturnValue:
    """How the share stands, for an employer's system that follows it; shows nothing, so it is no look."""
    state = current_services().share_state(token)
    return "", 200 if state == "active" else 410, {STATE_HEADER: state}


def is_previewer() -> bool:
    """Whether a program fetches the page ahead of a person, who may never open it."""
    ahead = f"{request.headers.get('Purpose', '')} {request.headers.get('Sec-Purpose', '')}"
    return "prefetch" in ahead or PREVIEWERS.search(request.headers.get("User-Agent", "")) is not None


def _gone(error: NotFoundError, as_json: bool) -> ResponseReturnValue:
    if error.code not in ("withdrawn", "expired"):
        raise error
    if as_json:
        return problem(410, gettext("The share is not open any more"), code=error.code)
    return render_template("portal/shared_closed.html", preview=False, reason=error.code), 410


def _as_data(opened: OpenShare) -> dict[str, Any]:
    return {
        "share": {
            "id": opened.share.id,
            "purpose": opened.share.purpose,
            "until": opened.share.until.isoformat(),
        },
        "learner_name": opened.learner_name,
        "credentials": [
            _credential_data(one, f"{opened.share.url}/files/{number}")
            for number, one in enumerate(opened.credentials, 1)
        ],
    }


def _credential_data(one: SharedCredential, address: str) -> dict[str, Any]:
    return {
        "urn": one.view.urn,
        "title": one.view.achievement.title,
        "issuer": one.view.issuer.legal_name,
        "status": one.view.status.status.value,
        "issued_at": one.view.issued_at.isoformat(),
        "sealed": one.sealed.content.decode("utf-8") if one.sealed else None,
        "media_type": one.sealed.media_type if one.sealed else None,
        "file": address if one.sealed else None,
    }
