"""Every page is safe and usable: tokens in forms, labels, one heading, a language, no script or inline style."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from mimis_portal.forms import today
from werkzeug.test import TestResponse

from mimis_core import Verdict

PAGES = [
    "/",
    "/in",
    "/in/good-token",
    "/me",
    "/me/credentials/cred-1",
    "/me/credentials/cred-1/send/europass",
    "/me/share",
    "/me/shares",
    "/c/pub-1",
    "/s/tok",
    "/check",
    "/accessibility",
    "/nowhere",
]
POSTED = {
    "/in/mail": {"email": "wrong"},
    "/in/unknown": {},
    "/in": {"code": "wrong"},
    "/check": {"text": "{}"},
    "/me/credentials/cred-1/send/europass": {"to": "a@b.se", "step": "look"},
    "/me/share": {"credential": "cred-1", "purpose": "Jobb", "until": (today() + timedelta(days=9)).isoformat()},
}
HIDDEN = ("hidden", "submit")


class Page(HTMLParser):
    """One answered page: its tags with their attributes, and its visible text."""

    def __init__(self, answer: TestResponse) -> None:
        super().__init__()
        self.status = answer.status_code
        self.html = answer.text
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, *names: str) -> list[dict[str, str]]:
        """Attributes of all tags with one of these names."""
        return [attributes for tag, attributes in self.tags if tag in names]


@pytest.fixture(params=["sv", "en"])
def pages(
    request: pytest.FixtureRequest, amina: FlaskClient, services: Any, open_share: Callable[..., Any],
    make_verdict: Callable[..., Verdict],
) -> dict[str, Any]:  # fmt: skip
    """All pages in one language: the stranger's after the learner's."""
    open_share()
    services.verdict = make_verdict("unknown", seal="skipped")
    amina.get("/", query_string={"lang": request.param})
    found = {path: Page(amina.get(path)) for path in PAGES if path != "/in"}
    found |= {f"POST {path}": Page(amina.post(path, data=data)) for path, data in POSTED.items()}
    amina.post("/out")
    found |= {f"stranger {path}": Page(amina.get(path)) for path in ("/", "/in")}
    return {"language": request.param, **found}


def each(pages: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(name, page) for name, page in pages.items() if name != "language"]


def test_page_has_one_heading(pages: dict[str, Any]) -> None:
    assert {name: len(page.all("h1")) for name, page in each(pages)} == {name: 1 for name, _ in each(pages)}


def test_page_says_its_language(pages: dict[str, Any]) -> None:
    assert {page.all("html")[0]["lang"] for _, page in each(pages)} == {pages["language"]}


def test_every_input_has_label(pages: dict[str, Any]) -> None:
    for name, page in each(pages):
        labelled = {label.get("for") for label in page.all("label")}
        for control in page.all("input", "select", "textarea"):
            assert control.get("type") in HIDDEN or control["id"] in labelled, (name, control)


def test_ids_are_unique_and_known(pages: dict[str, Any]) -> None:
    for name, page in each(pages):
        ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
        assert len(ids) == len(set(ids)), name
        for _, attributes in page.tags:
            assert set(attributes.get("aria-describedby", "").split()) <= set(ids), (name, attributes)


def test_headings_never_skip_level(pages: dict[str, Any]) -> None:
    for name, page in each(pages):
        levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
        assert all(after - before <= 1 for before, after in pairwise(levels)), (name, levels)


def test_images_have_their_words(pages: dict[str, Any]) -> None:
    for name, page in each(pages):
        assert all(image.get("alt") for image in page.all("img")), name
        assert all(icon.get("aria-hidden") == "true" for icon in page.all("svg")), name


def test_policy_leaves_nothing_blocked(pages: dict[str, Any]) -> None:
    for name, page in each(pages):
        scripts = [one for one in page.all("script", "style") if not one.get("src", "").startswith("/static/")]
        assert scripts == [], name
        assert [one for _, one in page.tags if "style" in one or any(key.startswith("on") for key in one)] == [], name


def test_every_form_carries_token(app: Flask, pages: dict[str, Any]) -> None:
    for name, page in each(pages):
        forms = [form for form in page.all("form") if form.get("method") == "post"]
        tokens = [one for one in page.all("input") if one.get("name") == "csrf_token" and one.get("value")]
        assert len(forms) == len(tokens) == len(page.all("form")), name


def test_nothing_is_fetched_elsewhere(pages: dict[str, Any]) -> None:
    for name, page in each(pages):
        sources = [one.get("src", "") for one in page.all("img")] + [one["href"] for one in page.all("link")]
        assert all(source.startswith(("/", "data:")) for source in sources), name


@pytest.mark.parametrize(
    "path", ["/in/good-token", "/in", "/in/mail", "/out", "/check", "/me/share", "/me/shares/share-1/withdraw"]
)
def test_form_without_token_does_nothing(app: Flask, services: Any, path: str) -> None:
    answer = app.test_client().post(path, data={"email": "amina@exempel.se", "code": "ABCD-EFGH-JKMN"})
    assert answer.status_code == 400
    assert "Sidan har varit öppen för länge" in answer.text
    assert services.mails == []
    assert set(services.links.values()) == {"fresh"}


@pytest.mark.parametrize("base_url", ["http://localhost", "https://bevis.example"])
def test_form_with_token_works(app: Flask, base_url: str) -> None:
    browser = app.test_client()
    page = browser.get("/in/good-token", base_url=base_url).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    answer = browser.post("/in/good-token", data={"csrf_token": token}, base_url=base_url)
    assert answer.location == "/me"


def test_english_page_speaks_english(amina: FlaskClient) -> None:
    page = amina.get("/me/credentials/cred-1?lang=en").text
    assert "What can you do?" in page
    assert "Vocational Swedish in care: report" in page
    assert "Genuine and valid" in page
