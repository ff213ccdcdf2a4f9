"""Errors as pages and as problem documents, and that neither page nor log tells what it must not."""

from __future__ import annotations

import pytest
from flask import Flask, abort, request

from mimis_core import (
    AuthenticationError,
    ConfigurationError,
    MimisError,
    NotFoundError,
    PermanentError,
    PermissionDeniedError,
    TemporaryError,
    UserError,
)

STATUS = [
    (NotFoundError("gone"), 404),
    (AuthenticationError("who"), 401),
    (PermissionDeniedError("no"), 403),
    (TemporaryError("later"), 503),
    (UserError("wrong"), 400),
    (ConfigurationError("bad"), 500),
    (PermanentError("never"), 500),
]


def failing(app: Flask, path: str, error: Exception) -> None:
    def fail(**_: str) -> str:
        raise error

    app.add_url_rule(path, f"fail{path}", fail)


@pytest.mark.parametrize(("error", "status"), STATUS)
@pytest.mark.parametrize("prefix", ["", "/api"])
def test_error_kind_decides_status(app: Flask, error: MimisError, status: int, prefix: str) -> None:
    failing(app, f"{prefix}/fail", error)
    answer = app.test_client().get(f"{prefix}/fail")
    assert answer.status_code == status
    assert answer.mimetype == ("application/problem+json" if prefix else "text/html")


@pytest.mark.parametrize("status", [403, 404, 405, 410, 413, 429, 503])
def test_page_explains_in_both_languages(app: Flask, status: int) -> None:
    app.add_url_rule("/abort", view_func=lambda: abort(status))
    client = app.test_client()
    swedish = client.get("/abort", headers={"Accept-Language": "sv"}).text
    english = client.get("/abort", headers={"Accept-Language": "en"}).text
    assert 'lang="sv"' in swedish
    assert 'lang="en"' in english
    assert swedish.split("<h1>")[1] != english.split("<h1>")[1]


@pytest.mark.parametrize("language", ["sv", "en"])
def test_refusal_fits_at_a_school_and_at_an_employer(app: Flask, language: str) -> None:
    failing(app, "/fail", PermissionDeniedError("no"))
    page = app.test_client().get("/fail", headers={"Accept-Language": language}).text
    assert {"sv": "där du studerar eller arbetar", "en": "where you study or work"}[language] in page


@pytest.mark.parametrize(("key", "start"), [("learner", "/"), ("staff", "/staff/")], ids=["learner", "staff"])
def test_way_out_leads_to_the_readers_own_start(app: Flask, key: str, start: str) -> None:
    failing(app, "/fail", NotFoundError("gone"))
    client = app.test_client()
    with client.session_transaction() as session:
        session[key] = "somebody"
    assert f'<p><a href="{start}">' in client.get("/fail").text


def test_problem_has_standard_members(app: Flask) -> None:
    failing(app, "/api/fail", NotFoundError("The share is withdrawn.", code="withdrawn"))
    body = app.test_client().get("/api/fail").get_json(force=True)
    assert body["type"] == "about:blank"
    assert body["status"] == 404
    assert body["code"] == "withdrawn"
    assert body["title"]


def test_unknown_api_path_is_problem(app: Flask) -> None:
    assert app.test_client().get("/api/nowhere").mimetype == "application/problem+json"


def test_json_caller_gets_problem_anywhere(app: Flask) -> None:
    answer = app.test_client().get("/nowhere", headers={"Accept": "application/json"})
    assert answer.mimetype == "application/problem+json"


def test_retry_time_is_passed_on(app: Flask) -> None:
    failing(app, "/fail", TemporaryError("later", retry_after=30))
    assert app.test_client().get("/fail").headers["Retry-After"] == "30"


def test_our_fault_hides_details(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    failing(app, "/s/<token>", ZeroDivisionError("division by zero"))
    answer = app.test_client().get("/s/SECRET-TOKEN")
    number = answer.text.split("nummer ")[1][:8]
    assert answer.status_code == 500
    assert number in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert "SECRET-TOKEN" not in caplog.text
    assert "division" not in answer.text


def test_error_text_stays_out_of_log(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    failing(app, "/fail", RuntimeError("anna@exempel.se"))
    app.test_client().get("/fail")
    assert "RuntimeError" in caplog.text
    assert "anna@exempel.se" not in caplog.text


def test_too_large_upload_is_refused(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    app.add_url_rule("/take", view_func=lambda: str(len(request.form)), methods=["POST"])
    answer = app.test_client().post("/take", data={"text": "x" * (2 * 1024 * 1024 + 1)})
    assert answer.status_code == 413
