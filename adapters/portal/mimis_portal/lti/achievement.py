"""One micro-credential as a learner of the course meets it: what it takes, and whether she has it."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from mimis_core import NotFoundError
from mimis_core.web import current_services, learner_required, signed_in_person

achievement = Blueprint("achievement", __name__, url_prefix="/me/achievements", template_folder="../templates")


@achievement.get("/<achievement_id>")
@learner_required
def own(achievement_id: str) -> ResponseReturnValue:
    """The page; NotFoundError for what the catalogue does not have."""
    services = current_services()
    entry = services.catalogue.get(achievement_id)
    if entry is None:
        raise NotFoundError(f"The catalogue has no {achievement_id!r}.", code="unknown")
    held = [one for one in services.credentials_of(signed_in_person().id) if one.achievement.id == achievement_id]
    return render_template(
        "portal/lti/achievement.html",
        achievement=entry,
        issuer=services.settings.organisation,
        held=held,
    )
