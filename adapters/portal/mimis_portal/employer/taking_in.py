"""Taking shares in and asking again: by link, by file, and by what a recruiter decides."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import DataError, NotFoundError, TemporaryError, UserError
from mimis_core.web import TakenIn, current_intake, current_services, current_staff, gettext, limited, staff_required
from mimis_portal.check import handed_in, refusal
from mimis_portal.employer.inbox import can_place, show
from mimis_portal.employer.words import for_templates
from mimis_portal.forms import is_address
from mimis_portal.handed_in import link_in, unpack

taking_in = Blueprint("taking_in", __name__, url_prefix="/employer", template_folder="../templates")
taking_in.context_processor(for_templates)


@taking_in.get("/import")
@staff_required("shares.import")
def ask() -> ResponseReturnValue:
    """A place for a link or a file."""
    return render_template("portal/employer/import.html", link="", email="", error=None)


@taking_in.post("/import")
@staff_required("shares.import", back="taking_in.ask")
@limited("30 per minute; 300 per hour", methods=("POST",))
def take() -> ResponseReturnValue:
    """Take in a share by its link, or sealed files."""
    content = request.form.get("link", "").strip().encode() or handed_in()
    if not content.strip():
        return _refused(gettext("Write the link, or choose a file."))
    email = request.form.get("email", "").strip()
    if email and not is_address(email):
        return _refused(gettext("Write the candidate's e-mail address."))
    try:
        taken = _take(content, email or None)
    except NotFoundError:
        return _refused(gettext("There is no share there any more. Ask the person to share again."))
    except TemporaryError:
        return _refused(gettext("The page did not answer as it should. Check the link, or try again later."), 503)
    except (DataError, UserError) as error:
        return _refused(_why(error.code))
    for one in taken:
        _tell(one)
    if len(taken) > 1:
        return redirect(url_for("employer.inbox"), 303)
    return redirect(url_for("employer.one", import_id=_id(taken[0])), 303)


@taking_in.post("/shares/<import_id>/check")
@staff_required("shares.import", back="employer.inbox")
@limited("30 per minute; 300 per hour", methods=("POST",))
def check_again(import_id: str) -> ResponseReturnValue:
    """Ask the issuer again, now."""
    line = current_services().import_line(import_id)
    return _answered(import_id, lambda: current_intake().check_again(line.share, _me()))


@taking_in.post("/shares/<import_id>/candidate")
@staff_required("shares.import", back="employer.inbox")
@limited("30 per minute; 300 per hour", methods=("POST",))
def place(import_id: str) -> ResponseReturnValue:
    """Write the share to the candidate whom the recruiter has decided on."""
    line, email = current_services().import_line(import_id), request.form.get("email", "").strip()
    if not is_address(email):
        return show(import_id, email, gettext("Write the candidate's e-mail address.")), 400
    if not can_place(line.share):
        raise NotFoundError("Nothing is to be decided about this share.", code="unknown")
    return _answered(import_id, lambda: current_intake().place(line.share, _me(), email))


def _take(content: bytes, email: str | None) -> list[TakenIn]:
    link = link_in(content)
    if link is not None:
        return [current_intake().take_link(link, _me(), email)]
    is_pdf = b"%PDF-" in content[:1024]
    return [current_intake().take_file(one, _me()) for one in (unpack(content) if is_pdf else [content])]


def _answered(import_id: str, do: Callable[[], TakenIn]) -> ResponseReturnValue:
    try:
        _tell(do())
    except NotFoundError:
        flash(gettext("The share is gone."), "bad")
    except (TemporaryError, UserError):
        flash(gettext("We cannot ask the issuer right now. This says nothing about the credential."), "warn")
    return redirect(url_for("employer.one", import_id=import_id), 303)


def _tell(taken: TakenIn) -> None:
    if taken.errors:
        flash(gettext("A recruitment system did not answer. mimis tries again at the next round."), "warn")
        return
    words = {
        "verified": gettext("Checked. Nothing was written anywhere."),
        "written": gettext("Checked, and it stands in the recruitment system."),
        "ask": gettext("Checked. Now you decide what to do."),
        "refused": gettext("Checked. It is not used."),
        "withdrawn": gettext("The share is not open any more. What stood here is removed."),
        "attention": gettext("The share is not open any more, but it is not removed everywhere."),
    }
    tones = {"verified": "ok", "written": "ok", "ask": "warn", "refused": "bad", "withdrawn": "idle"}
    flash(words[taken.share.state], tones.get(taken.share.state, "bad"))


def _me() -> str:
    return current_staff().staff.id


def _id(taken: TakenIn) -> str:
    return current_services().import_of(taken.share.key).id


def _why(code: str | None) -> str:
    if code == "link":
        return gettext("That is no link to a share. Use the whole link, as you got it: https://.../s/...")
    return refusal(code)


def _refused(error: str, status: int = 400) -> ResponseReturnValue:
    fields = {name: request.form.get(name, "") for name in ("link", "email")}
    return render_template("portal/employer/import.html", **fields, error=error), status
