"""Who may open which page of an employer's mimis: each is walked in every role, and by a stranger."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mimis_core.services import ImportedShare, OutcomeNeed, Role, Services
from mimis_core.services.roles import ALLOWED
from mimis_core.web import create_app
from mimis_core.web.staff_session import STAFF
from tests.filled_school import Known

PAGES: dict[str, tuple[str, str | None]] = {
    "employer.start": ("/employer/start", None),
    "employer.inbox": ("/employer", "shares.read"),
    "employer.one": ("/employer/shares/{import_id}", "shares.read"),
    "taking_in.ask": ("/employer/import", "shares.import"),
    "role_profiles.listing": ("/employer/roles", "profiles.read"),
    "role_profiles.new": ("/employer/roles/new", "profiles.change"),
    "role_profiles.one": ("/employer/roles/{role_id}", "profiles.read"),
    "role_profiles.edit": ("/employer/roles/{role_id}/edit", "profiles.change"),
    "role_profiles.publish": ("/employer/roles/{role_id}/publish", "profiles.change"),
    "role_profiles.end": ("/employer/roles/{role_id}/end", "profiles.change"),
    "role_matches.ranked": ("/employer/roles/{role_id}/shares", "shares.read"),
    "role_matches.match": ("/employer/roles/{role_id}/shares/{import_id}", "shares.read"),
}
"""Of each page its address and the action that it needs, if any."""
FORMS: dict[str, tuple[str, str | None]] = {
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
def known(employer: Services) -> Known:
    """A share and a role, by the names that addresses have for them."""
    employer.save_import(ImportedShare(key="k", issuer="file", state="ask"))
    role = employer.new_role({"sv": "Kock"}, "Test", [OutcomeNeed(label={"sv": "Laga mat"})])
    return {"import_id": employer.import_of("k").id, "role_id": role.profile.id}


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
def test_role_opens_what_it_may(enter: Callable[[Role], FlaskClient], known: Known, role: Role) -> None:
    client = enter(role)
    answers = {name: client.open(path.format_map(known), method=method).status_code for name, method, path, _ in WALK}
    may = {name: action is None or role in ALLOWED[action] for name, _, _, action in WALK}
    wrong = {name: code for name, code in answers.items() if code not in CODES[may[name]]}
    assert wrong == {}


def test_stranger_is_led_to_sign_in(app: Flask, known: Known) -> None:
    for _, method, path, _ in WALK:
        answer = app.test_client().open(path.format_map(known), method=method)
        assert (answer.status_code, answer.location) == (303, "/staff/in")


@pytest.mark.parametrize("role", list(Role))
def test_whoever_signs_in_comes_to_a_page_that_she_may_see(app: Flask, employer: Services, role: Role) -> None:
    made = employer.invite_staff("Nina Ek", "nina@demo.example", (role,))
    client = app.test_client()
    page = client.post(made.url.removeprefix(employer.settings.base_url), follow_redirects=True)
    assert (page.status_code, "Din roll visar inte" in page.text) == (200, role is Role.REVIEWER)


@pytest.mark.parametrize("what", ["import_id", "role_id"])
def test_unknown_share_or_role_is_not_found(enter: Callable[[Role], FlaskClient], known: Known, what: str) -> None:
    client = enter(Role.ISSUER)
    for name, method, path, _ in WALK:
        if f"{{{what}}}" in path:
            address = path.format_map({**known, what: "unknown"})
            answer = client.open(address, method=method, data={"email": "a@b.example"})
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
