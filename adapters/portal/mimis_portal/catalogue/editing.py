"""Writing an entry: a draft that is saved at each step, with the six principles beside it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import UserError
from mimis_core.services import Draft
from mimis_core.web import current_services, current_staff, gettext, limited, pick, staff_required
from mimis_portal.catalogue import words
from mimis_portal.catalogue.forms import LANGUAGES, Content, Step, content_from, fields_of
from mimis_portal.catalogue.listing import catalogue


@catalogue.route("/new", methods=("GET", "POST"))
@staff_required("catalogue.change")
def new() -> ResponseReturnValue:
    """Begin an entry with its title; its address follows from that."""
    title = {code: request.form.get(f"title.{code}", "").strip()[:200] for code in LANGUAGES}
    if request.method == "GET":
        return render_template("portal/catalogue/new.html", title=title, error=None)
    try:
        draft = current_services().new_draft({code: text for code, text in title.items() if text}, _me())
    except UserError as error:
        if error.code != "title":
            raise
        said = gettext("Write a title, for example Work safely at heights.")
        return render_template("portal/catalogue/new.html", title=title, error=said), 400
    return redirect(url_for("catalogue.edit", achievement_id=draft.id), 303)


@catalogue.post("/<achievement_id>/draft")
@staff_required("catalogue.change", back="catalogue.entries")
def begin(achievement_id: str) -> ResponseReturnValue:
    """Begin the next version of an entry, or go on with the one that is begun."""
    draft = current_services().next_draft(achievement_id, _me())
    return redirect(url_for("catalogue.edit", achievement_id=draft.id), 303)


@catalogue.route("/<achievement_id>/edit", methods=("GET", "POST"))
@staff_required("catalogue.change")
def edit(achievement_id: str) -> ResponseReturnValue:
    """The form. Each of its buttons saves; the later one of two who write is told, and loses nothing."""
    draft = current_services().draft(achievement_id)
    if request.method == "GET":
        return _form(draft, draft.content, checked="checked" in request.args)
    step = Step.of(request.form.get("step", ""))
    content = step.apply(content_from(request.form, draft.content))
    revision = request.form.get("revision", 0, type=int)
    try:
        current_services().save_draft(achievement_id, content, revision, _me())
    except UserError as error:
        if error.code == "stale":
            return _form(draft, content, checked=False, stale=True), 409
        if error.code == "long":
            return _form(draft, content, checked=False, long=True), 400
        raise
    if step.what == "esco":
        return redirect(url_for("catalogue.esco", achievement_id=achievement_id, number=step.index + 1), 303)
    if step.what == "save":
        flash(gettext("The draft is saved."), "ok")
    checked = "yes" if step.what == "check" else None
    anchor = "check" if step.what == "check" else step.anchor(content)
    return redirect(url_for("catalogue.edit", achievement_id=achievement_id, checked=checked, _anchor=anchor), 303)


@catalogue.post("/<achievement_id>/check")
@staff_required("catalogue.change", back="catalogue.entries")
@limited("120 per minute")
def check(achievement_id: str) -> ResponseReturnValue:
    """How the draft would stand if what is in the form were saved: a part of the page, for its script."""
    services = current_services()
    draft = services.draft(achievement_id)
    judgement = services.judge_draft(draft, content_from(request.form, draft.content))
    return render_template("portal/catalogue/_check.html", judgement=judgement, summary=words.summary(judgement))


def _form(draft: Draft, content: Content, *, checked: bool, stale: bool = False, long: bool = False) -> str:
    services = current_services()
    judgement = services.judge_draft(draft, content)
    return render_template(
        "portal/catalogue/edit.html",
        draft=draft,
        content=content,
        fields=fields_of(content),
        errors=words.fault_texts(judgement) if checked else {},
        judgement=judgement,
        summary=words.summary(judgement),
        stale=stale,
        long=long,
        choices=words.choices(),
        assessments=words.assessment_choices(content.get("assessment", ())),
        modes=words.mode_choices(content.get("mode", ())),
        owner_choices=[(one.id, pick(one.legal_name)) for one in services.owners()],
        part_choices=[
            (f"credential:{one.id}", pick(one.title)) for one in services.catalogue.latest() if one.id != draft.id
        ],
        source_choices=[("", gettext("In any")), *((name, name) for name in services.settings.sources)],
    )


def _me() -> str:
    return current_staff().staff.id
