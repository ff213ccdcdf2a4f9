"""What people write into the forms of attesting, read strictly and answered in plain words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from werkzeug.datastructures import MultiDict

from mimis_core import UserError
from mimis_core.services import AttestationOrder, AttesterFacts, AttesterView
from mimis_portal.attest.words import kind_choices, known_choices, refusals
from mimis_portal.forms import is_address

PLACES = {"period": "ended_on", "future": "ended_on"}
"""Beside which field a refusal stands that is about more than one."""


@dataclass
class Form:
    """What was written, by field, and in words what is wrong with it."""

    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, form: MultiDict[str, str], names: tuple[str, ...]) -> Form:
        """What a person sent."""
        return cls({name: " ".join(form.get(name, "").split()) for name in names})

    def refuse(self, error: UserError) -> None:
        """Say beside its field why the services refuse it. Raises the error when it is about no field."""
        text = refusals().get(error.code or "")
        if text is None:
            raise error
        self.errors[PLACES.get(error.code or "", error.code or "")] = text

    def wrong(self, name: str) -> None:
        """Say that a field is not as it should be."""
        self.errors[name] = refusals()[name]

    def day(self, name: str) -> date | None:
        """A day as the browser writes it; noted as wrong when it is none."""
        try:
            return date.fromisoformat(self.values[name])
        except ValueError:
            self.wrong(name)
            return None

    def hours(self) -> float | None:
        """A number with a point or a comma; None for none; noted as wrong when it is something else."""
        text = self.values["hours"].replace(",", ".")
        try:
            return float(text) if text else None
        except ValueError:
            self.wrong("hours")
            return None

    def chosen(self, name: str, codes: tuple[str, ...]) -> str:
        """One of several; noted as wrong when it is none of them."""
        if self.values[name] not in codes:
            self.wrong(name)
        return self.values[name]


ASKED = ("achievement", "kind", "name", "email", "workplace", "started_on", "ended_on", "hours", "phone", "until")
"""Fields of what a teacher asks."""
ANSWERED = ("name", "role", "identity", "started_on", "ended_on", "hours")
"""Fields of who answers."""


def read_order(form: Form, learner_id: str) -> AttestationOrder | None:
    """The order that a form amounts to; None with ``errors`` filled in."""
    values = form.values
    kind = form.chosen("kind", tuple(code for code, _ in kind_choices()))
    first, last, until, hours = form.day("started_on"), form.day("ended_on"), form.day("until"), form.hours()
    if values["email"] and not is_address(values["email"]):
        form.wrong("email")
    for name in ("name", "workplace"):
        if not values[name]:
            form.wrong(name)
    if form.errors or first is None or last is None:
        return None
    return AttestationOrder(
        learner_id=learner_id,
        achievement_id=values["achievement"],
        kind=kind,
        name=values["name"],
        email=values["email"] or None,
        workplace=values["workplace"],
        started_on=first,
        ended_on=last,
        hours=hours,
        phone=values["phone"] or None,
        until=until,
    )


def facts_form(view: AttesterView) -> Form:
    """What was written before; at first what the school has written."""
    known = view.answers.facts or view
    return Form(
        {
            "name": known.name,
            "role": view.answers.facts.role if view.answers.facts else "",
            "identity": view.answers.facts.identity if view.answers.facts else "",
            "started_on": known.started_on.isoformat(),
            "ended_on": known.ended_on.isoformat(),
            "hours": f"{known.hours:g}" if known.hours else "",
        }
    )


def read_facts(form: Form) -> AttesterFacts | None:
    """Who answers, as a form says it; None with ``errors`` filled in."""
    identity = form.chosen("identity", tuple(code for code, _ in known_choices()))
    first, last, hours = form.day("started_on"), form.day("ended_on"), form.hours()
    for name in ("name", "role"):
        if not form.values[name]:
            form.wrong(name)
    if form.errors or first is None or last is None:
        return None
    return AttesterFacts(
        name=form.values["name"],
        role=form.values["role"],
        identity=identity,
        started_on=first,
        ended_on=last,
        hours=hours,
    )
