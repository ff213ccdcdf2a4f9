"""Checking a file or a link that someone was given. Nothing is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from mimis_core import CredentialFacts, DataError, NotFoundError, TemporaryError, UserError, Verdict
from mimis_core.web import ShareReader, current_services, current_share_reader, gettext, limited
from mimis_portal.handed_in import leads_to_status, link_in, some, unpack

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
    """The verdict on a file, or on those at a link, and the checks that it rests on."""
    content = handed_in()
    link = link_in(content)
    if link is not None:
        return _answer_link(link)
    if not content.strip():
        return _refused("nothing")
    return _answered(lambda: unpack(content), by_link=False)


def _answer_link(link: str) -> ResponseReturnValue:
    if _is_own_page(link):
        return redirect(link, 303)
    reader = current_share_reader()
    if leads_to_status(link):
        return _refused("status")
    return _refused("link") if reader is None else _opened(link, reader)


@limited("5 per minute; 30 per hour", methods=("POST",), together=True)
def _opened(link: str, reader: ShareReader) -> ResponseReturnValue:
    """The verdict on what is at a link, which is opened for whoever gave it: strictly bounded, since it asks others."""
    try:
        found = reader.read(link)
    except NotFoundError:
        return _refused("gone")
    except TemporaryError:
        return _refused("silent", 503)
    except (DataError, UserError):
        return _refused("link")
    return _answered(lambda: some(found, "nameless"), by_link=True)


def _answered(files: Callable[[], list[bytes]], *, by_link: bool) -> ResponseReturnValue:
    try:
        answers = [_answer_on(one) for one in files()]
    except TemporaryError:
        return render_template("portal/check.html", error=None, cannot=True), 503
    except (DataError, UserError) as error:
        return _refused(error.code)
    if all(one.is_unreadable for one in answers):
        return _refused(None)
    return render_template("portal/verdict.html", answers=answers, by_link=by_link)


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
        "nameless": gettext(
            "The share is without a name, so it holds no file to check. You can ask on its page who it is."
        ),
        "many": gettext("There are too many files in one. Check them one at a time."),
        "link": gettext(
            "That is no link to a share that we can open. Open it yourself, save the sealed file, and choose it here."
        ),
        "status": gettext(
            "That link leads to a page that names nobody. Open it yourself: it says whether the credential is valid. "
            "To see whose it is, ask the person for a share or for the file."
        ),
        "gone": gettext("There is no share there any more. Ask the person to share again."),
        "silent": gettext("The page did not answer as it should. Check the link, or try again later."),
    }
    return texts.get(code or "") or gettext("This is not a credential that we can read. Choose the file as you got it.")


def _answer_on(content: bytes) -> Answer:
    verdict = current_services().verify(content, fresh=True)
    try:
        return Answer(verdict, current_services().read(content))
    except (DataError, UserError):
        return Answer(verdict, None)


def _is_own_page(link: str) -> bool:
    """Whether a link leads to a share or a credential of this mimis, whose page answers by itself."""
    base = current_services().settings.base_url.rstrip("/")
    return link.startswith((f"{base}/s/", f"{base}/c/"))


def _refused(code: str | None, status: int = 400) -> ResponseReturnValue:
    return render_template("portal/check.html", error=refusal(code), cannot=False), status
