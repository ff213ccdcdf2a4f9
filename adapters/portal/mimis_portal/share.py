"""Sharing: the learner chooses, sees exactly what will be seen, says yes, and can take it back."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import CredentialStatus
from mimis_core.services import CredentialView, Partner, ShareView, nameless
from mimis_core.web import current_services, gettext, learner_required, limited, signed_in_person
from mimis_portal.forms import PURPOSE_MAX, ShareForm, last_end, today
from mimis_portal.learner import as_download, gets_mail, talk_to_school
from mimis_portal.share_words import notice_text, reveal_reasons, trace_text

SHOWN_LOOKS = 20
"""Looks of one share that are listed, the latest; the export holds all."""

share = Blueprint("share", __name__, url_prefix="/me", template_folder="templates")


@share.get("/share")
@learner_required
def new() -> ResponseReturnValue:
    """An empty form, with the credential that the learner came from already chosen."""
    if signed_in_person().protected:
        return talk_to_school()
    return _form_page(ShareForm.blank(request.args.getlist("credential")))


@share.post("/share")
@learner_required
@limited("60 per minute", methods=("POST",))
def decide() -> ResponseReturnValue:
    """Step by step: preview, change, or the learner's yes."""
    if signed_in_person().protected:
        return talk_to_school()
    form, step = ShareForm.of(request.form), request.form.get("step")
    if step == "change":
        return _form_page(form)
    credentials, partners = _credentials(), _partners()
    order = form.order(credentials, partners)
    if order is None:
        return _form_page(form), 400
    if step == "yes":
        made = current_services().create_share(signed_in_person().id, order)
        flash(gettext("Done. The share is open until the day you chose."), "ok")
        return redirect(url_for("share.mine", _anchor=f"share-{made.id}"), 303)
    return render_template(
        "portal/share_preview.html",
        form=form,
        order=order,
        partner=partners.get(form.partner_id),
        chosen=[nameless(one) if order.anonymous else one for one in map(credentials.__getitem__, form.credential_ids)],
        birth_date=current_services().settings.show_birth_date,
    )


@share.get("/shares")
@learner_required
def mine() -> ResponseReturnValue:
    """All shares: who has looked, when, and a button that takes each back."""
    me = signed_in_person()
    services = current_services()
    page = {"shares": services.shares_of(me.id), "gets_mail": gets_mail(me), "can_print": services.can_print}
    words = {"trace_text": trace_text, "notice_text": notice_text, "reveal_reasons": reveal_reasons()}
    return render_template("portal/shares.html", **page, **words, qr_code=qr_code, SHOWN_LOOKS=SHOWN_LOOKS)


@share.get("/shares/<share_id>/pdf/<credential_id>")
@learner_required
@limited("20 per minute")
def pdf(share_id: str, credential_id: str) -> ResponseReturnValue:
    """A shared credential as a PDF for an application: its code leads to the share."""
    return as_download(current_services().printed_for(signed_in_person().id, share_id, credential_id))


@share.post("/shares/<share_id>/withdraw")
@learner_required
def withdraw(share_id: str) -> ResponseReturnValue:
    """Take a share back. From now on its page answers that it is gone."""
    services, me = current_services(), signed_in_person().id
    services.withdraw_share(me, share_id)
    taken = next((one for one in services.shares_of(me) if one.id == share_id), None)
    flash(_withdrawn_words(taken), "ok")
    return redirect(url_for("share.mine"), 303)


@share.post("/shares/<share_id>/reveal")
@learner_required
def reveal(share_id: str) -> ResponseReturnValue:
    """Put her name on a share that has none, from now on."""
    current_services().reveal_share(signed_in_person().id, share_id)
    flash(gettext("Done. The share shows your name now."), "ok")
    return redirect(url_for("share.mine", _anchor=f"share-{share_id}"), 303)


@share.post("/shares/<share_id>/decline")
@learner_required
def decline(share_id: str) -> ResponseReturnValue:
    """Answer no to whoever wants to know whose a share is."""
    current_services().decline_reveal(signed_in_person().id, share_id)
    flash(gettext("Your answer is no. The share still does not say who you are."), "ok")
    return redirect(url_for("share.mine", _anchor=f"share-{share_id}"), 303)


@lru_cache(maxsize=1_000)
def qr_code(address: str) -> str:
    """A QR code of an address, as a data URI. Drawing one takes three milliseconds: those last asked for are kept."""
    return str(segno.make(address, error="m").svg_data_uri(scale=4, border=2))


def _withdrawn_words(taken: ShareView | None) -> str:
    if taken and taken.partner:
        return gettext(
            "The share is removed. %(employer)s can no longer open the credential here. "
            "If they saved a copy we cannot delete it, but we have asked them to.",
            employer=taken.partner.name,
        )
    return gettext("The share is removed. The link no longer works. If someone saved a copy we cannot delete it.")


def _form_page(form: ShareForm) -> str:
    page: dict[str, Any] = {
        "form": form,
        "credentials": list(_credentials().values()),
        "partners": list(_partners().values()),
        "first_day": today().isoformat(),
        "last_day": last_end(today()).isoformat(),
        "purpose_max": PURPOSE_MAX,
    }
    return render_template("portal/share_form.html", **page)


def _credentials() -> dict[str, CredentialView]:
    """What the learner may share; in the place of what was replaced she shares the new one."""
    gone = (CredentialStatus.REVOKED, CredentialStatus.SUPERSEDED)
    known = current_services().credentials_of(signed_in_person().id)
    return {one.id: one for one in known if one.status.status not in gone}


def _partners() -> dict[str, Partner]:
    return {one.id: one for one in current_services().partners()}
