"""Rights: an owner lets another organisation issue, stops it, and what was issued stays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from mimis_core import CredentialStatus, IssueOrder, Mandate, NotFoundError, PermanentError, UserError
from mimis_core.services import Services
from mimis_core.store.tables import AuditRow
from tests.installation import OURS, THEIRS, make_installation, open_both
from tests.postgres import make_schema
from tests.school import Clock, HandCourier, HandSource, done, page, someone
from tests.services.conftest import NoSealer, NotingFormat

ENTRY = "digitala-arbetsmiljoer"
Both = tuple[Services, Services]


def use_owner(folder: Path, owner: str) -> None:
    """Let the other school's entry be owned by this organisation, which its settings describe."""
    file = folder / "catalogue" / f"{ENTRY}.yaml"
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), "owner": owner}), "utf-8")
    with (folder / "mimis.toml").open("a", encoding="utf-8") as config:
        config.write(f'\n[[owners]]\nid = "{owner}"\nregistration = "802002-6510"\neidas = "NTRSE-8020026510"\n')
        config.write('legal_name = { sv = "Skaparskolan", en = "The owning school" }\n')


@pytest.fixture(params=["one database", "two databases"])
def both(
    request: pytest.FixtureRequest, school_template: Path, tmp_path: Path, postgres: str | None, clock: Clock
) -> Iterator[Both]:
    """Owner and issuer; the issuer's entry is the owner's. Nothing takes time: the format only notes the order."""
    shared = make_schema(postgres) if postgres else f"sqlite:///{tmp_path}/mimis.db"
    folder = make_installation(school_template, tmp_path, shared)
    use_owner(folder / "schools" / THEIRS, OURS)
    if request.param == "two databases":
        config = folder / "schools" / THEIRS / "mimis.toml"
        own = make_schema(postgres) if postgres else "sqlite:///own.db"
        config.write_text(config.read_text("utf-8").replace(shared, own), "utf-8")
    HandSource.start_anew()
    HandCourier.parcels, HandCourier.errors = [], []
    with open_both(folder, clock) as services:
        for one in services:
            one._opened["format", "elm"] = NotingFormat()  # type: ignore[assignment]  # all that is asked of it
            one._opened["sealer", "jades"] = NoSealer()  # type: ignore[assignment]  # likewise
        yield services


def orders(services: Services) -> list[IssueOrder]:
    format_ = services._format
    assert isinstance(format_, NotingFormat)
    return format_.orders


def grant(both: Both, by: str = "Rektor Test") -> str:
    right = both[0].give_right(ENTRY, THEIRS, by)
    both[1].take_right(right)
    return right.number


def complete(services: Services, *keys: str) -> int:
    """Let learners complete the course; gives how many credentials there are in the end."""
    HandSource.pages = [page(*(done("course:1", someone(key)) for key in keys))]
    services.sync()
    services.drain()
    return len(services.all_credentials())


def reasons(services: Services) -> list[str]:
    return [one["reason"] for one in services.attention()]


def test_without_right_the_award_waits_and_says_why(both: Both) -> None:
    assert complete(both[1], "1") == 0
    (reason,) = reasons(both[1])
    assert f"school does not let other issue {ENTRY}" in reason


def test_granting_takes_up_what_waited_with_the_mandate_in_it(both: Both) -> None:
    complete(both[1], "1")
    right = both[0].give_right(ENTRY, THEIRS, "Rektor Test", "Styrelsen låter dem utfärda.")
    assert both[1].take_right(right) == 1
    both[1].drain()
    (order,) = orders(both[1])
    assert order.mandate is not None
    assert order.mandate.model_dump(include={"owner", "statement", "decided_by"}) == {
        "owner": OURS, "statement": "Styrelsen låter dem utfärda.", "decided_by": "Rektor Test",
    }  # fmt: skip


def test_granting_twice_is_one_right(both: Both) -> None:
    assert grant(both) == grant(both)
    assert [len(one.rights()) for one in both] == [1, 1]


def test_after_the_end_nothing_new_is_issued_and_the_old_stays(both: Both) -> None:
    number = grant(both)
    assert complete(both[1], "1") == 1
    both[1].end_right(number, "Rektor Test")
    assert complete(both[1], "1", "2") == 1
    assert [one.status.status for one in both[1].all_credentials()] == [CredentialStatus.ACTIVE]
    assert len(reasons(both[1])) == 1


def test_correction_is_something_new_too(both: Both) -> None:
    number = grant(both)
    complete(both[1], "1")
    (old,) = both[1].all_credentials()
    both[1].end_right(number, "Rektor Test")
    with pytest.raises(PermanentError):
        both[1].reissue_credential(old.id, "Namnet var fel.", "Rektor Test")
    assert [one.id for one in both[1].all_credentials()] == [old.id]


