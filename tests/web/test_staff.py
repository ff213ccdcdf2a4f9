"""Pages of staff: one-time links, who is let in where, sessions that end on the server, and who works here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import current_app

from mimis_core.services import Role, Services
from mimis_core.web import create_app, current_staff, staff_required
from tests.school import Clock
from tests.web.authenticator import Authenticator
from tests.web.site import Browser, enter, invite, served


@pytest.fixture
def address(school: Services) -> Iterator[str]:
    with served(school) as address:
        yield address


@pytest.fixture
def browser(address: str) -> Iterator[Browser]:
    made = Browser(address)
    yield made
    made.close()


@pytest.fixture
def owner(browser: Browser, school: Services) -> Browser:
    """The browser of an owner who has just proved that it is she."""
    enter(browser, invite(school))
    browser.get("/staff/passkeys/new")
    browser.send("/staff/passkeys/new", answer=Authenticator(browser.address).create(browser.options()))
    return browser


def test_link_shows_a_button_that_works_once(browser: Browser, school: Services) -> None:
    link = invite(school)
    for _ in range(3):
        assert browser.get(link).status_code == 200
    assert (browser.send(link).status_code, browser.path) == (200, "/school")
    assert "Åsa" in browser.get("/staff/").text
    assert browser.get(link).status_code == 410


@pytest.mark.parametrize("use", ["get", "send"])
def test_link_that_is_not_known_is_not_found(browser: Browser, use: str) -> None:
    browser.get("/staff/in")
    browser.get("/staff/in/passkey")
    assert getattr(browser, use)("/staff/invitation/guessed").status_code == 404


def test_old_link_says_so(browser: Browser, school: Services, clock: Clock) -> None:
    link = invite(school)
    clock.forward(days=4)
    assert browser.get(link).status_code == 410
    assert "för gammal" in browser.page.text


def test_button_without_the_pages_token_does_nothing(browser: Browser, school: Services) -> None:
    link = invite(school)
    assert browser.send(link).status_code == 400
    assert browser.get(link).status_code == 200


@pytest.mark.parametrize("path", ["/staff/", "/staff/people", "/staff/passkeys/new", "/staff/confirm"])
def test_stranger_is_led_to_sign_in(browser: Browser, path: str) -> None:
    browser.get(path)
    assert browser.path == "/staff/in"


def test_where_she_was_going_is_shown_after_sign_in(browser: Browser, school: Services) -> None:
    browser.get("/staff/passkeys/new")
    enter(browser, invite(school))
    assert browser.path == "/staff/passkeys/new"


def test_stolen_cookie_is_worth_nothing_after_sign_out(browser: Browser, school: Services) -> None:
    enter(browser, invite(school))
    stolen = browser.copy_cookies()
    browser.send("/staff/out")
    browser.use_cookies(stolen)
    browser.get("/staff/")
    assert browser.path == "/staff/in"


def test_administrator_ends_a_session(browser: Browser, school: Services) -> None:
    enter(browser, invite(school))
    (her,) = school.staff()
    assert school.sign_out_staff(her.id) == 1
    browser.get("/staff/")
    assert browser.path == "/staff/in"


@pytest.mark.parametrize("kept", [{"learner": "1" * 32}, {"staff": "guessed"}, {"staff": "1" * 32}, {"staff": ""}])
def test_session_of_no_staff_opens_no_page_of_theirs(school: Services, kept: dict[str, str]) -> None:
    client = create_app(school.settings, school).test_client()
    with client.session_transaction() as session:
        session.update(kept)
    assert client.get("/staff/").location == "/staff/in"


# Who works here --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.ISSUER, Role.REVIEWER, Role.READER])
def test_people_are_the_owners_business(browser: Browser, school: Services, role: Role) -> None:
    enter(browser, invite(school, "Bo", role))
    assert browser.get("/staff/people").status_code == 403


def test_owner_without_recent_proof_is_asked_for_a_passkey(browser: Browser, school: Services) -> None:
    enter(browser, invite(school))
    browser.get("/staff/people")
    assert browser.path == "/staff/confirm"


def test_owner_invites_somebody(owner: Browser, school: Services) -> None:
    owner.get("/staff/people")
    owner.send("/staff/people", name="Bo", email="bo@demo.example", roles=["reader", "issuer"])
    assert f"{owner.address}/staff/invitation/" in owner.page.text
    assert {one.name: one.roles for one in school.staff()}["Bo"] == (Role.ISSUER, Role.READER)


def test_owner_changes_roles_and_ends_access(owner: Browser, school: Services) -> None:
    invite(school, "Bo", Role.READER)
    bo = next(one.id for one in school.staff() if one.name == "Bo")
    owner.get("/staff/people")
    owner.send(f"/staff/people/{bo}/roles", roles="reviewer")
    assert {one.name: one.roles for one in school.staff()}["Bo"] == (Role.REVIEWER,)
    owner.send(f"/staff/people/{bo}/remove")
    assert [one.name for one in school.staff()] == ["Åsa"]


def test_owner_starts_over_with_somebody(owner: Browser, school: Services) -> None:
    link = invite(school, "Bo", Role.READER)
    bo = next(one.id for one in school.staff() if one.name == "Bo")
    owner.get("/staff/people")
    assert "/staff/invitation/" in owner.send(f"/staff/people/{bo}/reset").text
    assert owner.get(link).status_code == 410


@pytest.mark.parametrize(
    ("act", "fields", "said"),
    [
        ("roles", {"roles": "reader"}, "måste finnas en skapare"),
        ("roles", {}, "minst en roll"),
        ("remove", {}, "måste finnas en skapare"),
    ],
)
def test_what_cannot_be_done_is_said(
    owner: Browser, school: Services, act: str, fields: dict[str, str], said: str
) -> None:
    (her,) = school.staff()
    owner.get("/staff/people")
    owner.send(f"/staff/people/{her.id}/{act}", **fields)
    assert said in owner.page.text
    assert [one.roles for one in school.staff()] == [(Role.OWNER,)]


@pytest.mark.parametrize(
    ("name", "email", "said"),
    [("Bo", "Åsa@demo.example", "redan den adressen"), ("", "bo@demo.example", "skriv ett namn")],
)
def test_invitation_that_cannot_be_is_said(owner: Browser, name: str, email: str, said: str) -> None:
    owner.get("/staff/people")
    owner.send("/staff/people", name=name, email=email, roles="reader")
    assert said in owner.page.text


def test_stranger_is_nobody_whose_roles_can_change(owner: Browser) -> None:
    owner.get("/staff/people")
    assert owner.send(f"/staff/people/{'0' * 32}/roles", roles="owner").status_code == 404


# For other pages -------------------------------------------------------------------------------------------------


def test_pages_of_adapters_are_guarded_by_what_is_done_there(school: Services) -> None:
    app = create_app(school.settings, school)

    @staff_required("award.approve", back="staff.home")
    def approve() -> str:
        return f"{current_staff().staff.name} {current_app.name}"

    app.add_url_rule("/approve", view_func=approve, methods=("GET", "POST"))
    app.config["WTF_CSRF_ENABLED"] = False
    client, token = app.test_client(), invite(school, "Bo", Role.ISSUER).rpartition("/")[2]
    client.post(f"/staff/invitation/{token}")
    for method in (client.get, client.post):
        assert method("/approve").location == "/staff/confirm"
