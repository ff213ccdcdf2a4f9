"""``mimis jobs`` and ``mimis retry``: what stands in the outbox, and taking it up again."""

from __future__ import annotations

from pathlib import Path

import pytest

from mimis_core import PermanentError, TemporaryError
from mimis_core.services import configured
from tests.command import Mimis
from tests.school import HandCourier


@pytest.fixture
def stopped(credential: str, learner: str, folder: Path) -> str:
    """Id of a delivery's work that needs attention."""
    HandCourier.errors = [PermanentError("The wallet refused the file.")]
    with configured(folder) as services:
        services.request_delivery(learner, credential, "europass", "a@b.example")
        services.drain()
        (row,) = services.backlog_rows("attention")
    return str(row["id"])


def test_jobs_tells_counts_and_reasons(stopped: str, mimis: Mimis, folder: Path) -> None:
    told = mimis("jobs", "--config", folder, "--json").json
    assert told["counts"]["attention"] == 1
    assert [job["reason"] for job in told["jobs"]] == ["The wallet refused the file."]
    assert [one["command"] for one in told["schedule"]] == ["renewals --remind", "audit sign"]


def test_jobs_for_people_names_the_commands(stopped: str, mimis: Mimis, folder: Path) -> None:
    ended = mimis("jobs", "--config", folder, "--state", "attention")
    assert stopped in ended.out
    assert "mimis renewals --remind: hourly" in ended.err


def test_jobs_without_work_says_none(mimis: Mimis, folder: Path) -> None:
    ended = mimis("jobs", "--config", folder)
    assert (ended.code, ended.out.strip()) == (0, "(none)")


def test_jobs_names_what_is_left_alone(credential: str, learner: str, mimis: Mimis, folder: Path) -> None:
    HandCourier.errors = [TemporaryError("The wallet did not answer.") for _ in range(9)]
    with configured(folder) as services:
        for number in range(9):
            services.request_delivery(learner, credential, "europass", f"a{number}@b.example")
        services.drain()
    ended = mimis("jobs", "--config", folder)
    assert "couriers.europass" in ended.err
    assert "left alone until" in ended.err


@pytest.mark.parametrize("choice", [(), ("--kind", "deliver"), "--id"])
def test_retry_takes_up_what_is_chosen(stopped: str, mimis: Mimis, folder: Path, choice: object) -> None:
    arguments = ("--id", stopped) if choice == "--id" else choice
    ended = mimis("retry", "--config", folder, "--json", *arguments)  # type: ignore[misc]  # a tuple
    assert (ended.code, ended.json["queued"], ended.json["deliveries"]) == (0, 1, 1)


def test_retry_of_another_kind_does_nothing(stopped: str, mimis: Mimis, folder: Path) -> None:
    assert mimis("retry", "--config", folder, "--json", "--kind", "mail").json["queued"] == 0


def test_retry_of_unknown_id_is_told(stopped: str, mimis: Mimis, folder: Path) -> None:
    ended = mimis("retry", "--config", folder, "--id", "nothing")
    assert (ended.code, "mimis jobs" in ended.err) == (2, True)


def test_dry_retry_does_nothing(stopped: str, mimis: Mimis, folder: Path) -> None:
    ended = mimis("retry", "--config", folder, "--dry-run", "--json")
    assert (ended.json["queued"], ended.json["deliveries"]) == (1, 0)
