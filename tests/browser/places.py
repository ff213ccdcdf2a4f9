"""Every page of a school's or an employer's mimis: its address, and who may open it. A new page is here by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from flask import Flask
from playwright.sync_api import Page, Response
from werkzeug.routing import Rule

from mimis_core.services import (
    AttestationOrder,
    AttesterFacts,
    CredentialView,
    HelperOrder,
    OutcomeAnswer,
    Role,
    Services,
    ShareOrder,
)
from mimis_core.web import create_app
from tests.browser.employers import make_role
from tests.browser.pressed import PRESSED, Press
from tests.filled_school import PROPOSED

Who = Literal["nobody", "learner", "staff", "reader"]
"""Staff may do everything; a reader is one of them who may change nothing."""
EVERYBODY: dict[str, tuple[Who, ...]] = {
    "school": ("nobody", "learner", "staff", "reader"),
    "employer": ("nobody", "staff", "reader"),
}
"""Who visits a mimis, by its role."""
Names = dict[str, str]
"""What stands in for a part of a path, by the part's name, or by ``endpoint:part`` where endpoints differ."""

FOR_PROGRAMS = (
    "static", "health", "metrics", "partner_api", "public.status", "public.status_list", "shared.file", "shared.pdf",
    "share.pdf", "learner.file", "learner.pdf", "learner.further_file", "oidc", "ways.account", "ways.back",
    "own.helper_link", "teamtailor_hooks", "statistics.as_csv", "statistics.as_json", "public_roles.data",
    "public.endorsement", "catalogue.endorsement_request", "decisions.document",
)  # fmt: skip
"""Blueprints and endpoints that answer with no page."""
OPEN = (
    "attest", "public", "check", "signin", "shared", "staff.ask", "staff.invitation", "passkeys.sign_in",
    "to_us", "public_roles", "ways.helper", "ways.helper_jobs", "ways.helper_job",
)  # fmt: skip
"""Those that nobody needs to sign in for; the others are a learner's under ``/me``, else staff's."""
REFUSED = ("staff.people",)
"""Pages that a reader opens only to read that she may not: they all look alike."""
ONLY_AT_SCHOOL = ("public.credential",)
"""Pages that an employer's mimis has too, and of which it has nothing to show."""
ASKED = {
    "deliveries.again": "?to=couriers.europass",
    "attestations.ask_several": "?learner={learner_id}",
    "own.job": "?role={role_id}",
    "ways.helper_job": "?role={role_id}",
}
"""What pages are asked after their path, where they say nothing without it; parts of it are named as those of paths."""


@dataclass(frozen=True)
class Place:
    """A page: its endpoint, who opens it, and its path for given names; of some, what is pressed there to see it."""

    endpoint: str
    who: Who
    rule: Rule
    press: Press | None = None

    @property
    def name(self) -> str:
        """What it is called: its endpoint, and what a press shows there."""
        return f"{self.endpoint}.{self.press.shows}" if self.press else self.endpoint

    def is_there(self, names: Names) -> bool:
        """Whether something is named for each part of its path, and for what is written on it."""
        return None not in self._parts(names).values() and (self.press is None or self.press.is_possible(names))

    def open_on(self, page: Page, base: str, app: Flask, names: Names) -> Response | None:
        """Show it in a browser; gives the last answer. Raises LookupError as :meth:`path`."""
        answer = page.goto(base + self.path(app, names))
        return self.press.on(page, names) if self.press else answer

    def _parts(self, names: Names) -> dict[str, str | None]:
        return {one: names.get(f"{self.endpoint}:{one}", names.get(one)) for one in self.rule.arguments}

    def path(self, app: Flask, names: Names) -> str:
        """Its path. Raises LookupError for a part that :func:`make_names` does not name."""
        parts = self._parts(names)
        if None in parts.values():
            raise LookupError(f"make_names in {__name__} has to name each part of {self.rule}.")
        asked = ASKED.get(self.endpoint, "").format_map(names)
        return app.url_map.bind("localhost").build(self.endpoint, parts) + asked


def places(app: Flask) -> Iterator[Place]:
    """All pages of an app that can be opened by their address, in the order of their rules."""
    left_out = FOR_PROGRAMS if "school" in app.blueprints else (*FOR_PROGRAMS, *ONLY_AT_SCHOOL)
    for rule in sorted(app.url_map.iter_rules(), key=str):
        is_file = rule.endpoint.endswith(".static") or _is_one(rule.endpoint, left_out)
        if "GET" in (rule.methods or ()) and not is_file:
            place = Place(rule.endpoint, _who(rule), rule)
            yield from (place, *(replace(place, press=one) for one in PRESSED.get(rule.endpoint, ())))


def places_for(who: Who, app: Flask) -> Iterator[Place]:
    """The pages that somebody opens; those of a reader are refused (403)."""
    for place in places(app):
        if who == "reader" and place.endpoint in REFUSED:
            yield replace(place, who=who)
        elif place.who == who:
            yield place


def app_of(services: Services) -> Flask:
    """The pages of a mimis, to ask which there are."""
    return create_app(services.settings, services)


