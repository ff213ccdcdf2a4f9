"""``mimis employer propose``: an employer's mimis proposes over real HTTP, and reads what the school answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mimis_core.services import NewPartner, Services
from tests.adapters.ats.partner.test_documented import live
from tests.adapters.ats.partner.test_proposals import BODY
from tests.adapters.ats.test_commands import TOML
from tests.command import Ended, Mimis

__all__ = ["live"]


@pytest.fixture
def employer(
    live: str, partner: NewPartner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ended]:
    """``mimis employer`` of a registered employer, with what is given as its file."""
    folder = tmp_path / "employer"
    (folder / "catalogue").mkdir(parents=True)
    url, secret = live.partition("/api/")[0], partner.client_secret
    issuer = f'[issuers.skolan]\nurl = "{url}"\nclient_id = "{partner.partner.client_id}"\nclient_secret = "{secret}"\n'
    (folder / "mimis.toml").write_text(TOML.format(role="employer", key="k" * 40) + issuer, "utf-8")
    (folder / "proposal.json").write_text(json.dumps(BODY), "utf-8")

    def run(*arguments: object, issuer: str = "skolan") -> Ended:
        return Mimis(capsys)("employer", *arguments, "--issuer", issuer, "--config", folder, "--json")

    return run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "employer" / "proposal.json"


def test_file_becomes_one_proposal_and_its_answer_is_read(
    employer: Callable[..., Ended], school: Services, file: Path
) -> None:
    ids = {employer("propose", file).json["id"] for _ in range(2)}
    (waiting,) = school.proposals()
    assert ids == {waiting.id}
    school.answer_proposal(waiting.id, "Vi har den redan.", "Rektor")
    found = employer("proposal", waiting.id).json
    assert (found["state"], found["answer"]) == ("dismissed", "Vi har den redan.")


def test_refusal_names_the_schools_reason(employer: Callable[..., Ended], school: Services, file: Path) -> None:
    file.write_text(json.dumps({**BODY, "why": {"sv": "Skriv till eva@bygg.example"}}), "utf-8")
    ended = employer("propose", file)
    assert (ended.code, "personal" in ended.err, "eva@" in ended.err) == (1, True, False)
    assert school.proposals() == []


@pytest.mark.parametrize("text", ["{}", "en text"], ids=["empty", "text"])
def test_what_is_no_proposal_is_not_sent(employer: Callable[..., Ended], file: Path, text: str) -> None:
    file.write_text(text, "utf-8")
    ended = employer("propose", file)
    assert (ended.code, "is no proposal" in ended.err) == (2, True)


def test_school_that_is_not_configured_is_told(employer: Callable[..., Ended], file: Path) -> None:
    ended = employer("propose", file, issuer="annan")
    assert (ended.code, "skolan" in ended.err) == (2, True)


@pytest.mark.parametrize("proposal", ["0" * 32, "../shares"], ids=["unknown", "path"])
def test_unknown_proposal_is_not_found(employer: Callable[..., Ended], proposal: str) -> None:
    assert employer("proposal", proposal).code == 2
