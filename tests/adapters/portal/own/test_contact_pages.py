"""Her addresses and accounts on her own page: adding, confirming, choosing, and signing in with them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from mimis_core.services import Services
from tests.web.provider import Provider
from tests.web.site import Browser

PRIVATE = "asa.hemma@demo.example"
Come = Callable[[str | None], Browser]
Post = Callable[[], list[tuple[str, str]]]


def path_in(text: str) -> str:
    found = re.search(r"http://[^/]+(/\S+)", text)
    assert found is not None, text
    return found[1]


def confirmed(her: Browser, post: Post) -> None:
    """Add a private address and confirm it."""
    her.get("/me/contact")
    her.send("/me/contact/addresses", email=PRIVATE)
    path = next(path_in(text) for to, text in post() if to == PRIVATE)
    her.get(path)
    her.send(path)


def test_reminder_goes_once_she_has_a_way_of_her_own(her: Browser, post: Post) -> None:
    before = her.get("/me").text
    confirmed(her, post)
    assert ("Will you leave the school?" in before, "Will you leave the school?" in her.get("/me").text) == (
        True,
        False,
    )


def test_private_address_signs_her_in(her: Browser, post: Post, come_as: Come, learner: str) -> None:
    confirmed(her, post)
    assert "You can sign in with it from now on" in her.page.text
    stranger = come_as(None)
    stranger.get("/in")
    stranger.send("/in/mail", email=PRIVATE)
    path = next(path_in(text) for to, text in post() if to == PRIVATE)
    stranger.get(path)
    stranger.send(path)
    assert (stranger.path, stranger.page.status_code) == ("/me", 200)


def test_looking_at_the_link_does_not_burn_it(her: Browser, post: Post) -> None:
    her.get("/me/contact")
    her.send("/me/contact/addresses", email=PRIVATE)
    path = next(path_in(text) for to, text in post() if to == PRIVATE)
    for _ in range(3):
        assert her.get(path).status_code == 200
    assert her.send(path).status_code == 200
    her.get("/me/contact")
    assert her.send(path).status_code == 410


def test_who_got_the_mail_by_mistake_gets_no_way_in(
    her: Browser, post: Post, come_as: Come, other: str, school: Services, learner: str
) -> None:
    her.get("/me/contact")
    her.send("/me/contact/addresses", email=PRIVATE)
    path = next(path_in(text) for to, text in post() if to == PRIVATE)
    stranger, another = come_as(None), come_as(other)
    assert stranger.get(path).url.endswith("/in")
    another.get(path)
    assert another.send(path).status_code == 404
    assert not school.contacts_of(learner).private[0].confirmed


@pytest.mark.parametrize("email", ["", "no address", "asa1@demo.example"], ids=["none", "wrong", "known"])
def test_wrong_address_is_told_beside_the_field(her: Browser, email: str) -> None:
    her.get("/me/contact")
    answer = her.send("/me/contact/addresses", email=email)
    assert (answer.status_code, 'id="email-error"' in answer.text) == (400, True)


def test_no_mailbox_is_flooded(her: Browser, post: Post) -> None:
    her.get("/me/contact")
    codes = [her.send("/me/contact/addresses", email=PRIVATE).status_code for _ in range(6)]
    assert (codes, len(post())) == ([200] * 5 + [400], 5)


def test_main_address_and_mails_are_chosen(her: Browser, post: Post, school: Services, learner: str) -> None:
    confirmed(her, post)
    contact = school.contacts_of(learner).private[0].id
    her.send("/me/contact/main", contact=contact)
    her.send("/me/contact/mails", look="no")
    found = school.contacts_of(learner)
    her.send("/me/contact/main", contact="")
    her.send("/me/contact/mails", look="yes")
    back = school.contacts_of(learner)
    assert [(one.main, one.look_mails) for one in (found, back)] == [(PRIVATE, False), ("asa1@demo.example", True)]
    her.send(f"/me/contact/addresses/{contact}/remove")
    assert school.contacts_of(learner).private == ()


def test_account_is_connected_and_signs_her_in(
    her: Browser, come_as: Come, provider: Provider, school: Services, learner: str
) -> None:
    her.get("/me/contact")
    page = her.send("/me/contact/account")
    assert 'href="/in/account"' in page.text
    her.get("/in/account")
    assert (her.path, "Your account is connected" in her.page.text) == ("/me/contact", True)
    again = come_as(None)
    again.get("/in/account")
    assert again.path == "/me"
    (account,) = school.contacts_of(learner).accounts
    her.send(f"/me/contact/account/{account.id}/remove")
    assert come_as(None).get("/in/account").status_code == 403


def test_account_of_nobody_gets_a_friendly_page_and_nothing_is_made(
    come_as: Come, school: Services, her: Browser
) -> None:
    before = len(school.learners())
    answer = come_as(None).get("/in/account")
    assert (answer.status_code, "Nothing has been created" in answer.text) == (403, True)
    assert len(school.learners()) == before


def test_account_of_another_learner_is_not_taken(
    her: Browser, come_as: Come, other: str, school: Services, learner: str
) -> None:
    for browser in (her, come_as(other)):
        browser.get("/me/contact")
        browser.send("/me/contact/account")
        browser.get("/in/account")
    assert "belongs to someone else" in browser.page.text
    assert len(school.contacts_of(learner).accounts) == 1


def test_going_to_the_provider_without_the_form_binds_nothing(her: Browser, school: Services, learner: str) -> None:
    her.get("/in/account")
    assert school.contacts_of(learner).accounts == ()


def test_protected_learner_adds_nothing(her: Browser, school: Services, learner: str) -> None:
    her.get("/me/contact")
    school.protect_learner(learner, "Rektor")
    assert her.send("/me/contact/addresses", email=PRIVATE).status_code == 403
    assert "Add a private address" not in her.get("/me/contact").text
