"""What a share proves is kept with it: only what was checked and is valid, and only as long as the share is open."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from mimis_core.services import ImportedCredential, ImportedShare, OutcomeNeed, Services
from mimis_core.services.competences import competence_in
from mimis_core.services.proved import IN_USE
from mimis_core.settings import IssuerTable
from mimis_core.store.role_tables import CompetenceRow, ImportCompetenceRow
from tests.school import Clock, change_entry
from tests.services.shared import INVALID, VALID, seal, take_in


@pytest.fixture
def file(school: Services) -> bytes:
    return seal(school)


def links(services: Services) -> int:
    with services.database.reading() as session:
        return len(services._rows(session, ImportCompetenceRow))


def proves(services: Services, import_id: str) -> bool:
    """Whether the share proves what a role asks for."""
    entry = services.awarded_entry("digitala-arbetsmiljoer")
    role = services.new_role({"sv": "Roll"}, "Test", [OutcomeNeed(label=entry.outcomes[0].title)])
    return services.match_share(role.profile.id, import_id).lines[0].status == "met"


def test_valid_credential_proves_its_outcomes(school: Services, file: bytes) -> None:
    assert proves(school, take_in(school, "a", file))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"verdict": INVALID}, id="invalid"),
        pytest.param({"verdict": VALID.model_copy(update={"verdict": "unknown"})}, id="unknown"),
        pytest.param({"state": "refused"}, id="share refused"),
        pytest.param({"state": "withdrawn"}, id="share taken back"),
    ],
)
def test_what_is_not_valid_or_not_used_proves_nothing(
    school: Services, file: bytes, changes: dict[str, object]
) -> None:
    import_id = take_in(school, "a", file, **changes)
    assert links(school) == 0
    assert not proves(school, import_id)


@pytest.mark.parametrize("state", sorted(IN_USE))
def test_share_in_use_counts_in_every_state(school: Services, file: bytes, state: str) -> None:
    take_in(school, "a", file, state=state)
    assert links(school) == 1


def test_taking_back_removes_what_was_proved_at_once(school: Services, file: bytes) -> None:
    import_id = take_in(school, "a", file)
    take_in(school, "a", state="withdrawn")
    assert links(school) == 0
    assert not proves(school, import_id)


def test_credential_that_is_revoked_proves_nothing_any_more(school: Services, file: bytes) -> None:
    take_in(school, "a", file)
    take_in(school, "a", file, verdict=INVALID)
    assert links(school) == 0


def test_file_that_no_format_reads_proves_nothing(school: Services) -> None:
    take_in(school, "a", b"no credential")
    assert links(school) == 0


def test_same_credential_of_many_is_one_competence(school: Services, file: bytes) -> None:
    other = seal(school, "2", "Bo Ek")
    for key, content in (("a", file), ("b", other), ("c", file)):
        take_in(school, key, content, content)
    with school.database.reading() as session:
        assert len(school._rows(session, CompetenceRow)) == 1
    assert links(school) == 3


def test_nothing_is_written_when_the_same_is_kept_again(school: Services, file: bytes) -> None:
    take_in(school, "a", file)
    written: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "competence" in statement and not statement.startswith("SELECT"):
            written.append(statement)

    event.listen(school.database.engine, "before_cursor_execute", note)
    take_in(school, "a", file)
    event.remove(school.database.engine, "before_cursor_execute", note)
    assert written == []


def test_share_proves_nothing_after_its_last_day(school: Services, file: bytes, clock: Clock) -> None:
    import_id = take_in(school, "a", file, until=clock().date() + timedelta(days=2))
    clock.forward(days=2)
    assert proves(school, import_id)
    clock.forward(days=1)
    assert not proves(school, import_id)


def test_credential_proves_nothing_after_its_own_last_day(school: Services, clock: Clock) -> None:
    change_entry(school.settings.folder, valid_months=1)
    import_id = take_in(school, "a", seal(school), until=date(2027, 11, 1))
    assert proves(school, import_id)
    clock.forward(days=40)
    assert not proves(school, import_id)


# Shared without a name ---------------------------------------------------------------------------------------------

ISSUER = "https://skolan.example"


def take_in_nameless(services: Services, **changes: Any) -> str:
    """Keep a share without a file, as the issuer tells what it proves; gives its id."""
    said = competence_in(services.awarded_entry("digitala-arbetsmiljoer"), services.settings.organisation)
    unknown = VALID.model_copy(update={"verdict": "unknown"})
    known = {"urn": "urn:mimis:anonymous:1", "title": {"sv": "x"}, "issuer_name": {"sv": "y"}, "verdict": unknown}
    one = ImportedCredential(**{**known, "content": b"", "status": "active", "competence": said, **changes})
    services.save_import(ImportedShare(key="n", issuer=ISSUER, state="ask", credentials=(one,)))
    return services.import_of("n").id


def ask(services: Services, url: str) -> None:
    """Let this issuer be one that is asked."""
    table = IssuerTable(url=url, client_id="id", client_secret="secret")
    services.settings = services.settings.model_copy(update={"issuers": {"skolan": table}})


def test_word_of_an_issuer_that_is_asked_counts_where_there_is_no_file(school: Services) -> None:
    ask(school, f"{ISSUER}/")
    assert proves(school, take_in_nameless(school))


@pytest.mark.parametrize("status", ["revoked", "suspended", "expired", None])
def test_word_of_an_issuer_counts_only_while_it_says_active(school: Services, status: str | None) -> None:
    ask(school, ISSUER)
    assert not proves(school, take_in_nameless(school, status=status))


def test_word_of_another_issuer_proves_nothing(school: Services) -> None:
    ask(school, "https://annan.example")
    assert not proves(school, take_in_nameless(school))


def test_word_of_an_issuer_does_not_stand_in_for_a_file_that_is_wrong(school: Services, file: bytes) -> None:
    ask(school, ISSUER)
    assert not proves(school, take_in_nameless(school, content=file, verdict=INVALID))


def test_match_says_when_there_was_no_file(school: Services) -> None:
    ask(school, ISSUER)
    import_id = take_in_nameless(school)
    role = school.new_role({"sv": "Roll"}, "Test", [OutcomeNeed(label={"sv": "x"})]).profile.id
    assert school.match_share(role, import_id).said
    assert not school.match_share(role, take_in(school, "b")).said


def test_match_says_when_the_word_of_an_issuer_does_not_count(school: Services) -> None:
    import_id = take_in_nameless(school)
    role = school.new_role({"sv": "Roll"}, "Test", [OutcomeNeed(label={"sv": "x"})]).profile.id
    assert not school.match_share(role, import_id).asked
    ask(school, ISSUER)
    assert school.match_share(role, import_id).asked
