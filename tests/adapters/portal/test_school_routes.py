"""Who of the staff may open which page: every page of the school is walked in every role, and by a stranger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mimis_core.services import Role, Services
from mimis_core.services.roles import ALLOWED, SECOND_FACTOR
from mimis_core.web import create_app
from mimis_core.web.staff_session import STAFF
from tests.filled_school import Known, fill, rows_of

PAGES: dict[str, tuple[str, str | None]] = {
    "attestations.listing": ("/school/attestations", "attestations.read"),
    "attestations.choose": ("/school/attestations/new", "attestation.ask"),
    "attestations.ask_several": ("/school/attestations/new/several?learner={learner_id}", "attestation.ask"),
    "attestations.ask": ("/school/attestations/new/{learner_id}", "attestation.ask"),
    "attestations.one": ("/school/attestations/{attestation_id}", "attestations.read"),
    "attestations.withdraw": ("/school/attestations/{attestation_id}/withdraw", "attestation.ask"),
    "school.home": ("/school", None),
    "decisions.awards": ("/school/awards", "awards.read"),
    "decisions.award": ("/school/awards/{award_id}", "awards.read"),
    "decisions.document": ("/school/awards/{award_id}/documents/1", "awards.read"),
    "decisions.reject": ("/school/awards/{award_id}/reject", "award.reject"),
    "decisions.again": ("/school/awards/{award_id}/again", "award.approve"),
    "decisions.appeals": ("/school/appeals", "awards.read"),
    "decisions.appeal": ("/school/appeals/{appeal_id}", "appeal.decide"),
    "decisions.reviews": ("/school/reviews", "awards.read"),
    "decisions.review": ("/school/reviews/{review_id}", "review.decide"),
    "learners.directory": ("/school/learners", "learners.read"),
    "learners.person": ("/school/learners/{learner_id}", "learners.read"),
    "learners.protect": ("/school/learners/{learner_id}/protect", "learners.change"),
    "learners.unprotect": ("/school/learners/{learner_id}/unprotect", "learner.unprotect"),
    "learners.slip": ("/school/learners/{learner_id}/slip", "learner.slip"),
    "learners.export": ("/school/learners/{learner_id}/export", "learner.export"),
    "learners.erase": ("/school/learners/{learner_id}/erase", "learner.erase"),
    "learners.merges": ("/school/merges", "learners.read"),
    "learners.compare": ("/school/merges/{keep_id}/{other_id}", "learner.merge"),
    "learners.unmerge": ("/school/merges/{merge_id}/undo", "learner.merge"),
    "credentials.listing": ("/school/credentials", "credentials.read"),
    "credentials.renewals": ("/school/credentials/renewals", "credentials.read"),
    "credentials.credential": ("/school/credentials/{credential_id}", "credentials.read"),
    "credentials.suspend": ("/school/credentials/{credential_id}/suspend", "credential.suspend"),
    "credentials.reinstate": ("/school/credentials/{credential_id}/reinstate", "credential.reinstate"),
    "credentials.revoke": ("/school/credentials/{credential_id}/revoke", "credential.revoke"),
    "credentials.reissue": ("/school/credentials/{credential_id}/reissue", "credential.reissue"),
    "credentials.renew": ("/school/credentials/{credential_id}/renew", "credential.renew"),
    "deliveries.listing": ("/school/deliveries", "credentials.read"),
    "deliveries.again": ("/school/deliveries/again?to=couriers.europass", "work.retry"),
    "deliveries.one_again": ("/school/deliveries/{work_id}/again", "work.retry"),
    "statistics.figures": ("/school/statistics", "stats.read"),
    "statistics.as_csv": ("/school/statistics/figures.csv", "stats.read"),
    "statistics.as_json": ("/school/statistics/figures.json", "stats.read"),
    "connections.listing": ("/school/connections", "connections.read"),
    "connections.check": ("/school/connections/signer/pkcs12/check", "connections.check"),
    "rights.listing": ("/school/rights", "rights.read"),
    "rights.grant": ("/school/rights/new", "rights.change"),
    "rights.end": ("/school/rights/{number}/end", "rights.change"),
    "history.listing": ("/school/history", "audit.read"),
    "history.check": ("/school/history/check", "audit.read"),
    "history.export": ("/school/history/export", "audit.read"),
    "catalogue.entries": ("/school/catalogue", "catalogue.read"),
    "catalogue.new": ("/school/catalogue/new", "catalogue.change"),
    "catalogue.version": ("/school/catalogue/{ref}", "catalogue.read"),
    "catalogue.preview": ("/school/catalogue/{ref}/preview/learner", "catalogue.read"),
    "catalogue.review": ("/school/catalogue/{ref}/review", "catalogue.review"),
    "catalogue.edit": ("/school/catalogue/{achievement_id}/edit", "catalogue.change"),
    "catalogue.esco": ("/school/catalogue/{achievement_id}/outcomes/1/esco", "catalogue.change"),
    "catalogue.publish": ("/school/catalogue/{achievement_id}/publish", "catalogue.publish"),
    "catalogue.retire": ("/school/catalogue/{achievement_id}/retire", "catalogue.publish"),
    "catalogue.discard": ("/school/catalogue/{achievement_id}/discard", "catalogue.change"),
    "catalogue.rule": ("/school/catalogue/{achievement_id}/rule", "catalogue.rule"),
    "catalogue.proposals": ("/school/catalogue/proposals", "catalogue.change"),
    "catalogue.proposal": ("/school/catalogue/proposals/{proposal_id}", "catalogue.change"),
    "catalogue.endorsements": ("/school/catalogue/{achievement_id}/endorsements", "catalogue.read"),
    "catalogue.endorse": ("/school/catalogue/{achievement_id}/endorsements/new", "catalogue.publish"),
    "catalogue.endorsement_request": ("/school/catalogue/{achievement_id}/endorsements/request", "catalogue.change"),
    "catalogue.withdraw_endorsement": (
        "/school/catalogue/{achievement_id}/endorsements/{endorsement_id}/withdraw",
        "catalogue.publish",
    ),
}
"""Of each page its address, with names of the filled school's things, and the action that it needs."""
FORMS: dict[str, tuple[str, str | None]] = {
    "attestations.remind": ("/school/attestations/{attestation_id}/remind", "attestation.ask"),
    "connections.pull": ("/school/connections/hand/pull", "connections.pull"),
    "decisions.approve": ("/school/awards/{award_id}/approve", "award.approve"),
    "decisions.look": ("/school/awards/look", "award.approve"),
    "decisions.decide": ("/school/awards/decide", "award.approve"),
    "learners.invite": ("/school/learners/{learner_id}/invite", "learners.change"),
    "catalogue.begin": ("/school/catalogue/{achievement_id}/draft", "catalogue.change"),
    "catalogue.check": ("/school/catalogue/{achievement_id}/check", "catalogue.change"),
    "catalogue.change_esco": ("/school/catalogue/{achievement_id}/outcomes/1/esco", "catalogue.change"),
    "catalogue.answer": ("/school/catalogue/{ref}/answers/{catalogue_review_id}", "catalogue.change"),
}
"""The same of what takes a form alone."""
CODES = {True: {200, 302, 303, 400, 404, 409}, False: {403}}


