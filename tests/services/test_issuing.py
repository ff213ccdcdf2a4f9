"""Issuing some credentials at a time: what concerns one does not hold the others back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from mimis_core import Document, PermanentError, TemporaryError
from mimis_core.services import Services
from mimis_core.store.tables import CredentialRow
from tests.school import HandSource, done, page, someone


def sync_people(school: Services, *keys: str) -> None:
    """Let these learners complete what earns a credential by rule."""
    HandSource.pages = [page(*(done("course:1", someone(key)) for key in keys))]
    school.sync()


def learner_of(school: Services, key: str) -> str:
    return next(learner.id for learner, identities in school.learners() if identities == (f"hand:{key}",))


@pytest.fixture
def failing(school: Services, monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """Errors that the format raises, one for each document, before it builds again."""
    errors: list[Exception] = []
    build = school._format.build

    def fail_first(order: Any) -> Document:
        if errors:
            raise errors.pop()
        return build(order)

    monkeypatch.setattr(school._format, "build", fail_first)
    return errors


@pytest.mark.parametrize(
    ("error", "attention", "postponed"), [(PermanentError("no"), 1, 0), (TemporaryError("later"), 0, 1)]
)
def test_one_error_spares_the_others(
    school: Services, failing: list[Exception], error: Exception, attention: int, postponed: int
) -> None:
    sync_people(school, "1", "2", "3")
    failing.append(error)
    work = school.drain()
    assert (work.credentials, work.attention, work.postponed) == (2, attention, postponed)


def test_clash_in_database_spares_the_others(school: Services) -> None:
    sync_people(school, "1")
    school.drain()
    sync_people(school, "2", "3")
    with school.database.transaction() as session:
        taken = f"{learner_of(school, '2')}:digitala-arbetsmiljoer@1"
        session.execute(update(CredentialRow).values(live_key=taken))
    work = school.drain()
    assert (work.credentials, work.attention) == (1, 1)
    assert "live credential" in school.attention()[0]["reason"]


def test_learner_protected_meanwhile_gets_nothing(school: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    sync_people(school, "1", "2")
    build, protected = school._format.build, learner_of(school, "1")

    def protect_first(order: Any) -> Document:
        school.protect_learner(protected, "officer")
        return build(order)

    monkeypatch.setattr(school._format, "build", protect_first)
    work = school.drain()
    assert (work.credentials, work.attention) == (1, 1)
    assert [view.learner_id for view in school.all_credentials()] == [learner_of(school, "2")]


def test_issued_award_is_issued_once(school: Services) -> None:
    sync_people(school, "1")
    (job,) = school._claim()
    outcomes = [school._issue_awards([job.ref])[job.ref] for _ in range(2)]
    assert outcomes == [True, False]
