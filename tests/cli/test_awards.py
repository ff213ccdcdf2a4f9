"""``mimis awards``: a rejected award is approved only by a command that says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import Mimis
from tests.school import HandSource, done, page


@pytest.fixture
def rejected(folder: Path, mimis: Mimis) -> str:
    """Id of an award that was rejected."""
    HandSource.pages = [page(done("course:2"), done("course:3"))]
    mimis("sync", "--config", folder)
    (award,) = mimis("awards", "list", "--config", folder, "--json").json["awards"]
    ended = mimis("awards", "reject", award["id"], "--by", "Lind", "--reason", "Fel rad.", "--config", folder, "--json")
    assert (ended.code, ended.json) == (0, {"rejected": 1, "mails": 1})
    return str(award["id"])


def state(mimis: Mimis, folder: Path) -> str:
    (award,) = mimis("awards", "list", "--config", folder, "--json").json["awards"]
    return str(award["state"])


def test_rejected_award_is_not_approved_by_chance(folder: Path, mimis: Mimis, rejected: str) -> None:
    ended = mimis("awards", "approve", rejected, "--by", "Lind", "--config", folder)
    assert (ended.code, "--again" in ended.err, state(mimis, folder)) == (2, True, "rejected")


def test_rejected_award_is_approved_and_issued_on_purpose(folder: Path, mimis: Mimis, rejected: str) -> None:
    ended = mimis("awards", "approve", rejected, "--by", "Lind", "--again", "--config", folder, "--json")
    assert (ended.code, ended.json["approved"], ended.json["credentials"]) == (0, 1, 1)
    assert state(mimis, folder) == "approved"


def test_again_does_not_approve_what_is_approved(folder: Path, mimis: Mimis, rejected: str) -> None:
    words = "awards", "approve", rejected, "--by", "Lind", "--again", "--config", folder, "--json"
    mimis(*words)
    ended = mimis(*words)
    assert (ended.code, "approved already" in ended.err) == (2, True)
