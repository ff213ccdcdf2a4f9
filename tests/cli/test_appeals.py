"""``mimis appeals``: what learners ask to have reconsidered, as an administrator answers it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mimis_core.services import configured
from tests.command import Mimis
from tests.school import HandCourier, HandSource, done, page


@pytest.fixture
def appeal(folder: Path, mimis: Mimis) -> str:
    """Id of an appeal against a rejection by Lind."""
    HandSource.pages = [page(done("course:2"), done("course:3"))]
    mimis("sync", "--config", folder)
    (award,) = mimis("awards", "list", "--config", folder, "--json").json["awards"]
    mimis("awards", "reject", award["id"], "--by", "Lind", "--reason", "Nej.", "--config", folder)
    with configured(folder) as services:
        return services.appeal(award["learner"], "Jag har gjort allt.", award_id=award["id"])


def test_appeal_is_listed_with_its_day(folder: Path, mimis: Mimis, appeal: str) -> None:
    ended = mimis("appeals", "--config", folder, "--json")
    assert [(one["id"], one["late"]) for one in ended.json["appeals"]] == [(appeal, False)]


@pytest.mark.parametrize(("verb", "state", "issued"), [("change", "changed", 1), ("keep", "unchanged", 0)])
def test_answer_is_mailed_at_once(folder: Path, mimis: Mimis, appeal: str, verb: str, state: str, issued: int) -> None:
    ended = mimis("appeals", verb, appeal, "--by", "Ek", "--reason", "Så är det.", "--config", folder, "--json")
    assert (ended.code, ended.json["state"], ended.json.get("issued", 0)) == (0, state, issued)
    told = [one.key for one in HandCourier.parcels if not one.key.startswith("rejected:")]
    assert ended.json["mails"] == len(told) == 1 + issued
    assert [one.key for one in HandCourier.parcels if "omprövning" in one.subject] == [f"appeal:{appeal}"]
    assert mimis("appeals", "--config", folder, "--json").json == {"appeals": []}


def test_first_decider_is_refused_unless_there_is_nobody_else(folder: Path, mimis: Mimis, appeal: str) -> None:
    words = "appeals", "keep", appeal, "--by", "lind", "--reason", "Nej.", "--config", folder
    ended = mimis(*words)
    assert (ended.code, "--nobody-else" in ended.err) == (2, True)
    assert mimis(*words, "--nobody-else").code == 0
