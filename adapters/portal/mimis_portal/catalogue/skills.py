"""Choosing the ESCO skills of a learning outcome: a search beside the draft, which works without a script."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import NotFoundError, UserError
from mimis_core.services import ESCO_ATTRIBUTION, Draft, Esco
from mimis_core.web import current_language, current_services, current_staff, gettext, staff_required
from mimis_portal.catalogue.forms import LANGUAGES
from mimis_portal.catalogue.listing import catalogue


@catalogue.get("/<achievement_id>/outcomes/<int:number>/esco")
@staff_required("catalogue.change")
def esco(achievement_id: str, number: int) -> ResponseReturnValue:
    """The skills that the outcome has, and those that ESCO has by the words that were written."""
    draft, known = current_services().draft(achievement_id), current_services().esco()
    outcome, sought = _outcome(draft, number), request.args.get("q", "").strip()[:100]
    spoken = current_language()
    chosen = [one["uri"] for one in outcome.get("esco", ())]
    return render_template(
        "portal/catalogue/esco.html",
        draft=draft,
        number=number,
        outcome=outcome,
        sought=sought,
        chosen=[(uri, _label(known, outcome, uri), known.concept(uri) is not None) for uri in chosen],
        found=[(one, known.description(one.uri, spoken)) for one in known.search(sought, spoken, "skill")],
        chosen_uris=chosen,
        spoken=known.spoken(spoken),
        version=known.version,
        attribution=ESCO_ATTRIBUTION,
    )


@catalogue.post("/<achievement_id>/outcomes/<int:number>/esco")
@staff_required("catalogue.change")
def change_esco(achievement_id: str, number: int) -> ResponseReturnValue:
    """Add a skill to the outcome, or take one away; the later one of two who write is told."""
    services = current_services()
    draft = services.draft(achievement_id)
    outcome, known = _outcome(draft, number), services.esco()
    add, remove = request.form.get("add", ""), request.form.get("remove", "")
    skills = [one for one in outcome.get("esco", ()) if one["uri"] not in (add, remove)]
    if (concept := known.concept(add)) is not None and concept.kind == "skill":
        label = _kept(concept.labels)
        skills.append({"uri": add, "label": label} if label else {"uri": add})
    content = {**draft.content, "outcomes": [*draft.content["outcomes"]]}
    content["outcomes"][number - 1] = {**outcome, "esco": skills}
    try:
        revision = request.form.get("revision", 0, type=int)
        services.save_draft(achievement_id, content, revision, current_staff().staff.id)
    except UserError as error:
        if error.code != "stale":
            raise
        flash(gettext("Somebody else has saved this draft meanwhile. See how it stands, and choose again."), "warn")
    else:
        flash(gettext("The draft is saved."), "ok")
    sought = request.form.get("q", "") or None
    return redirect(url_for("catalogue.esco", achievement_id=achievement_id, number=number, q=sought), 303)


def _outcome(draft: Draft, number: int) -> dict[str, Any]:
    outcomes = draft.content.get("outcomes", [])
    if not 0 < number <= len(outcomes):
        raise NotFoundError(f"The draft {draft.id} has no learning outcome {number}.", code="unknown")
    outcome: dict[str, Any] = outcomes[number - 1]
    return outcome


def _label(known: Esco, outcome: dict[str, Any], uri: str) -> dict[str, str] | None:
    """What a chosen skill is called: as it was kept, or by the ESCO that stands here; None where nobody knows."""
    kept = next((one.get("label") for one in outcome["esco"] if one["uri"] == uri), None)
    concept = known.concept(uri)
    return kept or (_kept(concept.labels) if concept else None)


def _kept(labels: dict[str, str]) -> dict[str, str] | None:
    """The labels that go into the catalogue: in its languages, or in what there is; None for what has no name."""
    named = {code: text for code, text in labels.items() if code != "und"}
    return {code: named[code] for code in LANGUAGES if code in named} or named or None
