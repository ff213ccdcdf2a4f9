"""``mimis reviews``: what a source said, as an administrator decides on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mimis_core import Withdrawal
from tests.command import Mimis
from tests.school import HandSource, done, page, someone


@pytest.fixture
def review(folder: Path, mimis: Mimis, credential: str) -> str:
    """Id of the review of a completion that was taken back."""
    back = Withdrawal(source="hand", key="course:1/1", reason="invalidated", message="The certificate is invalid.")
    HandSource.pages = [page(withdrawn=(back,))]
    ended = mimis("sync", "--config", folder)
    assert (ended.code, ended.err) == (0, "mimis: Reviews that wait for a person: 1. See: mimis reviews\n")
    (one,) = mimis("reviews", "--config", folder, "--json").json["reviews"]
    return str(one["id"])


def status(mimis: Mimis, folder: Path) -> str:
    (one,) = mimis("credentials", "list", "--config", folder, "--json").json["credentials"]
    return str(one["status"])


def test_review_is_listed_with_what_accepting_does(folder: Path, mimis: Mimis, review: str) -> None:
    ended = mimis("reviews", "--config", folder)
    assert ended.code == 0
    for text in (review, "withdrawn", "course:1/1", "The certificate is invalid.", "revokes its credential"):
        assert text in ended.out


def test_accepted_review_revokes_and_tells(folder: Path, mimis: Mimis, review: str) -> None:
    ended = mimis("reviews", "accept", review, "--by", "Rektor", "--config", folder, "--json")
    assert (ended.code, ended.json["accepted"], ended.json["revoked"], ended.json["mails"]) == (0, 1, 1, 1)
    assert status(mimis, folder) == "revoked"


def test_dismissed_review_leaves_everything(folder: Path, mimis: Mimis, review: str) -> None:
    ended = mimis("reviews", "dismiss", review, "--by", "R", "--reason", "Fel i källan.", "--config", folder, "--json")
    assert (ended.code, ended.json, status(mimis, folder)) == (0, {"dismissed": 1}, "active")
    assert mimis("reviews", "--config", folder, "--json").json == {"reviews": []}
    (one,) = mimis("reviews", "--state", "dismissed", "--config", folder, "--json").json["reviews"]
    assert one["reason"] == "Fel i källan."


@pytest.mark.parametrize("words", [["accept"], ["dismiss", "--reason", "x"]])
def test_unknown_review_is_told(folder: Path, mimis: Mimis, words: list[str]) -> None:
    ended = mimis("reviews", *words, "finns-ej", "--by", "R", "--config", folder)
    assert (ended.code, "finns-ej" in ended.err) == (2, True)


@pytest.mark.parametrize("words", [["accept"], ["dismiss", "--reason", "x"]])
def test_half_known_ids_decide_the_known(folder: Path, mimis: Mimis, review: str, words: list[str]) -> None:
    ended = mimis("reviews", *words, review, "finns-ej", "--by", "R", "--config", folder)
    assert (ended.code, "finns-ej" in ended.err) == (3, True)
    assert mimis("reviews", "--config", folder, "--json").json == {"reviews": []}


def test_protected_learner_is_not_named(folder: Path, mimis: Mimis, learner: str, review: str) -> None:
    mimis("learners", "protect", learner, "--by", "R", "--config", folder)
    ended = mimis("reviews", "--config", folder)
    assert (learner in ended.out, "Öberg" in ended.out, "course:1/1" in ended.out) == (True, False, False)


def test_aliases_are_listed(folder: Path, mimis: Mimis) -> None:
    HandSource.pages = [page(done("course:1", someone(aliases={"username": "asa", "idnumber": "811218-9876"})))]
    mimis("sync", "--config", folder)
    (row,) = mimis("learners", "list", "--config", folder, "--json").json["learners"]
    assert row["aliases"] == {"hand:1": {"username": "asa"}}
    assert "hand:1 username asa" in mimis("learners", "list", "--config", folder).out
    mimis("learners", "protect", row["id"], "--by", "R", "--config", folder)
    (row,) = mimis("learners", "list", "--config", folder, "--json").json["learners"]
    assert row["aliases"] == {}
