"""What shares show of what a role needs: one share line by line, and many in the order that the role states."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from mimis_core import NotFoundError, UserError
from mimis_core.services import ESCO_ATTRIBUTION
from mimis_core.web import current_services, staff_required
from mimis_portal.employer import role_words, words

role_matches = Blueprint("role_matches", __name__, url_prefix="/employer/roles", template_folder="../templates")
role_matches.context_processor(lambda: {**words.for_templates(), **role_words.for_templates()})


@role_matches.get("/<role_id>/shares")
@staff_required("shares.read")
def ranked(role_id: str) -> ResponseReturnValue:
    """The shares in order, where the published role states how; where it does not, what to do about that."""
    services = current_services()
    role = services.role_profile(role_id)
    try:
        page = services.rank_shares(role_id, max(0, request.args.get("after", 0, int)))
    except (NotFoundError, UserError):
        return render_template("portal/employer/role_unranked.html", role=role)
    return render_template("portal/employer/role_ranked.html", role=role, page=page)


@role_matches.get("/<role_id>/shares/<import_id>")
@staff_required("shares.read")
def match(role_id: str, import_id: str) -> ResponseReturnValue:
    """One share against a role: each need with its reason."""
    services = current_services()
    found, line = services.match_share(role_id, import_id), services.import_line(import_id)
    return render_template("portal/employer/role_match.html", found=found, line=line, attribution=ESCO_ATTRIBUTION)
