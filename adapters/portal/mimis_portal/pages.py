"""Mounts the portal on the web app."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from mimis_core.web import add_translations
from mimis_portal import words
from mimis_portal.check import check
from mimis_portal.learner import learner
from mimis_portal.public import public
from mimis_portal.share import share
from mimis_portal.shared import shared
from mimis_portal.signin import signin


def register(app: Flask) -> None:
    """Register all pages, their words and their translations."""
    add_translations(app, Path(__file__).parent / "translations")
    for blueprint in (public, signin, learner, share, shared, check):
        app.register_blueprint(blueprint)
    app.context_processor(words.for_templates)
    app.add_template_filter(words.assessment_name)
    app.add_template_filter(words.mode_name)