@pytest.fixture
def known(school: Services) -> Known:
    """A school that has something of everything."""
    return fill(school)


@pytest.fixture
def app(school: Services, known: Known) -> Flask:
    """Its pages; forms need no token."""
    made = create_app(school.settings, school)
    assert made.extensions["mimis"].failures == []
    made.config["WTF_CSRF_ENABLED"] = False
    return made


@pytest.fixture
def enter(app: Flask, school: Services) -> Callable[..., FlaskClient]:
    """The browser of somebody in this role; with a fresh passkey unless told otherwise."""

    def make(role: Role, *, passkey: bool = True) -> FlaskClient:
        made = school.invite_staff(f"In {role}", f"{role}@demo.example", (role,))
        session = school.redeem_invitation(made.url.rpartition("/")[2])
        if passkey:
            school.add_passkey(session, f"key of {role}", b"key", 1)
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie[STAFF] = session
        return client

    return make


@pytest.mark.parametrize("role", list(Role))
def test_role_opens_what_it_may(enter: Callable[..., FlaskClient], known: Known, role: Role) -> None:
    client = enter(role)
    answers = {name: client.get(path.format_map(known)).status_code for name, (path, _) in PAGES.items()}
    answers |= {name: client.post(path.format_map(known)).status_code for name, (path, _) in FORMS.items()}
    wanted = {name: _may(role, action) for name, (_, action) in (PAGES | FORMS).items()}
    wrong = {name: code for name, code in answers.items() if code not in CODES[wanted[name]]}
    assert wrong == {}


def test_stranger_is_led_to_sign_in(app: Flask, known: Known) -> None:
    answers = {endpoint: _led(app.test_client(), endpoint, known) for endpoint in (*PAGES, *FORMS)}
    assert {endpoint: led for endpoint, led in answers.items() if led != (303, "/staff/in")} == {}


def test_what_seals_or_revokes_asks_for_a_passkey(enter: Callable[..., FlaskClient], known: Known) -> None:
    needed = {name: action for name, (_, action) in (PAGES | FORMS).items() if action in SECOND_FACTOR}
    wanted = {name: min(ALLOWED[action or ""]) for name, action in needed.items()}
    clients = {role: enter(role, passkey=False) for role in set(wanted.values())}
    answers = {endpoint: _led(clients[role], endpoint, known) for endpoint, role in wanted.items()}
    assert {endpoint: led for endpoint, led in answers.items() if led != (303, "/staff/confirm")} == {}


def test_asking_for_the_head_of_a_page_decides_nothing(
    enter: Callable[..., FlaskClient], school: Services, known: Known
) -> None:
    clients = [enter(role) for role in (Role.OWNER, Role.ISSUER, Role.REVIEWER)]
    before = _kept(school)
    for client in clients:
        for path, _ in PAGES.values():
            answer = client.head(path.format_map(known))
            assert (answer.status_code < 500, answer.data) == (True, b""), path
    assert _kept(school) == before


def test_walk_covers_every_page_of_the_school(app: Flask) -> None:
    ours = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/school")}
    assert ours == {*PAGES, *FORMS}


def _led(client: FlaskClient, endpoint: str, known: Known) -> tuple[int, str | None]:
    """How somebody is answered, and where that leads."""
    path, _ = (PAGES | FORMS)[endpoint]
    answer = client.open(path.format_map(known), method="GET" if endpoint in PAGES else "POST")
    return answer.status_code, answer.location


def _kept(school: Services) -> dict[str, list[tuple[Any, ...]]]:
    """What the school has; who was refused stands in the audit, and attempts are counted."""
    rows = rows_of(school, school.organisation)
    return {name: found for name, found in rows.items() if name not in {"audit", "audit_head", "attempt", "state"}}


def _may(role: Role, action: str | None) -> bool:
    return action is None or role in ALLOWED[action]
