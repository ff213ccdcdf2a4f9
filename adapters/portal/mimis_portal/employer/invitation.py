"""The page whose address an employer hands to applicants: how to share with it."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

to_us = Blueprint("to_us", __name__, template_folder="../templates")


@to_us.get("/to-us")
def how() -> ResponseReturnValue:
    """What an applicant does, in her own school's pages."""
    return render_template("portal/employer/how.html")
