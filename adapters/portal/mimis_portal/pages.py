"""Mounts the portal on the web app."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, request

from mimis_core.web import LtiTool, add_translations, current_services, lead_staff_to, provider_for_learners
from mimis_portal import larger, words  # noqa: F401  # the views of the first belong to the learner's blueprint
from mimis_portal.attest import attest, attestations
from mimis_portal.catalogue import catalogue
from mimis_portal.check import check
from mimis_portal.employer import employer, public_roles, role_matches, role_profiles, taking_in, to_us
from mimis_portal.employer import menu as employer_menu
from mimis_portal.learner import learner
from mimis_portal.lti import frames
from mimis_portal.lti.achievement import achievement
from mimis_portal.lti.pages import lti
from mimis_portal.lti.placing import placing
from mimis_portal.own import own, ways
from mimis_portal.public import public
from mimis_portal.school.awards import decisions
from mimis_portal.school.connections import connections
from mimis_portal.school.credentials import credentials
from mimis_portal.school.deliveries import deliveries
from mimis_portal.school.history import history
from mimis_portal.school.home import school
from mimis_portal.school.learners import learners
from mimis_portal.school.menu import menu
from mimis_portal.school.rights import rights
from mimis_portal.school.statistics import statistics
from mimis_portal.share import share
from mimis_portal.shared import shared
from mimis_portal.signin import signin

if TYPE_CHECKING:
    from mimis_core.services import Services

scripts = Blueprint("scripts", __name__, static_folder="static", static_url_path="/static/portal")
"""The portal's few scripts: each makes easier what works without it."""

FOR_EVERYONE = (public, check, scripts)
FOR_LEARNERS = (
    signin,
    learner,
    share,
    shared,
    own,
    ways,
    attest,
)
"""Only a school has learners; an employer's mimis has the public pages alone."""
FOR_SCHOOL = (
    school,
    decisions,
    learners,
    credentials,
    deliveries,
    attestations,
    statistics,
    connections,
    rights,
    history,
    catalogue,
)
"""Pages of those who work at a school."""
FOR_EMPLOYER = (employer, taking_in, role_profiles, role_matches, to_us, public_roles)
"""Pages of an employer's own mimis, and those for applicants: how to share with it, and what its jobs need."""
FOR_PLATFORMS = (
    lti,
    placing,
    achievement,
)
"""Pages that learning platforms open, where one is configured."""


def register(app: Flask) -> None:
    """Register the pages of this mimis, their words and their translations."""
    with app.app_context():
        services = current_services()
    add_translations(app, Path(__file__).parent / "translations")
    at_school = services.settings.role == "school"
    for blueprint in (*FOR_EVERYONE, *((*FOR_LEARNERS, *FOR_SCHOOL) if at_school else FOR_EMPLOYER)):
        app.register_blueprint(blueprint)
    if at_school and services.settings.lti:
        frames.install(app, LtiTool(services.settings))
        for blueprint in FOR_PLATFORMS:
            app.register_blueprint(blueprint)
    facts: dict[str, object] = {"for_learners": at_school, "practice": is_practice(services)}
    facts["staff_layout"] = "portal/_staff_layout.html"
    lead_staff_to(app, "school.home" if at_school else "employer.start")
    makers = {
        "staff_menu": lambda: (menu if at_school else employer_menu)(request.endpoint),
        "has_accounts": lambda: provider_for_learners() is not None,
    }
    app.context_processor(lambda: {**words.for_templates(), **facts, **makers})
    app.add_template_filter(words.assessment_name)
    app.add_template_filter(words.mode_name)


def is_practice(services: Services) -> bool:
    """Whether this mimis relies on a trial key, so that every page must say that nothing counts."""
    return any("trial" in path.name for path in services.settings.trust.anchors)
