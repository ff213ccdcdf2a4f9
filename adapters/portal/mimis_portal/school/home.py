"""Where the school's day begins: what is new, what waits, and what needs a hand."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from mimis_core.web import current_services, staff_may, staff_required
from mimis_portal.school import words

school = Blueprint("school", __name__, url_prefix="/school", template_folder="../templates")


@school.get("")
@staff_required()
def home() -> ResponseReturnValue:
    """The overview; who sees no learner, such as a reviewer from outside, is led to the catalogue."""
    found = current_services().overview() if staff_may("awards.read") else None
    return render_template(
        "portal/school/home.html",
        found=found,
        troubles=words.troubles(found) if found else [],
        source_sign=words.source_sign,
        staff_may=staff_may,
    )
