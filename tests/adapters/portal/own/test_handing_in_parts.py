"""A learner hands in a credential of another school, to count as a part of something larger."""

from __future__ import annotations

from typing import Any

import pytest

from mimis_core import DataError, TemporaryError, UserError
from mimis_core.services import Services
from tests.services.test_added_parts import asking, learner_of, other_school, other_template, sealed
from tests.web.site import Browser

__all__ = ["asking", "other_school", "other_template", "sealed"]

ASKED = "Do you have a credential from another school?"
CODES = {
    "invalid": "The credential is not valid.",
    "unknown": "We cannot check the credential right now.",
    "name": "There is another name in the credential",
    "own": "This school has issued it.",
    "not_asked": "No larger qualification here asks for it.",
    None: "This is not a credential that we can read.",
}
"""What is said for each code of a refusal."""


@pytest.fixture
def learner(asking: Services) -> str:
    """Somebody who has nothing yet, at a school that takes the neighbour's credentials."""
    return learner_of(asking)


def test_file_counts_and_the_page_shows_it(sealed: bytes, her: Browser, asking: Services) -> None:
    assert ASKED in her.get("/me/path").text
    her.send_file("/me/path", "bevis.json", sealed)
    assert her.path == "/me/path"
    for words in ("Your credential counts.", "The whole package", "Ready"):
        assert words in her.page.text


@pytest.mark.parametrize("code", CODES, ids=str)
def test_refusal_says_what_to_do(her: Browser, monkeypatch: pytest.MonkeyPatch, code: Any) -> None:
    def refuse(*_: Any) -> None:
        raise UserError("No.", code=code) if code else DataError("No.")

    monkeypatch.setattr(Services, "add_part", refuse)
    her.get("/me/path")
    answer = her.send_file("/me/path", "bevis.json", b"{}")
    assert (answer.status_code, CODES[code] in answer.text) == (400, True)


def test_service_that_does_not_answer_is_told(her: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise TemporaryError("Silent.")

    monkeypatch.setattr(Services, "add_part", fail)
    her.get("/me/path")
    answer = her.send_file("/me/path", "bevis.json", b"{}")
    assert (answer.status_code, CODES["unknown"] in answer.text) == (503, True)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b" ", "Choose a file"),
        (b"https://skola.example/s/1", "Links do not work here."),
        (b"\x89PNG\r\n\x1a\n", "A picture proves nothing."),
        (b"%PDF-1.7", "There is no sealed file inside the PDF."),
        (b'{"share": {}, "credentials": [{"sealed": "a"}, {"sealed": "b"}]}', "There are several files in one."),
    ],
    ids=["nothing", "link", "picture", "pdf", "several"],
)
def test_what_is_no_single_file_is_told(her: Browser, content: bytes, words: str) -> None:
    her.get("/me/path")
    answer = her.send_file("/me/path", "bevis", content)
    assert (answer.status_code, words in answer.text) == (400, True)


def test_too_large_a_file_is_refused(her: Browser) -> None:
    her.get("/me/path")
    assert her.send_file("/me/path", "bevis", b"x" * 3_000_000).status_code == 413


def test_protected_learner_is_sent_to_the_school(her: Browser, asking: Services, learner: str) -> None:
    asking.protect_learner(learner, "Rektor Test")
    page = her.get("/me/path").text
    assert (ASKED in page, 'type="file"' in page) == (True, False)
    assert her.send("/me/path").status_code == 403


def test_school_that_takes_none_asks_for_none(her: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Services, "takes_parts", lambda _: False)
    page = her.get("/me/path")
    assert (page.status_code, ASKED in page.text) == (200, False)
