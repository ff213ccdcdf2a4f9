"""The learner's session: who is in, who is led to sign in, and what the cookie keeps."""

from __future__ import annotations

import pytest
from flask import Flask, session
from flask.testing import FlaskClient

from mimis_core.web import current_learner, learner_required, sign_in, sign_out, signed_in_person, where_to_go


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    def enter(learner_id: str) -> str:
        session["left over"] = "x"
        sign_in(learner_id)
        return where_to_go("/default")

    def leave() -> str:
        sign_out()
        return str(current_learner())

    @learner_required
    def secret() -> str:
        return signed_in_person().full_name

    app.add_url_rule("/enter/<learner_id>", view_func=enter)
    app.add_url_rule("/leave", view_func=leave)
    app.add_url_rule("/secret", view_func=secret)
    return app.test_client()


def test_signed_in_learner_sees_page(visitor: FlaskClient) -> None:
    visitor.get("/enter/amina")
    assert visitor.get("/secret").text == "Amina Warsame"


def test_stranger_is_led_to_sign_in(visitor: FlaskClient) -> None:
    answer = visitor.get("/secret")
    assert (answer.status_code, answer.location) == (303, "/in")


def test_sign_in_returns_to_wanted_page(visitor: FlaskClient) -> None:
    visitor.get("/secret?x=1")
    assert visitor.get("/enter/amina").text == "/secret?x=1"
    assert visitor.get("/enter/amina").text == "/default"


def test_sign_in_drops_earlier_session(visitor: FlaskClient) -> None:
    visitor.get("/enter/amina")
    with visitor.session_transaction() as kept:
        assert dict(kept) == {"learner": "amina", "_permanent": True}


def test_signed_out_learner_is_stranger(visitor: FlaskClient) -> None:
    visitor.get("/enter/amina")
    assert visitor.get("/leave").text == "None"
    assert visitor.get("/secret").status_code == 303


def test_vanished_learner_is_signed_out(visitor: FlaskClient) -> None:
    visitor.get("/enter/merged-away")
    assert visitor.get("/secret").status_code == 303
    with visitor.session_transaction() as kept:
        assert "learner" not in kept


def test_language_survives_sign_out(visitor: FlaskClient) -> None:
    visitor.get("/enter/amina?lang=en")
    visitor.get("/leave")
    with visitor.session_transaction() as kept:
        assert kept["lang"] == "en"


def test_forged_cookie_is_ignored(visitor: FlaskClient) -> None:
    visitor.set_cookie("mimis", "eyJsZWFybmVyIjoiYW1pbmEifQ.aaaa.bbbb")
    assert visitor.get("/secret").status_code == 303
