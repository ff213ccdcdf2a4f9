"""What all addresses have in common that other programs call: they are at a school's or at an employer's mimis."""

from __future__ import annotations

from typing import Literal

from flask import Blueprint, Flask

from mimis_core.web import current_services, exempt_from_csrf

PULL = "employer pull"
"""The command that is run soon after news: it fetches what was shared, and tells issuers what was written."""


def is_at(app: Flask, role: Literal["school", "employer"]) -> bool:
    """Whether this is a school's mimis, or an employer's: each has addresses that the other has no use for."""
    with app.app_context():
        return current_services().settings.role == role


def listen(app: Flask, blueprint: Blueprint, role: Literal["school", "employer"]) -> None:
    """Serve addresses that programs call, without the mark of a form, where this is a mimis of that role."""
    if is_at(app, role):
        exempt_from_csrf(blueprint)
        app.register_blueprint(blueprint)
