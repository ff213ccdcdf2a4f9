"""Traces by the link of a share: who took it in by its link tells there what became of it, and needs no account."""

from __future__ import annotations

from flask import Blueprint, Flask, Response

from mimis_ats.listening import listen
from mimis_ats.problems import register_problems
from mimis_ats.schemas import TraceRequest
from mimis_ats.sent import read_body
from mimis_core.web import current_services, limited


def register(app: Flask) -> None:
    """Take traces where shares are shown, which is at schools; called once for each app."""
    blueprint = Blueprint("share_traces", __name__, url_prefix="/s")
    register_problems(blueprint)
    blueprint.add_url_rule("/<token>/traces", view_func=add, methods=["POST"])
    listen(app, blueprint, "school")


@limited("60 per minute", methods=("POST",))
def add(token: str) -> Response:
    """Keep what a system that has the link did with the share, also after it has ended; the learner sees it."""
    current_services().add_trace(token, read_body(TraceRequest).trace())
    return Response(status=204)
