"""Mounts the portal on the web app."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask

from mimis_core.web import add_translations, current_services
from mimis_portal import words
from mimis_portal.check import check
from mimis_portal.learner import learner
from mimis_portal.public import public
from mimis_portal.share import share
from mimis_portal.shared import shared
from mimis_portal.signin import signin

if TYPE_CHECKING:
    from mimis_core.services import Services

FOR_EVERYONE = (public, check)
FOR_LEARNERS = (signin, learner, share, shared)
"""Only a school has learners; an employer's mimis has the public pages alone."""


def register(app: Flask) -> None:
    """Register the pages of this mimis, their words and their translations."""
    with app.app_context():
        services = current_services()
    add_translations(app, Path(__file__).parent / "translations")
    school = services.settings.role == "school"
    for blueprint in (*FOR_EVERYONE, *(FOR_LEARNERS if school else ())):
        app.register_blueprint(blueprint)
    facts = {"for_learners": school, "practice": is_practice(services)}
    app.context_processor(lambda: {**words.for_templates(), **facts})
    app.add_template_filter(words.assessment_name)
    app.add_template_filter(words.mode_name)


def is_practice(services: Services) -> bool:
    """Whether this mimis relies on a trial key, so that every page must say that nothing counts."""
    return any("trial" in path.name for path in services.settings.trust.anchors)
