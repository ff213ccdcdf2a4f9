"""The learner's own pages: her credentials, their files, and sending them to a wallet."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import Learner, NotFoundError, Sealed
from mimis_core.web import current_services, gettext, learner_required, limited, signed_in_person
from mimis_portal.forms import is_address

learner = Blueprint("learner", __name__, url_prefix="/me", template_folder="templates")

ADDRESS_MAX = 254


@learner.get("")
@learner_required
def mine() -> ResponseReturnValue:
    """All of the learner's credentials."""
    services, me = current_services(), signed_in_person()
    return render_template(
        "portal/mine.html",
        credentials=services.credentials_of(me.id),
        needs_own_way=not me.protected and not services.contacts_of(me.id).outlives_school,
        gets_mail=gets_mail(me),
    )


@learner.get("/credentials/<credential_id>")
@learner_required
def one(credential_id: str) -> ResponseReturnValue:
    """One credential: the four questions, and what can be done with it."""
    services, me = current_services(), signed_in_person()
    return render_template(
        "portal/credential.html",
        credential=services.credential(me.id, credential_id),
        deliveries=[sent for sent in services.deliveries_of(me.id) if sent.credential_id == credential_id],
        wallets=wallets(),
        can_mail=mail_courier() is not None and services.mail_address(me.id) is not None,
        formats=[] if me.protected else services.renditions(),
        can_print=services.can_print,
    )


@learner.get("/credentials/<credential_id>/file")
@learner_required
@limited("60 per minute")
def file(credential_id: str) -> ResponseReturnValue:
    """The sealed file, byte for byte."""
    return as_download(current_services().sealed(signed_in_person().id, credential_id))


@learner.get("/credentials/<credential_id>/pdf")
@learner_required
@limited("20 per minute")
def pdf(credential_id: str) -> ResponseReturnValue:
    """The credential as a PDF to print or send, the sealed file in it."""
    return as_download(current_services().printed(signed_in_person().id, credential_id))


@learner.get("/credentials/<credential_id>/file/<format_name>")
@learner_required
@limited("20 per minute")
def further_file(credential_id: str, format_name: str) -> ResponseReturnValue:
    """The credential in a further format, such as an Open Badge, made now."""
    services, me = current_services(), signed_in_person()
    if me.protected:
        return talk_to_school()
    if format_name not in services.renditions():
        raise NotFoundError(f"No further format is called {format_name!r}.", code="unknown")
    return as_download(services.rendition(me.id, credential_id, format_name))


@learner.route("/credentials/<credential_id>/send/<courier>", methods=("GET", "POST"))
@learner_required
def send(credential_id: str, courier: str) -> ResponseReturnValue:
    """Send a credential to a wallet: the address, a look at it, and the learner's recorded yes."""
    if courier not in wallets():
        raise NotFoundError(f"No wallet is called {courier!r}.", code="unknown")
    services, me = current_services(), signed_in_person()
    if me.protected:
        return talk_to_school()
    credential = services.credential(me.id, credential_id)
    to = request.form.get("to", "").strip()
    page = {"credential": credential, "courier": courier, "to": to or services.mail_address(me.id) or ""}
    if request.method == "GET" or request.form.get("step") == "change":
        return render_template("portal/send.html", **page, error=None)
    if not _is_wallet_address(to):
        error = gettext("Write the e-mail address or the wallet address that you have there.")
        return render_template("portal/send.html", **{**page, "to": to}, error=error), 400
    if request.form.get("step") != "yes":
        return render_template("portal/send_confirm.html", **page)
    services.request_delivery(me.id, credential_id, courier, to)
    flash(gettext("We are sending your credential. Here you see how it goes."), "ok")
    return redirect(url_for("learner.one", credential_id=credential_id), 303)


@learner.post("/credentials/<credential_id>/mail")
@learner_required
@limited("10 per hour", methods=("POST",))
def mail(credential_id: str) -> ResponseReturnValue:
    """Mail the sealed file to the learner's own address; pressing the button is the recorded permission."""
    services, me, courier = current_services(), signed_in_person(), mail_courier()
    address = services.mail_address(me.id)
    if courier is None or not address:
        raise NotFoundError("There is no address to mail to.", code="unknown")
    services.request_delivery(me.id, credential_id, courier, address)
    return redirect(url_for("learner.one", credential_id=credential_id), 303)


def mail_courier() -> str | None:
    """Name of the configured mailbox courier, if there is one."""
    return next((name for name in current_services().couriers() if name not in wallets()), None)


def sends_mail() -> bool:
    """Whether mimis can write to people here: the courier for that is called ``mail``."""
    return "mail" in current_services().couriers()


def gets_mail(person: Learner) -> bool:
    """Whether mimis writes to a learner: it can, she has an address, and her identity is not protected."""
    return sends_mail() and not person.protected and current_services().mail_address(person.id) is not None


def wallets() -> list[str]:
    """The configured couriers that are wallets; mail is not a place to save a credential in."""
    services = current_services()
    tables = services.settings.couriers
    return [name for name in services.couriers() if tables.get(name, {}).get("kind", name) != "mail"]


def talk_to_school() -> ResponseReturnValue:
    """What a person with protected identity sees instead of a way to send or share."""
    return render_template("portal/protected.html"), 403


def as_download(sealed: Sealed) -> Response:
    """A sealed file as a download that no browser tries to show."""
    response = Response(sealed.content, content_type=sealed.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=sealed.filename)
    return response


def _is_wallet_address(text: str) -> bool:
    if "@" in text:
        return is_address(text)
    return 0 < len(text) <= ADDRESS_MAX and text.isprintable() and " " not in text
