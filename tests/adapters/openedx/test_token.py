"""The access token: how it is asked for, kept, renewed and refused."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from mimis_openedx.client import OpenEdx
from mimis_openedx.sandbox import OpenEdxSandbox
from mimis_openedx.source import OpenEdxSource

from mimis_core import AuthenticationError, ConfigurationError, MimisError, TemporaryError
from mimis_core.testing import Answer
from mimis_core.testing.conformance import completions_of, pull_all

from .conftest import COURSE, asked, connect, override


@pytest.fixture
def lms(server: OpenEdxSandbox, source: OpenEdxSource) -> OpenEdx:
    return source._lms


def test_token_is_asked_for_by_form(server: OpenEdxSandbox, lms: OpenEdx) -> None:
    lms.sign_in()
    (request,) = asked(server, "access_token")
    assert request.form() == {
        "grant_type": ["client_credentials"],
        "client_id": ["mimis"],
        "client_secret": ["sandbox-secret"],
        "token_type": ["jwt"],
    }
    assert "authorization" not in request.headers


def test_secret_with_odd_characters_arrives(server: OpenEdxSandbox) -> None:
    server.tokens.known = ("mimis", "å+&= /%ö")
    with connect(server, client_secret="å+&= /%ö") as source:
        source._lms.sign_in()


def test_one_token_serves_whole_pull(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    pull_all(source)
    assert len(asked(server, "access_token")) == 1


def test_jwt_is_sent_as_jwt(server: OpenEdxSandbox, lms: OpenEdx) -> None:
    lms.course(COURSE)
    assert asked(server, "courses")[0].headers["authorization"].startswith("JWT eyJ")


def test_opaque_token_is_sent_as_bearer(server: OpenEdxSandbox, lms: OpenEdx) -> None:
    body = {"access_token": "opaque", "token_type": "Bearer", "expires_in": 36000}
    override(server, "access_token", Answer.of(body))
    server.tokens.valid["opaque"] = "Bearer"
    assert lms.course(COURSE).key == COURSE


def test_refused_token_is_renewed_once(server: OpenEdxSandbox, lms: OpenEdx) -> None:
    lms.sign_in()
    server.tokens.valid.clear()
    assert lms.course(COURSE).key == COURSE
    assert len(asked(server, "access_token")) == 2


def test_lasting_refusal_is_authentication_error(server: OpenEdxSandbox, lms: OpenEdx) -> None:
    override(server, "api/", Answer.of({"detail": "no"}, 401))
    with pytest.raises(AuthenticationError):
        lms.course(COURSE)
    assert (len(asked(server, "api/")), len(asked(server, "access_token"))) == (2, 2)


def test_many_threads_renew_token_once(server: OpenEdxSandbox, lms: OpenEdx) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lms.course, [COURSE] * 8))
        server.tokens.valid.clear()
        list(pool.map(lms.course, [COURSE] * 8))
    assert len(asked(server, "access_token")) == 2


@pytest.mark.parametrize(("later", "requests"), [(3530, 1), (3545, 2)])
def test_token_is_renewed_before_expiry(
    server: OpenEdxSandbox, lms: OpenEdx, monkeypatch: pytest.MonkeyPatch, later: int, requests: int
) -> None:
    lms.sign_in()
    clock = SimpleNamespace(time=lambda: time.time() + later)
    monkeypatch.setattr("authlib.oauth2.rfc6749.wrappers.time", clock)
    lms.sign_in()
    assert len(asked(server, "access_token")) == requests


def test_short_lived_token_is_used(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    server.tokens.life = 30
    assert completions_of(pull_all(source))
    assert len(asked(server, "access_token")) == 1


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        (Answer.of({"error": "invalid_client"}, 401), AuthenticationError, "invalid_client"),
        (Answer.of({"error": "invalid_client"}, 400), AuthenticationError, "invalid_client"),
        (Answer.of({"error": "unsupported_grant_type"}, 400), AuthenticationError, "unsupported_grant_type"),
        (Answer.of({"error": "invalid_scope"}, 400), AuthenticationError, "invalid_scope"),
        (Answer(403, b"<html>blocked</html>", "text/html"), TemporaryError, None),
        (Answer(404, b"<html></html>", "text/html"), ConfigurationError, None),
        (Answer(503, b"", "text/html"), TemporaryError, None),
        (Answer.of({"token": 1}), TemporaryError, None),
        (Answer.of({"access_token": "x", "token_type": "Bearer", "expires_in": -9}), AuthenticationError, None),
    ],
)
def test_token_refusals_say_what_mends(
    server: OpenEdxSandbox, lms: OpenEdx, answer: Answer, error: type[MimisError], code: str | None
) -> None:
    override(server, "access_token", answer)
    with pytest.raises(error) as caught:
        lms.sign_in()
    assert caught.value.mend
    assert caught.value.code == code
    assert "sandbox-secret" not in str(caught.value)