def test_right_that_ends_while_the_document_is_built_issues_nothing(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, issuer = grant(both), both[1]
    make = issuer._make

    def end_meanwhile(plan: object) -> object:
        made = make(plan)  # type: ignore[arg-type]  # handed through
        issuer.end_right(number, "Rektor Test")
        return made

    monkeypatch.setattr(issuer, "_make", end_meanwhile)
    assert complete(issuer, "1") == 0
    assert len(reasons(issuer)) == 1


def test_right_granted_anew_issues_again(both: Both) -> None:
    number = grant(both)
    for one in (both[1], both[0]):
        one.end_right(number, "Rektor Test")
    complete(both[1], "1")
    assert grant(both) != number
    both[1].drain()
    assert len(both[1].all_credentials()) == 1


def test_owner_here_is_not_replaced_by_a_mandate_in_the_settings(both: Both) -> None:
    config = both[1].settings.folder / "mimis.toml"
    with config.open("a", encoding="utf-8") as file:
        file.write('\n[[mandates]]\nowner = "school"\nstatement = "X"\ndecided_by = "Y"\ndecided_on = 2026-01-01\n')
    assert complete(both[1], "1") == 0


@pytest.fixture(params=["[", "", "gone"], ids=["no TOML", "no id", "gone"])
def broken(request: pytest.FixtureRequest, both: Both) -> str:
    """The text of the owner's configuration, which nobody can read at the moment."""
    file = both[0].settings.folder / "mimis.toml"
    text = file.read_text("utf-8")
    file.unlink() if request.param == "gone" else file.write_text(request.param, "utf-8")
    return text


def elsewhere(issuer: Services) -> None:
    """Let a mandate stand in the issuer's own settings, as if the owner were in no installation with it."""
    mandate = Mandate(owner=OURS, statement="X", decided_by="Y", decided_on=date(2026, 1, 1))
    issuer.settings = issuer.settings.model_copy(update={"mandates": (mandate,)})


def test_broken_file_of_the_owner_lets_nothing_more_be_issued(both: Both, broken: str) -> None:
    elsewhere(both[1])
    assert complete(both[1], "1") == 0
    assert both[1].backlog()["postponed"] == 1
    (both[0].settings.folder / "mimis.toml").write_text(broken, "utf-8")
    both[1].clock.forward(days=1)  # type: ignore[attr-defined]  # the test's clock
    both[1].drain()
    (reason,) = reasons(both[1])
    assert f"school does not let other issue {ENTRY}" in reason


def test_right_counts_though_the_file_of_its_owner_is_broken(both: Both, broken: str) -> None:
    (both[0].settings.folder / "mimis.toml").write_text(broken, "utf-8")
    number = grant(both)
    (both[0].settings.folder / "mimis.toml").unlink()
    assert complete(both[1], "1") == 1
    both[1].end_right(number)
    assert complete(both[1], "1", "2") == 1


def test_earlier_right_that_ended_with_its_owner_alone_ends_with_the_next(both: Both) -> None:
    number = grant(both)
    both[0].end_right(number)
    assert grant(both) != number
    assert [(one.number == number, one.ended_at is None) for one in both[1].rights() if one.ended_at] == [(True, False)]


def test_own_achievements_need_no_right(both: Both) -> None:
    assert complete(both[0], "1") == 1


@pytest.mark.parametrize(("achievement", "issuer"), [("unknown", THEIRS), (ENTRY, OURS)])
def test_what_is_not_hers_to_give_is_refused(both: Both, achievement: str, issuer: str) -> None:
    with pytest.raises(UserError):
        both[0].give_right(achievement, issuer, "Rektor Test")


def test_issuer_cannot_grant_itself_what_another_owns(both: Both) -> None:
    with pytest.raises(UserError):
        both[1].give_right(ENTRY, "third", "Rektor Test")
    with pytest.raises(UserError):
        both[0].take_right(both[0].give_right(ENTRY, THEIRS, "Rektor Test"))


def test_end_of_an_unknown_right_is_refused(both: Both) -> None:
    with pytest.raises(NotFoundError):
        both[1].end_right("0" * 32)


def test_both_record_it(both: Both) -> None:
    number = grant(both)
    for one in both:
        one.end_right(number)
        one.end_right(number)
        with one.database.transaction() as session:
            mine = session.query(AuditRow).filter_by(organisation=one.organisation, subject=number)
            assert sorted(row.action for row in mine) == ["right.end", "right.grant"]


def test_right_that_ended_by_half_is_not_said_to_be_granted(both: Both) -> None:
    number = grant(both)
    both[1].end_right(number)
    with pytest.raises(UserError, match=number):
        grant(both)
    both[0].end_right(number)
    assert grant(both) != number
