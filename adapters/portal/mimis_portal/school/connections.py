"""Connections: what mimis is configured to work with, when it last did, and buttons to try each and to fetch now."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import ConfigurationError
from mimis_core.web import current_services, current_staff, gettext, limited, staff_may, staff_required
from mimis_portal.school import connection_words

connections = Blueprint("connections", __name__, url_prefix="/school/connections", template_folder="../templates")


@connections.context_processor
def _words() -> dict[str, Any]:
    names = ("category_name", "connection_name", "finding_sign", "command_name", "when_name", "pull_sign")
    return {**{name: getattr(connection_words, name) for name in names}, "staff_may": staff_may}


@connections.get("")
@staff_required("connections.read")
def listing() -> ResponseReturnValue:
    """What is connected, and what is done by itself when."""
    services = current_services()
    return render_template(
        "portal/school/connections.html",
        connections=services.connections(),
        schedule=services.scheduled_commands(),
        pulls={one.source: one for one in services.asked_pulls()},
    )


@connections.post("/<name>/pull")
@staff_required("connections.pull", back="connections.listing")
@limited("10 per minute", methods=("POST",))
def pull(name: str) -> ResponseReturnValue:
    """Let a worker fetch from one source now, unless that is under way."""
    try:
        is_new = current_services().ask_pull(name, current_staff().staff.id)
    except ConfigurationError:
        said = gettext(
            "Nothing is fetched yet. First, say in mimis.toml how learners with protected identity are kept out: "
            "the table is called [privacy]."
        )
        flash(said, "warn")
    else:
        waits = gettext("We fetch now. Look at this page again in a while to see how it went.")
        flash(waits if is_new else gettext("It is being fetched already."), "ok" if is_new else "idle")
    return redirect(url_for("connections.listing"), 303)


@connections.route("/<category>/<name>/check", methods=("GET", "POST"))
@staff_required("connections.check", back="connections.listing")
@limited("10 per minute", methods=("POST",))
def check(category: str, name: str) -> ResponseReturnValue:
    """Try one connection as ``mimis check`` does, at a press of the button; what it found, and the mend."""
    if request.method == "GET":
        return redirect(url_for("connections.listing"), 303)
    findings = current_services().check_connection(category, name)
    return render_template("portal/school/connection_check.html", category=category, name=name, findings=findings)
