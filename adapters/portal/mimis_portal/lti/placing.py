"""A teacher places a page of ours in her course (Deep Linking 2.0): she chooses, and takes the signed choice back.

Neither step needs a session: what carries her on is a token that is good once, and the platform checks our signature.
"""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from mimis_core import NotFoundError
from mimis_core.services import Placement
from mimis_core.web import allow_forms, current_services, exempt_from_csrf, gettext, limited, pick
from mimis_portal.lti.frames import tool

placing = Blueprint("lti_placing", __name__, url_prefix="/lti", template_folder="../templates")
exempt_from_csrf(placing)


def ask_what(placement: Placement) -> str:
    """The page on which she chooses."""
    if not tool().can_place(placement.platform):
        return render_template("portal/lti/not_ready.html")
    token = current_services().begin_placement(placement)
    return render_template("portal/lti/place.html", token=token, choices=_choices())


@placing.post("/place")
@limited("60 per minute")
def place() -> ResponseReturnValue:
    """She has chosen: the page that answers holds the signed choice, and a button that takes it to her course."""
    services = current_services()
    chosen = request.form.get("page", "")
    title = dict(_choices()).get(chosen)
    if title is None:
        raise NotFoundError("There is no such page to place.", code="unknown")
    try:
        placement = services.take_placement(request.form.get("token", ""))
    except NotFoundError:
        return render_template("portal/lti/refused.html", reason="placement"), 410
    signed = tool().place(placement, title, chosen, services.clock())
    allow_forms(_origin(placement.return_url))
    return render_template("portal/lti/placed.html", title=title, signed=signed, return_url=placement.return_url)


def _choices() -> list[tuple[str, str]]:
    """Paths of pages that can stand in a course, and their titles; what is no longer awarded is not offered."""
    entries = sorted((pick(one.title), one.id) for one in current_services().catalogue.latest())
    own = ("/me", gettext("My credentials"))
    return [own, *((f"/me/achievements/{entry_id}", title) for title, entry_id in entries)]


def _origin(address: str) -> str:
    return "/".join(address.split("/", 3)[:3])
