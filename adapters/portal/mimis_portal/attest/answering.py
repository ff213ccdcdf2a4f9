"""The pages behind a link to attest by: on a phone, step by step, without an account.

What is answered is kept at each step, so that a phone may sleep and the link be opened again. Opening it changes
nothing, whoever does it: programs follow the links in mails.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import NotFoundError, UserError
from mimis_core.services import AttesterView, OutcomeAnswer
from mimis_core.web import current_services, limited
from mimis_portal.attest import words
from mimis_portal.attest.forms import ANSWERED, Form, facts_form, read_facts

P = ParamSpec("P")

attest = Blueprint("attest", __name__, url_prefix="/attest", template_folder="../templates")

CLOSED = {"answered": 200, "withdrawn": 410, "expired": 410}
"""How a link answers that was right once; any other is not found."""


@attest.context_processor
def _words() -> dict[str, Any]:
    return {name: getattr(words, name) for name in ("seen_choices", "seen_sign", "known_choices", "known_text")}


def closing(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Let a view say of a link that answers nothing any more why; after an answer that is its receipt."""

    @wraps(view)
    def closed(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        try:
            return view(*args, **kwargs)
        except NotFoundError as error:
            if error.code not in CLOSED:
                raise
            return render_template("portal/attest/closed.html", reason=error.code), CLOSED[error.code]

    return closed


@attest.get("/<token>")
@limited("60 per minute")
@closing
def start(token: str) -> ResponseReturnValue:
    """Who asks, about whom, and what for."""
    return render_template("portal/attest/start.html", view=_view(token))


@attest.post("/<token>")
@limited("60 per minute; 600 per hour", methods=("POST",), together=True)
@closing
def begin(token: str) -> ResponseReturnValue:
    """Begin, or go on where it was left."""
    current_services().begin_attestation(token)
    return _to_next(token)


@attest.route("/<token>/<int:step>", methods=("GET", "POST"))
@limited("60 per minute; 600 per hour", methods=("POST",), together=True)
@closing
def answer(token: str, step: int) -> ResponseReturnValue:
    """One question: about an outcome, or after these about who answers."""
    view = _view(token)
    count = len(view.achievement.outcomes)
    if not 1 <= step <= count + 1:
        raise NotFoundError(f"There is no step {step}.", code="step")
    return _outcome(view, token, step) if step <= count else _facts(view, token, step)


@attest.route("/<token>/send", methods=("GET", "POST"))
@limited("60 per minute; 600 per hour", methods=("POST",), together=True)
@closing
def send(token: str) -> ResponseReturnValue:
    """A last look at all of it, and the button."""
    view = _view(token)
    if view.answers.next_step(len(view.achievement.outcomes)) is not None:
        return _to_next(token)
    if request.method != "POST":
        return render_template("portal/attest/send.html", view=view, token=token)
    current_services().send_attestation(token)
    return redirect(url_for("attest.start", token=token), 303)


def _outcome(view: AttesterView, token: str, step: int) -> ResponseReturnValue:
    known = view.answers.outcomes.get(step)
    form = Form({"seen": known.seen if known else "", "comment": known.comment if known else ""})
    if request.method != "POST":
        return _outcome_page(view, token, step, form)
    form = Form({"seen": request.form.get("seen", ""), "comment": request.form.get("comment", "").strip()})
    form.chosen("seen", tuple(code for code, _ in words.seen_choices()))
    if not form.errors:
        try:
            said = OutcomeAnswer.model_validate(form.values)
            current_services().save_outcome(token, step, said)
            return _to_next(token)
        except UserError as error:
            form.refuse(error)
    return _outcome_page(view, token, step, form), 400


def _outcome_page(view: AttesterView, token: str, step: int, form: Form) -> str:
    outcome = view.achievement.outcomes[step - 1]
    shown = {"view": view, "token": token, "step": step, "outcome": outcome, "form": form}
    return render_template("portal/attest/outcome.html", **shown)


def _facts(view: AttesterView, token: str, step: int) -> ResponseReturnValue:
    shown = {"view": view, "token": token, "step": step}
    if request.method != "POST":
        return render_template("portal/attest/facts.html", **shown, form=facts_form(view))
    form = Form.of(request.form, ANSWERED)
    facts = read_facts(form)
    if facts is not None:
        try:
            current_services().save_facts(token, facts)
            return _to_next(token)
        except UserError as error:
            form.refuse(error)
    return render_template("portal/attest/facts.html", **shown, form=form), 400


def _view(token: str) -> AttesterView:
    return current_services().open_attestation(token)


def _to_next(token: str) -> ResponseReturnValue:
    """To the first step without an answer, and from all of them to the last look."""
    view = _view(token)
    step = view.answers.next_step(len(view.achievement.outcomes))
    if step is None:
        return redirect(url_for("attest.send", token=token), 303)
    return redirect(url_for("attest.answer", token=token, step=step), 303)
