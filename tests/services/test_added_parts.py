"""Credentials of another school that a learner hands in as parts of a larger one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mimis_core import AwardState, DataError, Organisation, UserError, Verdict
from mimis_core.cli.init import write_folder
from mimis_core.services import Services
from mimis_core.settings import load_settings
from mimis_core.store.tables import CompletionRow
from tests.school import Clock, HandSource, done, opened, page, someone
from tests.services.test_stacking import LARGE, SMALL, write_larger

OTHER_EIDAS = "NTRSE-5566778899"


@pytest.fixture(scope="module")
def other_template(school_template: Path, ready_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of another school with the same small entry, and a seal of its own."""
    folder = tmp_path_factory.mktemp("other") / "template"
    name = {"sv": "Grannbygdens folkhögskola", "en": "Grannbygden Folk High School"}
    school = Organisation(id="school", legal_name=name, registration="556677-8899", eidas=OTHER_EIDAS)
    write_folder(folder, "school", school, "http://127.0.0.1:9", "sqlite:///mimis.db", "none-enrolled")
    shutil.copytree(school_template / "catalogue", folder / "catalogue", dirs_exist_ok=True)
    shutil.copyfile(ready_file, folder / "mimis.db")
    with (folder / "mimis.toml").open("a", encoding="utf-8") as file:
        file.write("\n[sources.hand]\n")
    return folder


@pytest.fixture
def other_school(other_template: Path, tmp_path: Path, clock: Clock) -> Iterator[Services]:
    """It opened, in a copy for one test."""
    folder = Path(shutil.copytree(other_template, tmp_path / "other"))
    with opened(load_settings(folder), clock) as services:
        yield services


@pytest.fixture
def sealed(other_school: Services) -> bytes:
    """The other school's credential of the small entry, for Åsa Öberg 1."""
    HandSource.pages = [page(done("course:1"))]
    other_school.sync()
    other_school.drain()
    (one,) = other_school.all_credentials()
    return other_school.sealed(one.learner_id, one.id).content


@pytest.fixture
def asking(school_folder: Path, school: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    """A school whose larger entry takes the small one from the other school; checks find files valid."""
    write_larger(school_folder, earned_by=[{"module": f"credential:{SMALL}"}], parts_from=[OTHER_EIDAS])
    monkeypatch.setattr(Services, "verify", lambda *_, **__: Verdict(verdict="valid", checks=()))
    return school


def learner_of(school: Services, **changes: Any) -> str:
    """Somebody here who has nothing yet."""
    HandSource.pages = [page(done("course:9", someone(**changes)))]
    school.sync()
    ((learner, _),) = school.learners()
    return learner.id


def refused(school: Services, learner: str, content: bytes) -> str | None:
    with pytest.raises(UserError) as caught:
        school.add_part(learner, content)
    return caught.value.code


def waiting(school: Services) -> list[Any]:
    return [one for one in school.awards(AwardState.PROPOSED) if one["achievement"] == f"{LARGE}@1"]


def test_file_of_another_school_counts_as_the_same_entry(asking: Services, sealed: bytes) -> None:
    learner = learner_of(asking)
    assert asking.add_part(learner, sealed).id == SMALL
    (award,) = waiting(asking)
    (part,) = asking.award(award["id"]).evidence
    assert (part.by, part.module) == ("Grannbygdens folkhögskola", f"credential:{SMALL}")


def test_learner_sees_that_it_counts(asking: Services, sealed: bytes) -> None:
    learner = learner_of(asking)
    assert asking.path_of(learner) == ()
    asking.add_part(learner, sealed)
    goal = next(one for one in asking.path_of(learner) if one.title["sv"] == "Hela paketet")
    assert ([one.state for one in goal.parts], goal.state) == (["have"], "waiting")


def test_same_file_counts_once(asking: Services, sealed: bytes) -> None:
    learner = learner_of(asking)
    for _ in range(2):
        asking.add_part(learner, sealed)
    with asking.database.transaction() as session:
        assert session.query(CompletionRow).filter_by(source="credentials").count() == 1
    assert len(waiting(asking)) == 1


def test_it_stays_when_the_own_parts_are_brought_up_to_date(asking: Services, sealed: bytes) -> None:
    learner = learner_of(asking)
    asking.add_part(learner, sealed)
    asking.look_at_calendar()
    HandSource.pages = [page(done("course:9"))]
    asking.sync()
    assert len(waiting(asking)) == 1
    assert asking.reviews() == []


@pytest.mark.parametrize("name", ["https://badges.example/17", f"urn:{'x' * 400}"], ids=["address", "long"])
def test_it_stays_whatever_its_issuer_calls_it(asking: Services, sealed: bytes, name: str) -> None:
    whole = json.loads(sealed)
    whole["payload"] = json.dumps({**json.loads(whole["payload"]), "id": name})
    learner = learner_of(asking)
    for _ in range(2):
        asking.add_part(learner, json.dumps(whole).encode())
        asking.look_at_calendar()
    assert (len(waiting(asking)), asking.reviews()) == (1, [])
    assert any(part.state == "have" for goal in asking.path_of(learner) for part in goal.parts)


def test_somebody_elses_file_is_refused(asking: Services, sealed: bytes) -> None:
    assert refused(asking, learner_of(asking, full_name="Eli Ek"), sealed) == "name"


def test_name_is_compared_without_regard_to_case_and_spaces(asking: Services, sealed: bytes) -> None:
    asking.add_part(learner_of(asking, full_name="ÅSA  öberg 1"), sealed)
    assert len(waiting(asking)) == 1


@pytest.mark.parametrize("word", ["invalid", "unknown"])
def test_file_that_does_not_hold_is_refused(
    asking: Services, sealed: bytes, monkeypatch: pytest.MonkeyPatch, word: Any
) -> None:
    learner = learner_of(asking)
    monkeypatch.setattr(Services, "verify", lambda *_, **__: Verdict(verdict=word, checks=()))
    assert refused(asking, learner, sealed) == word
    assert waiting(asking) == []


def test_changed_file_is_refused_by_the_real_check(school_folder: Path, school: Services, sealed: bytes) -> None:
    write_larger(school_folder, earned_by=[{"module": f"credential:{SMALL}"}], parts_from=["*"])
    learner = learner_of(school)
    # nobody here trusts the other school's practice seal
    assert refused(school, learner, sealed) in ("invalid", "unknown")


def test_issuer_that_the_entry_does_not_name_is_refused(school_folder: Path, asking: Services, sealed: bytes) -> None:
    write_larger(school_folder, earned_by=[{"module": f"credential:{SMALL}"}], parts_from=["NTRSE-1111111111"])
    asking.catalogue_reader.forget()
    assert refused(asking, learner_of(asking), sealed) == "not_asked"


def test_any_trusted_issuer_counts_where_the_entry_says_so(
    school_folder: Path, asking: Services, sealed: bytes
) -> None:
    write_larger(school_folder, earned_by=[{"module": f"credential:{SMALL}"}], parts_from=["*"])
    asking.catalogue_reader.forget()
    assert asking.takes_parts()
    asking.add_part(learner_of(asking), sealed)
    assert len(waiting(asking)) == 1


def test_protected_learner_is_sent_to_the_school(asking: Services, sealed: bytes) -> None:
    learner = learner_of(asking)
    asking.protect_learner(learner, "Rektor Test")
    assert refused(asking, learner, sealed) == "protected"


def test_what_is_no_credential_is_told(asking: Services) -> None:
    with pytest.raises(DataError):
        asking.add_part(learner_of(asking), b"en bild")


def test_school_that_takes_none_says_so(school: Services) -> None:
    assert not school.takes_parts()
