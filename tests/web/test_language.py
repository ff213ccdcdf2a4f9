"""Languages: which one a reader gets, and texts and times in it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from mimis_core.web import pick


@pytest.mark.parametrize(
    ("header", "language"),
    [("sv", "sv"), ("en-GB,en;q=0.9", "en"), ("de, en;q=0.5", "en"), ("so", "sv"), ("", "sv")],
)
def test_browser_chooses_the_language(client: FlaskClient, header: str, language: str) -> None:
    page = client.get("/nowhere", headers={"Accept-Language": header}).text
    assert f'<html lang="{language}">' in page


def test_choice_wins_and_stays(client: FlaskClient) -> None:
    client.get("/nowhere?lang=en", headers={"Accept-Language": "sv"})
    assert '<html lang="en">' in client.get("/nowhere", headers={"Accept-Language": "sv"}).text


@pytest.mark.parametrize("wrong", ["xx", "../../etc", "<script>"])
def test_unknown_choice_changes_nothing(client: FlaskClient, wrong: str) -> None:
    assert '<html lang="sv">' in client.get("/nowhere", query_string={"lang": wrong}).text


@pytest.mark.parametrize(
    ("text", "language", "picked"),
    [
        ({"sv": "hej", "en": "hello"}, "en", "hello"),
        ({"sv": "hej", "en": "hello"}, "sv", "hej"),
        ({"sv": "hej"}, "en", "hej"),
        ({"en": "hello", "fi": "terve"}, "sv", "hello"),
        ({"fi": "terve"}, "sv", "terve"),
    ],
)
def test_text_falls_back_sensibly(app: Flask, text: dict[str, str], language: str, picked: str) -> None:
    with app.test_request_context(headers={"Accept-Language": language}):
        assert pick(text) == picked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ({"en": "A & B"}, "A &amp; B"),
        ({"sv": "<b>"}, '<span lang="sv">&lt;b&gt;</span>'),
        ({'"><script>': "x"}, '<span lang="&#34;&gt;&lt;script&gt;">x</span>'),
    ],
)
def test_foreign_text_is_marked(app: Flask, text: dict[str, str], shown: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert render_template_string("{{ text|said }}", text=text) == shown


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("sv", "24 november 2026 | 24 november 2026 kl. 10.12"),
        ("en", "24 November 2026 | 24 November 2026, 10:12"),
    ],
)
def test_times_are_local_and_readable(app: Flask, language: str, shown: str) -> None:
    moment = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)
    with app.test_request_context(headers={"Accept-Language": language}):
        assert render_template_string("{{ d|day }} | {{ m|moment }}", d=date(2026, 11, 24), m=moment) == shown
