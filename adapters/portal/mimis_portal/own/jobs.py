"""What a job needs, beside what a learner has: for herself, and for the helper whom she lets look."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import NotFoundError
from mimis_core.services import ESCO_ATTRIBUTION, Gap, HelperView, RoleProfile
from mimis_core.web import current_language, current_services, learner_required, limited, signed_in_person
from mimis_portal.employer.role_words import line_sign, weight_name
from mimis_portal.own.contact import own, ways
from mimis_portal.own.helpers import for_helper

LONGEST_SEARCH = 100


@own.get("/jobs")
@learner_required
def jobs() -> ResponseReturnValue:
    """Look for an occupation, or take one of the jobs that stand here."""
    return render_template("portal/own/jobs.html", **_found(), home=url_for("learner.mine"), job="own.job", token=None)


@own.get("/jobs/one")
@learner_required
@limited("60 per minute")
def job() -> ResponseReturnValue:
    """One job, need by need: what she has, what is missing, and what would close the gap. Nothing is kept."""
    gap = current_services().gap_of(signed_in_person().id, _asked())
    return render_template("portal/own/job.html", **_shown(gap), home=url_for("own.jobs"), whose=None)


@ways.get("/helper/<token>/jobs")
@limited("60 per minute")
@for_helper
def helper_jobs(token: str, seen: HelperView) -> ResponseReturnValue:
    """The same search for a helper."""
    home = url_for("ways.helper", token=token)
    return render_template("portal/own/jobs.html", **_found(), home=home, job="ways.helper_job", token=token)


@ways.get("/helper/<token>/jobs/one")
@limited("60 per minute")
@for_helper
def helper_job(token: str, seen: HelperView) -> ResponseReturnValue:
    """One job for a helper, beside what the learner has."""
    gap = current_services().gap_of(seen.learner_id, _asked())
    home = url_for("ways.helper_jobs", token=token)
    return render_template("portal/own/job.html", **_shown(gap), home=home, whose=seen.learner_name)


def _found() -> dict[str, Any]:
    """The occupations by the words that were written, and the roles that are published here."""
    services, sought = current_services(), request.args.get("q", "").strip()[:LONGEST_SEARCH]
    esco = services.esco()
    return {
        "sought": sought,
        "found": esco.search(sought, current_language(), "occupation"),
        "version": esco.version,
        "roles": services.published_roles(),
        "attribution": ESCO_ATTRIBUTION,
    }


def _asked() -> RoleProfile:
    """The job that the address names: an occupation of ESCO, or a role that is published here."""
    services, occupation, role = current_services(), request.args.get("occupation"), request.args.get("role")
    if occupation:
        return services.occupation_role(occupation)
    if role:
        return services.published_role(role).profile
    raise NotFoundError("No job is named.", code="unknown")


def _shown(gap: Gap) -> dict[str, Any]:
    has = sum(one.line.status == "met" for one in gap.lines)
    return {
        "gap": gap,
        "has": has,
        "line_sign": line_sign,
        "weight_name": weight_name,
        "attribution": ESCO_ATTRIBUTION,
    }
