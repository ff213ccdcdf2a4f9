"""Checking a file that someone was given. Nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from mimis_core import CredentialFacts, DataError, TemporaryError, UserError, Verdict
from mimis_core.web import current_services, gettext, limited
from mimis_portal.handed_in import link_in, unpack

check = Blueprint("check", __name__, template_folder="templates")


@dataclass(frozen=True)
class Answer:
    """What is said of one file; ``facts`` is None when it is too broken to say anything itself."""

    verdict: Verdict
    facts: CredentialFacts | None

    @property
    def is_unreadable(self) -> bool:
        """Whether it is no credential at all, which is no verdict on one."""
        return [(one.type, one.status) for one in self.verdict.checks] == [("format", "error")]


@check.get("/check")
def ask() -> ResponseReturnValue:
    """A place to give the file."""
    return render_template("portal/check.html", error=None, cannot=False)


@check.post("/check")
@limited("30 per minute; 300 per hour", methods=("POST",))
def answer() -> ResponseReturnValue:
    """The verdict on a file, and the checks that it rests on."""
    content = handed_in()
    own = _own_page(link_in(content))
    if own:
        return redirect(own, 303)
    if not content.strip():
        return _refused("nothing")
    try:
        answers = [_answer_on(one) for one in unpack(content)]
    except TemporaryError:
        return render_template("portal/check.html", error=None, cannot=True), 503
    except (DataError, UserError) as error:
        return _refused(error.code)
    if all(one.is_unreadable for one in answers):
        return _refused(None)
    return render_template("portal/verdict.html", answers=answers)


def handed_in() -> bytes:
    """The file of the form that was sent, or the text that was pasted instead."""
    upload = request.files.get("file")
    if upload and upload.filename:
        uploaded: bytes = upload.read()
        return uploaded
    return request.form.get("text", "").encode()


def refusal(code: str | None) -> str:
    """Why something that was handed in cannot be checked, and what to do."""
    texts = {
        "nothing": gettext("Choose a file, or paste the text of one."),
        "picture": gettext("A picture proves nothing. Point the phone's camera at the QR code, or ask for the file."),
        "pdf": gettext(
            "There is no sealed file inside the PDF. Ask for the PDF as it was saved, not printed or scanned."
        ),
        "nameless": gettext("The share is without a name, so it holds no file to check. Ask for a share with a name."),
        "many": gettext("There are too many files in one. Check them one at a time."),
        "link": gettext(
            "We do not open links to other places. Open it yourself, save the sealed file there, and choose it here."
        ),
    }
    return texts.get(code or "") or gettext("This is not a credential that we can read. Choose the file as you got it.")


def _answer_on(content: bytes) -> Answer:
    verdict = current_services().verify(content, fresh=True)
    try:
        return Answer(verdict, current_services().read(content))
    except (DataError, UserError):
        return Answer(verdict, None)


def _own_page(link: str | None) -> str | None:
    """The link, when it leads to a share or a credential of this mimis, whose page answers by itself."""
    base = current_services().settings.base_url.rstrip("/")
    return link if link and link.startswith((f"{base}/s/", f"{base}/c/")) else None


def _refused(code: str | None) -> ResponseReturnValue:
    return render_template("portal/check.html", error=refusal(code), cannot=False), 400
