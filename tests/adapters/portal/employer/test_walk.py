"""Who may open which page of an employer's mimis: each is walked in every role, and by a stranger."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mimis_core.services import ImportedShare, Role, Services
from mimis_core.services.roles import ALLOWED
from mimis_core.web import create_app
from mimis_core.web.staff_session import STAFF

PAGES = {
    "employer.inbox": ("/employer", "shares.read"),
    "employer.one": ("/employer/shares/{import_id}", "shares.read"),
    "taking_in.ask": ("/employer/import", "shares.import"),
}
"""Of each page its address and the action that it needs."""
FORMS = {
    "taking_in.take": ("/employer/import", "shares.import"),
    "taking_in.check_again": ("/employer/shares/{import_id}/check", "shares.import"),
    "taking_in.place": ("/employer/shares/{import_id}/candidate", "shares.import"),
}
"""The same of what takes a form alone."""
CODES = {True: {200, 303, 400}, False: {403}}
WALK = [(name, "GET", *place) for name, place in PAGES.items()]
WALK += [(name, "POST", *place) for name, place in FORMS.items()]


@pytest.fixture
def app(employer: Services) -> Flask:
    """The employer's pages; forms need no token."""
    made = create_app(employer.settings, employer)
    assert made.extensions["mimis"].failures == []
    made.config["WTF_CSRF_ENABLED"] = False
    return made


@pytest.fixture
def import_id(employer: Services) -> str:
    employer.save_import(ImportedShare(key="k", issuer="file", state="ask"))
    return employer.import_of("k").id


@pytest.fixture
def enter(app: Flask, employer: Services) -> Callable[[Role], FlaskClient]:
    """The browser of somebody in this role."""

    def make(role: Role) -> FlaskClient:
        made = employer.invite_staff(f"In {role}", f"{role}@demo.example", (role,))
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie[STAFF] = employer.redeem_invitation(made.url.rpartition("/")[2])
        return client

    return make


@pytest.mark.parametrize("role", list(Role))
def test_role_opens_what_it_may(enter: Callable[[Role], FlaskClient], import_id: str, role: Role) -> None:
    client = enter(role)
    answers = {
        name: client.open(path.format(import_id=import_id), method=method).status_code for name, method, path, _ in WALK
    }
    wrong = {name: answers[name] for name, _, _, action in WALK if answers[name] not in CODES[role in ALLOWED[action]]}
    assert wrong == {}


def test_stranger_is_led_to_sign_in(app: Flask, import_id: str) -> None:
    for _, method, path, _ in WALK:
        answer = app.test_client().open(path.format(import_id=import_id), method=method)
        assert (answer.status_code, answer.location) == (303, "/staff/in")


def test_unknown_share_is_not_found(enter: Callable[[Role], FlaskClient]) -> None:
    client = enter(Role.ISSUER)
    for name, method, path, _ in WALK:
        if "{import_id}" in path:
            answer = client.open(path.format(import_id="unknown"), method=method, data={"email": "a@b.example"})
            assert (name, answer.status_code) == (name, 404)


def test_walk_covers_every_page_of_the_employer(app: Flask) -> None:
    ours = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/employer")}
    assert ours == {*PAGES, *FORMS}


def test_employer_has_no_page_of_a_school(app: Flask) -> None:
    shown = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()}
    assert not shown & {"school", "me", "s", "in"}


def test_school_has_no_page_of_an_employer(school: Services) -> None:
    rules = {rule.rule for rule in create_app(school.settings, school).url_map.iter_rules()}
    assert not {rule for rule in rules if rule.startswith("/employer")}
