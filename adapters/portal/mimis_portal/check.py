"""Checking a file that someone was given. Nothing is stored."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from mimis_core import CredentialFacts, DataError, TemporaryError, UserError
from mimis_core.web import current_services, gettext, limited

check = Blueprint("check", __name__, template_folder="templates")


@check.get("/check")
def ask() -> ResponseReturnValue:
    """A place to give the file."""
    return render_template("portal/check.html")


@check.post("/check")
@limited("30 per minute; 300 per hour", methods=("POST",))
def answer() -> ResponseReturnValue:
    """The verdict on a file, and the checks that it rests on."""
    content = _content()
    if not content.strip():
        return _refused(gettext("Choose a file, or paste the text of one."))
    try:
        verdict = current_services().verify(content, fresh=True)
    except TemporaryError:
        return render_template("portal/check.html", cannot=True), 503
    except (DataError, UserError):
        return _refused(gettext("This is not a credential that we can read. Choose the file as you got it."))
    if [(one.type, one.status) for one in verdict.checks] == [("format", "error")]:
        return _refused(gettext("This is not a credential that we can read. Choose the file as you got it."))
    return render_template("portal/verdict.html", verdict=verdict, facts=_facts(content))


def _content() -> bytes:
    upload = request.files.get("file")
    if upload and upload.filename:
        uploaded: bytes = upload.read()
        return uploaded
    return request.form.get("text", "").encode()


def _facts(content: bytes) -> CredentialFacts | None:
    """What the file says of itself, unless it is too broken to say anything."""
    try:
        return current_services().read(content)
    except (DataError, UserError):
        return None


def _refused(error: str) -> ResponseReturnValue:
    return render_template("portal/check.html", error=error), 400
