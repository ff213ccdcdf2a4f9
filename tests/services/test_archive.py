"""Raising what is stored: whole or not at all, never another seal, and again only what is left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mimis_core import ConfigurationError, DataError, Document, MimisError, Sealed, TemporaryError
from mimis_core.services import Raised, Services
from mimis_core.services import archive as archive_module
from mimis_core.store.tables import AuditRow, CredentialRow
from tests.school import HandSource, done, page, someone
from tests.services.conftest import NoSealer

PEOPLE = 5


class LevelSealer(NoSealer):
    """A level is a word behind a bar; ``errors`` are raised first, ``change`` may do what no sealer should."""

    def __init__(self) -> None:
        self.errors: list[MimisError] = []
        self.change: Callable[[bytes], bytes] = lambda content: content
        self.anchors: list[tuple[str, ...]] = []

    def seal(self, document: Document, signer: Any) -> Sealed:
        sealed = super().seal(document, signer)
        return sealed.model_copy(update={"content": sealed.content + b"|B"})

    def lacks(self, content: bytes, level: str, ahead: timedelta) -> bool:
        if b"|" not in content:
            raise DataError("No seal.")
        return not content.endswith(level.encode())

    def extend(self, content: bytes, level: str, anchors: tuple[str, ...]) -> bytes:
        self.anchors.append(anchors)
        if self.errors:
            raise self.errors.pop(0)
        return self.change(content.partition(b"|")[0]) + b"|" + level.encode()

    def fixed(self, content: bytes) -> tuple[bytes, ...]:
        return (content.partition(b"|")[0],)


@pytest.fixture
def sealer(yearly: Services, monkeypatch: pytest.MonkeyPatch) -> LevelSealer:
    """The sealer of a school that has issued some at level B, two in a batch from now on."""
    sealer = LevelSealer()
    yearly._opened["sealer", "jades"] = sealer  # type: ignore[assignment]  # all that is asked of it
    HandSource.pages = [page(*(done("course:1", someone(str(number))) for number in range(PEOPLE)))]
    yearly.sync()
    yearly.drain()
    monkeypatch.setattr(archive_module, "TOGETHER", 2)
    return sealer


def run(school: Services, **options: Any) -> list[Raised]:
    return list(school.raise_stored("LTA", ahead=timedelta(days=60), **options))


def levels(school: Services) -> list[bytes]:
    return [sealed.content.partition(b"|")[2] for sealed in school.sealed_files()]


def audited(school: Services) -> list[Any]:
    with school._transaction() as session:
        rows = school._rows(session, AuditRow, AuditRow.action == "credential.raise")
        return [row.details for row in rows]


def test_all_are_raised_and_recorded(yearly: Services, sealer: LevelSealer) -> None:
    urns = sorted(sealer.fixed(one.content)[0] for one in yearly.sealed_files())
    assert [one.done for one in run(yearly)] == [True] * PEOPLE
    assert levels(yearly) == [b"LTA"] * PEOPLE
    assert sorted(sealer.fixed(one.content)[0] for one in yearly.sealed_files()) == urns
    assert audited(yearly) == [{"level": "LTA"}] * PEOPLE
    assert sealer.anchors == [yearly.settings.anchors()] * PEOPLE


def test_repeating_raises_nothing_twice(yearly: Services, sealer: LevelSealer) -> None:
    run(yearly)
    assert run(yearly) == []
    assert len(sealer.anchors) == PEOPLE


def test_dry_run_changes_nothing(yearly: Services, sealer: LevelSealer) -> None:
    assert [one.done for one in run(yearly, dry_run=True)] == [True] * PEOPLE
    assert (levels(yearly), audited(yearly), sealer.anchors) == ([b"B"] * PEOPLE, [], [])


def test_other_seal_is_never_stored(yearly: Services, sealer: LevelSealer) -> None:
    sealer.change = lambda content: content + b"x"
    assert not any(one.done for one in run(yearly))
    assert (levels(yearly), audited(yearly)) == ([b"B"] * PEOPLE, [])


def test_bad_file_stops_no_other(yearly: Services, sealer: LevelSealer) -> None:
    sealer.errors = [DataError("Nothing was added.")]
    found = run(yearly)
    assert [one.reason for one in found if not one.done] == ["Nothing was added."]
    assert sorted(levels(yearly)) == [b"B"] + [b"LTA"] * (PEOPLE - 1)


def test_unreadable_file_is_told(yearly: Services, sealer: LevelSealer) -> None:
    with yearly._transaction() as session:
        yearly._rows(session, CredentialRow)[0].content = b"damaged"
    assert [one.reason for one in run(yearly) if not one.done] == ["No seal."]


@pytest.mark.parametrize("error", [TemporaryError("Away."), ConfigurationError("No authority.")])
def test_absent_authority_ends_after_batch(yearly: Services, sealer: LevelSealer, error: MimisError) -> None:
    sealer.errors = [error, error]
    assert [one.reason for one in run(yearly)] == [str(error)] * 2
    assert levels(yearly) == [b"B"] * PEOPLE
    assert len(run(yearly)) == PEOPLE


def test_taken_back_credential_costs_nothing(yearly: Services, sealer: LevelSealer) -> None:
    gone, stopped, *_ = [view.id for view in yearly.all_credentials()]
    yearly.revoke_credential(gone, "Fel person", "Rektor")
    yearly.suspend_credential(stopped, "Utreds", "Rektor")
    raised = {one.credential_id for one in run(yearly)}
    assert gone not in raised
    assert stopped in raised


def test_file_changed_meanwhile_is_left(yearly: Services, sealer: LevelSealer) -> None:
    view = yearly.all_credentials()[0]
    own = yearly.sealed(view.learner_id, view.id).content.partition(b"|")[0]

    def change(content: bytes) -> bytes:
        if content == own:
            _exchange(yearly, view.id)
        return content

    sealer.change = change
    found = {one.credential_id: one for one in run(yearly)}
    assert "meanwhile" in found[view.id].reason
    assert yearly.sealed(view.learner_id, view.id).content == b"reissued|T"
    assert levels(yearly).count(b"LTA") == PEOPLE - 1


def _exchange(school: Services, credential_id: str) -> None:
    with school._transaction() as session:
        school._get(session, CredentialRow, credential_id, "credential").content = b"reissued|T"


def test_seal_without_levels_says_so(yearly: Services) -> None:
    from mimis_core import Sealer

    class Plain(Sealer[Any]):
        kind = "plain"

        def seal(self, document: Document, signer: Any) -> Sealed:
            return NoSealer().seal(document, signer)

    yearly._opened["sealer", "jades"] = Plain("plain", None)
    HandSource.pages = [page(done("course:1"))]
    yearly.sync()
    yearly.drain()
    with pytest.raises(ConfigurationError, match="'plain' have no levels"):
        run(yearly)
