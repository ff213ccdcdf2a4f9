"""Published roles for everybody: what a job needs and how shares are put in order, for people and for programs."""

from __future__ import annotations

from flask import Blueprint, jsonify, render_template
from flask.typing import ResponseReturnValue

from mimis_core.services import ESCO_ATTRIBUTION
from mimis_core.web import current_services, limited
from mimis_portal.employer.role_words import for_templates

public_roles = Blueprint("public_roles", __name__, url_prefix="/roles", template_folder="../templates")
public_roles.context_processor(for_templates)


@public_roles.get("/<role_id>")
@limited("120 per minute")
def page(role_id: str) -> ResponseReturnValue:
    """The role as people read it."""
    role = current_services().published_role(role_id)
    return render_template("portal/employer/role_public.html", role=role, attribution=ESCO_ATTRIBUTION)


@public_roles.get("/<role_id>.json")
@limited("120 per minute")
def data(role_id: str) -> ResponseReturnValue:
    """The same for programs, such as the school's that shows a learner what she lacks."""
    services = current_services()
    role, employer = services.published_role(role_id), services.settings.organisation
    said = {
        "employer": {"name": employer.legal_name, "registration": employer.registration},
        "published": role.at.isoformat(),
        "role": role.profile.model_dump(mode="json"),
        "esco": services.esco().version or None,
    }
    answer = jsonify(said)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
