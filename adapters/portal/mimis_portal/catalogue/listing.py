"""The catalogue: all entries, one version of an entry, and how learner and employer will see it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import Achievement, CredentialStatus, NotFoundError, UserError
from mimis_core.services import CredentialView, Entry, StatusView
from mimis_core.web import current_services, gettext, staff_may, staff_required
from mimis_portal.catalogue import words

catalogue = Blueprint("catalogue", __name__, url_prefix="/school/catalogue", template_folder="../templates")

ON_A_PAGE = 50
EXAMPLE_DAYS = timedelta(days=30)
"""How long the share of the preview lasts."""


@catalogue.context_processor
def _words() -> dict[str, Any]:
    names = ("state_sign", "checks_sign", "status_tone", "principle_name", "review_sign")
    return {**{name: getattr(words, name) for name in names}, "staff_may": staff_may}


@catalogue.get("")
@staff_required("catalogue.read")
def entries() -> ResponseReturnValue:
    """All entries, some at a time, with a search over titles."""
    services, sought = current_services(), request.args.get("q", "").strip()[:100]
    found = [one for one in services.entries() if _is_sought(one, sought)]
    start = max(0, request.args.get("from", 0, type=int))
    shown = found[start : start + ON_A_PAGE]
    return render_template(
        "portal/catalogue/entries.html",
        entries=shown,
        sought=sought,
        issued=services.issued_counts([one.id for one in shown]),
        proposed=services.waiting_proposals() if staff_may("catalogue.change") else None,
        before=_address(sought, max(0, start - ON_A_PAGE)) if start else None,
        after=_address(sought, start + ON_A_PAGE) if start + ON_A_PAGE < len(found) else None,
    )


@catalogue.get("/<ref>")
@staff_required("catalogue.read")
def version(ref: str) -> ResponseReturnValue:
    """One version: what it says, how it stands against the principles, and what reviewers say."""
    try:
        entry = current_services().entry_to_review(ref)
    except UserError as error:
        return back_to_draft(ref, error)
    services = current_services()
    (listed,) = (one for one in services.entries() if one.id == entry.id)
    return render_template(
        "portal/catalogue/version.html",
        entry=entry,
        listed=listed,
        state=services.entry_state(entry),
        owner=services.owner(entry.owner),
        issuer=services.settings.organisation,
        checks=services.check_entry(entry),
        reviews=services.catalogue_reviews(entry),
        versions=services.versions(entry.id),
        endorsements=sum(one.holds(services.clock()) for one in services.endorsements_of(entry.id)),
    )


@catalogue.get("/<ref>/preview/<whom>")
@staff_required("catalogue.read")
def preview(ref: str, whom: str) -> ResponseReturnValue:
    """A version as the learner or the employer will see it, made of the parts that their pages are made of."""
    if whom not in ("learner", "employer"):
        raise NotFoundError(f"There is no preview for {whom!r}.", code="unknown")
    try:
        entry = current_services().entry_to_review(ref)
    except UserError as error:
        return back_to_draft(ref, error)
    example = _example(entry)
    until = (example.issued_at + EXAMPLE_DAYS).date()
    return render_template("portal/catalogue/preview.html", entry=entry, whom=whom, view=example, until=until)


def back_to_draft(ref: str, error: UserError) -> ResponseReturnValue:
    """To the form, when a draft has holes that must be filled first."""
    if error.code != "not_ready":
        raise error
    flash(gettext("Fill in what is missing first."), "warn")
    return redirect(url_for("catalogue.edit", achievement_id=ref.partition("@")[0], checked="yes"), 303)


def _example(entry: Achievement) -> CredentialView:
    """A credential of nobody that says what one of this entry will say."""
    services = current_services()
    now = services.clock()
    return CredentialView(
        id="example",
        urn="urn:example",
        public_id="example",
        learner_id="example",
        learner_name=gettext("Example Person"),
        achievement=services.reviewed(entry),
        issuer=services.settings.organisation,
        owner=services.owner(entry.owner),
        status=StatusView(urn="urn:example", status=CredentialStatus.ACTIVE, changed_at=now),
        issued_at=now,
        completed_at=now,
    )


def _is_sought(entry: Entry, sought: str) -> bool:
    said = (entry.id, *entry.title.values())
    return any(sought.casefold() in text.casefold() for text in said)


def _address(sought: str, start: int) -> str:
    wanted: dict[str, Any] = {"q": sought or None, "from": start or None}
    return url_for("catalogue.entries", **wanted)
