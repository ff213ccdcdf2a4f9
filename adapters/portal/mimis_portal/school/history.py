"""History: the record of all decisions, whether it is whole, and a copy of it to keep elsewhere."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core.web import current_services, gettext, limited, staff_required
from mimis_portal.school import history_words

history = Blueprint("history", __name__, url_prefix="/school/history", template_folder="../templates")


@history.context_processor
def _words() -> dict[str, Any]:
    return {"actor_name": history_words.actor_name, "happened": history_words.happened}


@history.get("")
@staff_required("audit.read")
def listing() -> ResponseReturnValue:
    """One page of the record, newest first, or all of one thing by its id."""
    services, subject = current_services(), request.args.get("subject", "").strip()[:200]
    before = request.args.get("before", type=int)
    found = None if subject else services.audit_page(before=before)
    further = found.before if found is not None else None
    return render_template(
        "portal/school/history.html",
        lines=found.lines if found is not None else services.audit_lines_of(subject),
        subject=subject,
        before=url_for("history.listing") if before is not None else None,
        after=url_for("history.listing", before=further) if further is not None else None,
    )


@history.route("/check", methods=("GET", "POST"))
@staff_required("audit.read")
@limited("3 per minute", methods=("POST",))
def check() -> ResponseReturnValue:
    """Look at every link of the record at a press of the button; what was found."""
    verdict = current_services().verify_audit() if request.method == "POST" else None
    return render_template("portal/school/history_check.html", verdict=verdict)


@history.route("/export", methods=("GET", "POST"))
@staff_required("audit.read")
@limited("3 per minute", methods=("POST",))
def export() -> ResponseReturnValue:
    """The rows of some days as a file, signed where there is a seal."""
    fields = {name: request.form.get(name, "").strip() for name in ("since", "until")}
    errors: dict[str, str] = {}
    if request.method == "POST":
        days = {name: _day(text) for name, text in fields.items()}
        wrong = gettext("Write the day as 2026-11-24.")
        errors = {name: wrong for name, text in fields.items() if text and days[name] is None}
        if not errors:
            return _file(days["since"], days["until"])
    page = render_template("portal/school/history_export.html", fields=fields, errors=errors)
    return page, 400 if errors else 200


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _file(since: date | None, until: date | None) -> ResponseReturnValue:
    """What is exported, from a file that is gone as soon as it is read."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "history.jsonl"
        current_services().export_audit(file, since, until)
        content = file.read_bytes()
    answer = Response(content, mimetype="application/jsonl")
    answer.headers["Content-Disposition"] = 'attachment; filename="historik.jsonl"'
    return answer
