"""Passkeys of staff: made, asked for as second factor, and good for signing in alone (W3C Web Authentication).

The user must be verified by her authenticator each time, by finger, face or PIN. Address and host that an answer must
be for come from ``base_url``, never from the request. Browsers want https for this, but for ``localhost``.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from mimis_core.errors import NotFoundError, PermissionDeniedError, UserError
from mimis_core.web.language import gettext
from mimis_core.web.limits import limited
from mimis_core.web.sessions import where_to_go
from mimis_core.web.staff_session import begin_staff_session, current_staff, session_token, staff_required, staff_start
from mimis_core.web.state import current_services

if TYPE_CHECKING:
    from mimis_core.services import Passkey

CHALLENGE = "challenge"
MOST_USES = 2**31 - 1
"""The largest counter that the database holds; an authenticator's may go twice as far, in theory."""

passkeys = Blueprint("passkeys", __name__, url_prefix="/staff")


@dataclass(frozen=True)
class Party:
    """Whom an authenticator answers (relying party): its name, its host, and the address that pages come from."""

    name: str
    host: str
    origin: str


@passkeys.get("/passkeys/new")
@staff_required()
def new() -> ResponseReturnValue:
    """Ask the browser to make a passkey."""
    return render_template("staff/passkey_new.html", options=_registration_options())


@passkeys.post("/passkeys/new")
@staff_required()
@limited("20 per minute", methods=("POST",))
def add() -> ResponseReturnValue:
    """Keep the new passkey, if the answer holds."""
    return _answered(_add, "passkeys.new", url_for("staff.home"))


@passkeys.post("/passkeys/<passkey_id>/remove")
@staff_required()
def remove(passkey_id: str) -> ResponseReturnValue:
    """Forget one of one's own."""
    try:
        current_services().remove_passkey(session_token(), passkey_id)
    except PermissionDeniedError:
        return redirect(url_for("passkeys.confirm"), 303)
    flash(gettext("The passkey is removed."), "ok")
    return redirect(url_for("staff.home"), 303)


@passkeys.get("/confirm")
@staff_required()
def confirm() -> ResponseReturnValue:
    """Ask for one of her passkeys; who has none is told how to get one."""
    mine = current_services().passkeys_of(current_staff().staff.id)
    return render_template("staff/confirm.html", options=_assertion_options(mine) if mine else None)


@passkeys.post("/confirm")
@staff_required()
@limited("20 per minute", methods=("POST",))
def confirmed() -> ResponseReturnValue:
    """Note that it is she, if the answer holds."""
    return _answered(_confirm, "passkeys.confirm", url_for("staff.home"))


@passkeys.get("/in/passkey")
@limited("60 per minute")
def sign_in() -> ResponseReturnValue:
    """Ask for any passkey of this place."""
    return render_template("staff/passkey_in.html", options=_assertion_options([]))


@passkeys.post("/in/passkey")
@limited("20 per minute; 100 per hour", methods=("POST",), together=True)
def signed_in() -> ResponseReturnValue:
    """Let her in, if the answer holds."""
    return _answered(_sign_in, "passkeys.sign_in", staff_start())


def _answered(take: Callable[[], None], again: str, default: str) -> ResponseReturnValue:
    """Do what an answer is for. One that does not hold is never explained to the browser."""
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        take()
    # ValueError and the like: the library reads bytes of a stranger's making
    except (WebAuthnException, UserError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, PermissionDeniedError) and error.code == "second_factor":
            return redirect(url_for("passkeys.confirm"), 303)
        flash(gettext("That passkey did not work. Try again, or use another one."), "bad")
        return redirect(url_for(again), 303)
    return redirect(where_to_go(default), 303)


def _add() -> None:
    from webauthn import verify_registration_response

    party, challenge = _party(), _take_challenge()
    made = verify_registration_response(
        credential=request.form["answer"],
        expected_challenge=challenge,
        expected_rp_id=party.host,
        expected_origin=party.origin,
        require_user_verification=True,
    )
    key_id, uses = _text(made.credential_id), min(made.sign_count, MOST_USES)
    current_services().add_passkey(session_token(), key_id, made.credential_public_key, uses)
    flash(gettext("The passkey is ready."), "ok")


def _confirm() -> None:
    key_id, uses = _check_assertion()
    current_services().confirm_passkey(session_token(), key_id, uses)


def _sign_in() -> None:
    key_id, uses = _check_assertion()
    begin_staff_session(current_services().sign_in_passkey(key_id, uses))


def _check_assertion() -> tuple[str, int]:
    """The passkey that answered and its counter. Raises when the answer does not hold."""
    from webauthn import verify_authentication_response
    from webauthn.helpers import parse_authentication_credential_json

    party, challenge = _party(), _take_challenge()
    answer = parse_authentication_credential_json(request.form["answer"])
    key = current_services().passkey(_text(answer.raw_id))
    done = verify_authentication_response(
        credential=answer,
        expected_challenge=challenge,
        expected_rp_id=party.host,
        expected_origin=party.origin,
        credential_public_key=key.public_key,
        credential_current_sign_count=key.uses,
        require_user_verification=True,
    )
    return key.key_id, min(done.new_sign_count, MOST_USES)


def _registration_options() -> str:
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers import structs

    me, party = current_staff().staff, _party()
    known = current_services().passkeys_of(me.id)
    options = generate_registration_options(
        rp_id=party.host,
        rp_name=party.name,
        user_id=bytes.fromhex(me.id),
        user_name=me.email,
        user_display_name=me.name,
        challenge=_new_challenge(),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=_bytes(key.key_id)) for key in known],
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
    )
    return options_to_json(options)


def _assertion_options(keys: list[Passkey]) -> str:
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers import structs

    options = generate_authentication_options(
        rp_id=_party().host,
        challenge=_new_challenge(),
        allow_credentials=[structs.PublicKeyCredentialDescriptor(id=_bytes(key.key_id)) for key in keys],
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def _party() -> Party:
    settings: Any = current_services().settings
    parts, name = urlsplit(settings.base_url), settings.organisation.legal_name
    return Party(name.get("sv") or next(iter(name.values())), parts.hostname or "", f"{parts.scheme}://{parts.netloc}")


def _new_challenge() -> bytes:
    challenge = current_services().new_challenge()
    session[CHALLENGE] = _text(challenge)
    return challenge


def _take_challenge() -> bytes:
    """The challenge that this browser was given, used up. Raises NotFoundError when it was given none."""
    known = session.pop(CHALLENGE, None)
    if known is None:
        raise NotFoundError("This browser was asked nothing.", mend="Try again.", code="challenge")
    challenge = _bytes(str(known))
    current_services().take_challenge(challenge)
    return challenge


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