def make_names(services: Services) -> Names:
    """Something for each part of a path, from a school that has a credential, or an employer that has taken one in.

    A school's slip, link and share are made anew, and so is an invitation.
    """
    if services.settings.role == "employer":
        waiting = services.import_page(("ask",)).lines or services.import_page().lines
        return {
            "import_id": waiting[0].id,
            "role_id": make_role(services),
            "staff.invitation:token": _invitation(services),
        }
    credential = next(one for one in services.all_credentials() if one.status.status == "active")
    until = services.clock().date() + timedelta(days=30)
    order = ShareOrder(credential_ids=(credential.id,), purpose="Jobb", until=until, anonymous=False)
    share = services.create_share(credential.learner_id, order)
    return {
        **_attestation(services, credential.learner_id),
        **_requests(services, credential),
        **_follow_up(services, credential),
        "proposal_id": make_proposal(services),
        "endorsement_id": make_endorsement(services, credential.achievement.id),
        "sealed": services.sealed(credential.learner_id, credential.id).content.decode(),
        "until": until.isoformat(),
        "learner_id": credential.learner_id,
        "credential_id": credential.id,
        "public_id": credential.public_id,
        "courier": "europass",
        "achievement_id": services.next_draft(credential.achievement.id, "Test").id,
        "ref": credential.achievement.ref,
        "whom": "employer",
        "share_id": share.id,
        "own.appeal:award_id": _decision(services, credential.learner_id),
        "own.ask_to_confirm:token": "token",
        "role_id": make_role(services),
        **make_helper(services, credential.learner_id),
        "shared.page:token": _last_part(share.url),
        "signin.show_button:token": services.make_slip(credential.learner_id, "Test").code,
        "staff.invitation:token": _invitation(services),
    }


def _requests(services: Services, credential: CredentialView) -> Names:
    """What waits for the school's decision; a source's change and a merge are named where there are any."""
    learner_id = credential.learner_id
    others = [one.id for one in services.learner_page().learners if one.id != learner_id]
    found = {
        "award_id": services.awards_of(learner_id)[0].id,
        "appeal_id": services.appeal(learner_id, "Titta igen.", credential_id=credential.id),
        "keep_id": learner_id,
        "other_id": others[0],
    }
    changes = {"review_id": services.reviews(None, limit=1), "merge_id": services.merges()[:1]}
    return {**found, **{name: one["id"] for name, rows in changes.items() for one in rows}}


def _follow_up(services: Services, credential: CredentialView) -> Names:
    """What follows what was issued: a right that others have, a connection, and work that stopped, if any has."""
    right = services.give_right(credential.achievement.id, "third", "Test")
    names = {
        "connections.check:category": "sealer",
        "connections.check:name": "jades",
        "right_number": right.number,
        "catalogue.esco:number": "1",
    }
    for one in services.stopped_page(limit=1).work:
        names["work_id"] = one.id
    return names


def _decision(services: Services, learner_id: str) -> str:
    return next(one.id for one in services.decisions_of(learner_id) if one.state != "proposed")


def make_endorsement(services: Services, achievement_id: str) -> str:
    asked = services.endorsement_request(achievement_id).model_copy(update={"words": "Vi anställer gärna."})
    return services.add_endorsement(achievement_id, services.endorse(asked).content, "Test", confirmed=True).id


def make_proposal(services: Services) -> str:
    number = sum(1 for _ in services.proposals())
    partner = services.add_partner(f"Bygg {number} AB", f"556036-{number:04}", "bygg.example").partner
    return services.propose_outcomes(partner.id, PROPOSED).id


def make_helper(services: Services, learner_id: str) -> Names:
    until = services.clock().date() + timedelta(days=30)
    token = _last_part(services.invite_helper(learner_id, HelperOrder(name="Kim", until=until)).url)
    return {f"ways.{page}:token": token for page in ("helper", "helper_jobs", "helper_job")}


def _attestation(services: Services, learner_id: str) -> Names:
    """A request in which everything is answered and nothing is sent, so that each of its pages is open."""
    order = AttestationOrder(
        learner_id=learner_id, achievement_id="gastvard-hotell", name="Petra Sjö", workplace="Hotell Demo",
        started_on=date(2026, 10, 5), ended_on=date(2026, 11, 13), hours=180, phone="070-123 45 67",
    )  # fmt: skip
    made = services.ask_attestation(order, "Lo Berg")
    token = _last_part(made.url)
    for number, _ in enumerate(services.open_attestation(token).achievement.outcomes, 1):
        services.save_outcome(token, number, OutcomeAnswer(seen="partly" if number == 2 else "yes"))
    today = services.clock().date()
    services.save_facts(
        token, AttesterFacts(name="Petra Sjö", role="värd", identity="known", started_on=today, ended_on=today)
    )
    tokens = {f"attest.{page}:token": token for page in ("start", "answer", "send")}
    return {**tokens, "attest.answer:step": "1", "attestation_id": made.attestation_id}


def _invitation(services: Services) -> str:
    number = sum(1 for _ in services.staff())
    return _last_part(services.invite_staff("Lo", f"lo{number}@demo.example", (Role.READER,)).url)


def _last_part(url: str | None) -> str:
    return (url or "").rpartition("/")[2]


def _is_one(endpoint: str, known: tuple[str, ...]) -> bool:
    return endpoint in known or endpoint.partition(".")[0] in known


def _who(rule: Rule) -> Who:
    if _is_one(rule.endpoint, OPEN):
        return "nobody"
    return "learner" if rule.rule.startswith("/me") else "staff"
