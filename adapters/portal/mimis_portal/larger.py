"""A learner's way to something larger: what she has, what is missing, and credentials of other schools that count."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from mimis_core import DataError, TemporaryError, UserError
from mimis_core.web import current_services, gettext, learner_required, limited, pick, signed_in_person
from mimis_portal.check import handed_in, refusal
from mimis_portal.handed_in import unpack
from mimis_portal.learner import learner, talk_to_school


@learner.get("/path")
@learner_required
def path() -> ResponseReturnValue:
    """What she has of larger qualifications, and what is missing."""
    return _page(None)


@learner.post("/path")
@learner_required
@limited("5 per minute; 20 per hour", methods=("POST",), together=True)
def add_part() -> ResponseReturnValue:
    """Let a credential of another school count as a part. It is checked now, which asks its issuer."""
    me = signed_in_person()
    if me.protected:
        return talk_to_school()
    try:
        part = current_services().add_part(me.id, _one_file(handed_in()))
    except TemporaryError:
        return _page(_said("unknown")), 503
    except (DataError, UserError) as error:
        return _page(_said(error.code)), 400
    flash(gettext("Your credential counts. You have %(title)s now.", title=pick(part.title)), "ok")
    return redirect(url_for("learner.path"), 303)


def _one_file(content: bytes) -> bytes:
    """The sealed file in what was handed in. Raises DataError when there is none, or more than one."""
    if not content.strip():
        raise DataError("Nothing was handed in.", code="nothing")
    found = unpack(content)
    if len(found) > 1:
        raise DataError("There is more than one file inside.", code="many")
    return found[0]


def _page(error: str | None) -> str:
    me, services = signed_in_person(), current_services()
    return render_template(
        "portal/path.html", goals=services.path_of(me.id), takes_parts=services.takes_parts(), me=me, error=error
    )


def _said(code: str | None) -> str:
    """Why a file does not count, and what to do."""
    texts = {
        "invalid": gettext("The credential is not valid. Ask those who issued it."),
        "unknown": gettext("We cannot check the credential right now. Try again later, or show it to your school."),
        "name": gettext(
            "There is another name in the credential than the one your school has for you. Talk to your school."
        ),
        "own": gettext("This school has issued it. It counts already, you do not need to hand it in."),
        "not_asked": gettext(
            "No larger qualification here asks for it. Talk to your school if you think it should count."
        ),
        "link": gettext("Links do not work here. Save the sealed file, and choose it here."),
        "many": gettext("There are several files in one. Hand them in one at a time."),
    }
    return texts.get(code or "") or refusal(code)
