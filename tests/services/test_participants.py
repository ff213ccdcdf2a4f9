"""What a project reports of those who take part: ids, days, hours; nobody's name, and nobody who is protected."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mimis_core import UserError
from mimis_core.services import CredentialView, Participant, ParticipantOrder, Services
from tests.school import NOW, Clock, HandSource, done, page, someone

NOVEMBER = ParticipantOrder(project="Kompetenspasset", start=date(2026, 11, 1), end=date(2026, 11, 30))


def changed(**changes: Any) -> ParticipantOrder:
    return ParticipantOrder(**{**vars(NOVEMBER), **changes})


def pull(school: Services, *completions: Any) -> None:
    HandSource.pages = [page(*completions)]
    school.sync()
    school.drain()


def one(school: Services, **changes: Any) -> Participant:
    (found,) = school.participants(changed(**changes), "Projektledare")
    return found


def test_participant_has_days_hours_and_credentials(yearly: Services) -> None:
    started = NOW - timedelta(days=10)
    pull(yearly, done("course:1", started_at=started, hours=12.5), done("course:9", hours=3.25))
    found = one(yearly)
    assert (found.start, found.end, found.hours) == (date(2026, 11, 14), date(2026, 11, 24), 15.75)
    (merit,) = found.credentials
    assert (merit.achievement, merit.issued, merit.status) == ("digitala-arbetsmiljoer", date(2026, 11, 24), "active")


def test_no_name_or_address_is_given(yearly: Services) -> None:
    pull(yearly, done("course:1"))
    text = one(yearly).model_dump_json()
    assert not [word for word in ("Öberg", "Åsa", "@", "course") if word in text]


def test_hours_nobody_told_are_unknown_not_zero(yearly: Services) -> None:
    pull(yearly, done("course:9"))
    assert one(yearly).hours is None


def test_days_are_swedish(yearly: Services) -> None:
    late = datetime(2026, 11, 1, 0, 30, tzinfo=ZoneInfo("Europe/Stockholm"))
    pull(yearly, done("course:9", completed_at=late))
    assert one(yearly).start == date(2026, 11, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"start": date(2026, 12, 1), "end": date(2026, 12, 31)},
        {"sources": ("moodle",)},
        {"learners": ("f" * 32,)},
        {"achievements": ("verktygsvana",)},
    ],
)
def test_others_are_left_out(yearly: Services, issued: CredentialView, changes: dict[str, Any]) -> None:
    assert yearly.participants(changed(**changes), "Projektledare") == []


def test_chosen_achievement_counts_what_earned_it(yearly: Services) -> None:
    pull(yearly, done("course:1", hours=5), done("course:9", hours=7))
    assert one(yearly, achievements=("digitala-arbetsmiljoer",)).hours == 5


def test_corrected_credential_counts_once_with_its_first_day(
    yearly: Services, issued: CredentialView, clock: Clock
) -> None:
    clock.forward(days=2)
    yearly.reissue_credential(issued.id, "Namn", "Rektor Test")
    yearly.drain()
    (merit,) = one(yearly).credentials
    assert (merit.issued, merit.status) == (date(2026, 11, 24), "active")


def test_protected_participant_is_left_out_or_coded(yearly: Services, issued: CredentialView) -> None:
    yearly.protect_learner(issued.learner_id, "Officer", True)
    assert yearly.participants(NOVEMBER, "Projektledare") == []
    assert yearly.has_protected()
    coded = one(yearly, coded=True)
    assert coded.id.startswith("skyddad-")
    assert coded == one(yearly, coded=True)
    assert coded.id != one(yearly, coded=True, project="Ett annat").id


@pytest.mark.parametrize(
    ("changes", "by"),
    [({"end": date(2026, 10, 1)}, "P"), ({"project": " "}, "P"), ({"coded": True}, " ")],
)
def test_unclear_order_is_refused(yearly: Services, changes: dict[str, Any], by: str) -> None:
    with pytest.raises(UserError):
        yearly.participants(changed(**changes), by)


def test_all_learners_are_read_in_batches(yearly: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mimis_core.services.participants.AT_ONCE", 2)
    pull(yearly, *(done("course:9", someone(str(number))) for number in range(5)))
    found = yearly.participants(NOVEMBER, "Projektledare")
    assert [one.id for one in found] == sorted(one.id for one, _ in yearly.learners())


def test_erased_learner_is_no_protected_participant(yearly: Services, issued: CredentialView) -> None:
    yearly.erase_learner(issued.learner_id, "Rektor Ek", "Har bett om det.")
    assert yearly.participants(changed(coded=True), "Rektor Ek") == []
    assert not yearly.has_protected()
