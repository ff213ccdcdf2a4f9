"""Connections: what mimis is configured to work with, when it last did, and a button to try each."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core.web import current_services, limited, staff_may, staff_required
from mimis_portal.school import connection_words

connections = Blueprint("connections", __name__, url_prefix="/school/connections", template_folder="../templates")


@connections.context_processor
def _words() -> dict[str, Any]:
    names = ("category_name", "finding_sign", "command_name", "when_name")
    return {**{name: getattr(connection_words, name) for name in names}, "staff_may": staff_may}


@connections.get("")
@staff_required("connections.read")
def listing() -> ResponseReturnValue:
    """What is connected, and what is done by itself when."""
    services = current_services()
    return render_template(
        "portal/school/connections.html", connections=services.connections(), schedule=services.scheduled_commands()
    )


@connections.route("/<category>/<name>/check", methods=("GET", "POST"))
@staff_required("connections.check", back="connections.listing")
@limited("10 per minute", methods=("POST",))
def check(category: str, name: str) -> ResponseReturnValue:
    """Try one connection as ``mimis check`` does, at a press of the button; what it found, and the mend."""
    if request.method == "GET":
        return redirect(url_for("connections.listing"), 303)
    findings = current_services().check_connection(category, name)
    return render_template("portal/school/connection_check.html", category=category, name=name, findings=findings)
