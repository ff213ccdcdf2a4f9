"""The page whose address an employer hands to applicants: how to share with it."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from mimis_core.web import current_services

to_us = Blueprint("to_us", __name__, template_folder="../templates")


@to_us.get("/to-us")
def how() -> ResponseReturnValue:
    """What an applicant does, in her own school's pages, and the roles that say how shares are put in order."""
    return render_template("portal/employer/how.html", roles=current_services().published_roles())
