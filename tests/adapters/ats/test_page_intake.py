"""The guard on the links that an employer's page may have opened: only public addresses, by https."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from mimis_ats import issuer
from mimis_ats.page_intake import PageIntake

from mimis_core import DataError, TemporaryError, UserError
from mimis_core.testing import Answer
from tests.adapters.ats.conftest import WebServer, settings_for

REAL = "https://hr.example"
TRIAL = "http://127.0.0.1:9"


class Employer:
    """As much of an employer's services as the guard asks; nothing can be taken in with it."""

    def __init__(self, folder: Path, base_url: str) -> None:
        self.settings = settings_for(folder, base_url, role="employer")

    def clock(self) -> datetime:
        return datetime.now(UTC)

    def open_feeds(self) -> list[Any]:
        return []


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.1:8080/s/abc", "http://school.example/s/abc", "https://inside.example/s/abc",
        "https://user@school.example/s/abc", "https://school.example/admin", "file:///etc/passwd/s/a", "/s/abc",
        "gopher://school.example/s/a", "https://[::1/s/a", "https:///s/a",
    ],
)  # fmt: skip
def test_nothing_is_asked_for_a_link_that_may_not_be_opened(
    tmp_path: Path, names: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch, link: str
) -> None:
    names |= {"school.example": ["93.184.215.14"], "inside.example": ["10.0.0.1"], "127.0.0.1": ["127.0.0.1"]}
    monkeypatch.setattr("mimis_core.http.Client.ask", lambda *_, **__: pytest.fail("an address was asked"))
    with pytest.raises(UserError) as refused:
        PageIntake(Employer(tmp_path, REAL)).take_link(link, "id")  # type: ignore[arg-type]  # all that is asked of it
    assert refused.value.code == "link"


def test_trial_on_this_machine_may_ask_this_machine(tmp_path: Path, web: WebServer) -> None:
    web.reply = Answer.of({})
    with pytest.raises(DataError):
        PageIntake(Employer(tmp_path, TRIAL)).take_link(f"{web.url}/s/abc", "id")  # type: ignore[arg-type]  # likewise
    assert [one.path for one in web.requests] == ["/s/abc"]


def test_redirect_is_not_followed(tmp_path: Path, web: WebServer) -> None:
    web.reply = Answer(302, b"", headers={"Location": f"{web.url}/elsewhere"})
    with pytest.raises(TemporaryError):
        PageIntake(Employer(tmp_path, TRIAL)).take_link(f"{web.url}/s/abc", "id")  # type: ignore[arg-type]  # likewise
    assert [one.path for one in web.requests] == ["/s/abc"]


def test_answer_without_end_is_cut(tmp_path: Path, web: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issuer, "LARGEST_SHARE", 1000)
    web.reply = Answer(200, b"x" * 100_000)
    with pytest.raises(DataError):
        PageIntake(Employer(tmp_path, TRIAL)).take_link(f"{web.url}/s/abc", "id")  # type: ignore[arg-type]  # likewise
