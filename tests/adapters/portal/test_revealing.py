"""A share without a name: the button that asks whose it is, and the learner's two buttons that answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from mimis_portal.share_words import reveal_reasons

from mimis_core.services.contact_messages import REASONS

OpenShare = Callable[..., Any]


@pytest.mark.parametrize("anonymous", [True, False], ids=["nameless", "named"])
def test_only_share_without_name_offers_to_ask(client: FlaskClient, open_share: OpenShare, anonymous: bool) -> None:
    open_share(anonymous=anonymous)
    page = client.get("/s/tok").text
    assert ("Fråga vem det är" in page) is anonymous
    assert page.count('type="radio"') == 4 * anonymous
    assert "<textarea" not in page


def test_learner_is_asked_and_reveals_herself_with_one_click(amina: FlaskClient, open_share: OpenShare) -> None:
    open_share(anonymous=True)
    assert "Personen har fått frågan" in amina.post("/s/tok/reveal", data={"reason": "meet"}).text
    assert "Personen har inte svarat än." in amina.get("/s/tok").text
    page = amina.get("/me/shares").text
    assert "Någon som har länken vill veta vem du är." in page
    assert "Vi vill träffa dig." in page
    answer = amina.post("/me/shares/share-1/reveal", follow_redirects=True).text
    assert "Nu visar delningen ditt namn." in answer
    assert "Visa mitt namn" not in answer
    assert "<h1>Amina Warsame delar ett bevis</h1>" in amina.get("/s/tok").text


def test_no_is_shown_to_both_and_can_be_changed(amina: FlaskClient, open_share: OpenShare) -> None:
    open_share(anonymous=True)
    amina.post("/s/tok/reveal", data={"reason": "offer"})
    page = amina.post("/me/shares/share-1/decline", follow_redirects=True).text
    assert "Du svarade nej." in page
    assert "Nej, visa inte mitt namn" not in page
    assert "Visa mitt namn" in page
    assert "Personen har svarat nej" in amina.post("/s/tok/reveal", data={"reason": "meet"}).text
    shared = amina.get("/s/tok").text
    assert "Personen har svarat nej." in shared
    assert ("Fråga vem det är" in shared, "Amina" in shared) == (False, False)


def test_asking_about_a_named_share_leads_back_to_it(client: FlaskClient, open_share: OpenShare) -> None:
    open_share()
    answer = client.post("/s/tok/reveal", data={"reason": "meet"})
    assert (answer.status_code, answer.location) == (303, "/s/tok")


@pytest.mark.parametrize(("state", "token", "status"), [("withdrawn", "tok", 410), ("active", "unknown", 404)])
def test_share_that_is_not_open_is_not_asked_about(
    client: FlaskClient, services: Any, open_share: OpenShare, state: str, token: str, status: int
) -> None:
    services.shares = [open_share(anonymous=True).model_copy(update={"state": state})]
    answer = client.post(f"/s/{token}/reveal", data={"reason": "meet"})
    assert (answer.status_code, services.shares[0].reveal) == (status, None)


@pytest.mark.parametrize("path", ["/me/shares/foreign/reveal", "/me/shares/foreign/decline"])
def test_foreign_share_is_not_answered_for(amina: FlaskClient, path: str) -> None:
    assert amina.post(path).status_code == 404


@pytest.mark.parametrize("number", [0, 1], ids=["sv", "en"])
def test_page_and_mail_give_the_reason_in_the_same_words(app: Flask, number: int) -> None:
    with app.test_request_context(headers={"Accept-Language": ("sv", "en")[number]}):
        assert reveal_reasons() == {reason: texts[number] for reason, texts in REASONS.items()}
