"""What is done to a credential: each asks first, on a page of its own, and says what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import DataError, MimisError, PermanentError, TemporaryError, UserError
from mimis_core.web import current_services, current_staff, gettext, staff_required
from mimis_portal.school.credentials import credentials

LONGEST_REASON = 1000
WITH_REASON = ("suspend", "revoke", "reissue")
"""What the learner is told a reason for, which a person writes."""


@credentials.route("/<credential_id>/suspend", methods=("GET", "POST"))
@staff_required("credential.suspend", back="credentials.listing")
def suspend(credential_id: str) -> ResponseReturnValue:
    """Stop it while something is checked."""
    act = partial(current_services().suspend_credential, credential_id)
    return _ask_or_do(credential_id, "suspend", act, gettext("Stopped for now. The learner is told why."))


@credentials.route("/<credential_id>/reinstate", methods=("GET", "POST"))
@staff_required("credential.reinstate", back="credentials.listing")
def reinstate(credential_id: str) -> ResponseReturnValue:
    """Let it be valid again."""
    act = partial(current_services().reinstate_credential, credential_id)
    return _ask_or_do(credential_id, "reinstate", act, gettext("The credential is valid again. The learner is told."))


@credentials.route("/<credential_id>/revoke", methods=("GET", "POST"))
@staff_required("credential.revoke", back="credentials.listing")
def revoke(credential_id: str) -> ResponseReturnValue:
    """Take it back for good."""
    act = partial(current_services().revoke_credential, credential_id)
    return _ask_or_do(credential_id, "revoke", act, gettext("Revoked. The learner is told why."))


@credentials.route("/<credential_id>/reissue", methods=("GET", "POST"))
@staff_required("credential.reissue", back="credentials.listing")
def reissue(credential_id: str) -> ResponseReturnValue:
    """Replace it by a corrected one, from the names and texts of today."""
    act = partial(current_services().reissue_credential, credential_id)
    return _ask_or_do(credential_id, "reissue", act, gettext("A corrected credential is issued. The learner is told."))


@credentials.route("/<credential_id>/renew", methods=("GET", "POST"))
@staff_required("credential.renew", back="credentials.listing")
def renew(credential_id: str) -> ResponseReturnValue:
    """Decide that it is renewed from today."""
    act = partial(current_services().renew_credential, credential_id)
    return _ask_or_do(credential_id, "renew", act, gettext("Renewed. The new credential is issued in a moment."))


def _ask_or_do(credential_id: str, what: str, act: Callable[..., object], done: str) -> ResponseReturnValue:
    found = current_services().issued_credential(credential_id)
    reason, error = " ".join(request.form.get("reason", "").split()), None
    if request.method == "POST":
        given = {"reason": reason} if what in WITH_REASON else {}
        error = _wrong_reason(reason) if given else None
        if error is None:
            try:
                act(**given, by=current_staff().staff.id)
                flash(done, "ok")
            except MimisError as refused:
                flash(_refusal(refused), "warn")
            return redirect(url_for("credentials.credential", credential_id=credential_id), 303)
    page = render_template("portal/school/credential_change.html", found=found, what=what, reason=reason, error=error)
    return page, 400 if error else 200


def _wrong_reason(reason: str) -> str | None:
    if not reason:
        return gettext("Write why. The learner reads it.")
    if len(reason) > LONGEST_REASON:
        return gettext("Write at most %(most)s characters.", most=LONGEST_REASON)
    return None


def _refusal(error: MimisError) -> str:
    """Why nothing was changed, in words; raises what is no refusal."""
    if isinstance(error, TemporaryError):
        return gettext("The seal cannot be reached right now. Nothing is changed. Try again in a while.")
    if isinstance(error, DataError):
        return gettext("The description in the catalogue does not pass the technical check. Correct it there first.")
    if isinstance(error, PermanentError):
        return gettext("It cannot be issued: the learner is protected, or the owner does not let the school issue it.")
    if isinstance(error, UserError):
        return gettext("The credential cannot be changed like that. Look at how it stands now.")
    raise error
