"""Who may see which page: every route for learners and everyone is walked, signed in and not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

PUBLIC = {
    "/": 200,
    "/in": 200,
    "/in/good-token": 200,
    "/c/pub-1": 200,
    "/c/unknown": 404,
    "/status/pub-1": 200,
    "/status/unknown": 404,
    "/status/list/1/revocation": 200,
    "/status/list/2/revocation": 404,
    "/endorsements/end-1": 200,
    "/endorsements/unknown": 404,
    "/s/tok": 200,
    "/s/unknown": 404,
    "/s/tok/files/1": 200,
    "/s/tok/files/2": 404,
    "/check": 200,
    "/accessibility": 200,
}
OWN = {
    "/me": 200,
    "/me/credentials/cred-1": 200,
    "/me/credentials/cred-1/file": 200,
    "/me/credentials/cred-1/file/badge": 404,
    "/me/credentials/cred-1/pdf": 200,
    "/me/credentials/cred-1/send/europass": 200,
    "/me/credentials/cred-1/send/mail": 404,
    "/me/credentials/foreign": 404,
    "/me/credentials/foreign/file": 404,
    "/me/credentials/foreign/pdf": 404,
    "/me/credentials/foreign/send/europass": 404,
    "/me/share": 200,
    "/me/shares": 200,
    "/me/path": 200,
}
OWN_POSTS = [
    "/me/path",
    "/me/share",
    "/me/shares/share-1/withdraw",
    "/me/shares/share-1/reveal",
    "/me/shares/share-1/decline",
    "/me/credentials/cred-1/send/europass",
    "/me/credentials/cred-1/mail",
]


@pytest.mark.parametrize(("path", "status"), PUBLIC.items())
def test_public_page_needs_no_sign_in(
    client: FlaskClient, open_share: Callable[..., Any], path: str, status: int
) -> None:
    open_share()
    assert client.get(path).status_code == status


@pytest.mark.parametrize("path", OWN)
def test_stranger_never_sees_own_pages(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.location) == (303, "/in")


@pytest.mark.parametrize("path", OWN_POSTS)
def test_stranger_can_do_nothing(client: FlaskClient, services: Any, path: str) -> None:
    answer = client.post(path, data={"step": "yes", "to": "a@b.example"})
    assert (answer.status_code, answer.location) == (303, "/in")
    assert (services.permissions, services.shares) == ([], [])


@pytest.mark.parametrize(("path", "status"), OWN.items())
def test_learner_sees_only_her_own(amina: FlaskClient, path: str, status: int) -> None:
    assert amina.get(path).status_code == status


def test_walk_covers_every_route(app: Flask) -> None:
    adapter = app.url_map.bind("localhost")
    walked = {adapter.match(path)[0] for path in (*PUBLIC, *OWN)}
    walked |= {adapter.match(path, method="POST")[0] for path in OWN_POSTS}
    posts_elsewhere = {"signin.send_link", "signin.redeem", "signin.redeem_slip", "signin.leave", "check.answer"}
    posts_elsewhere |= {"shared.ask_to_reveal"}
    pages_elsewhere = {"share.pdf", "shared.pdf"}  # test_pdf_of_share.py, at a school that draws pages
    for_staff = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith(("/school", "/attest"))}
    walked_as_a_whole = {name for name in app.view_functions if name.partition(".")[0] in ("own", "ways")}
    ours = {name for name, view in app.view_functions.items() if view.__module__.startswith("mimis_portal")}
    ours -= for_staff | walked_as_a_whole
    assert ours == walked | posts_elsewhere | pages_elsewhere | {"share.decide"}


@pytest.mark.parametrize("path", ["/me/shares/foreign/withdraw"])
def test_foreign_share_cannot_be_taken(amina: FlaskClient, path: str) -> None:
    assert amina.post(path).status_code == 404
