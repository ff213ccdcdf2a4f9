"""``mimis esco``: import, search, show."""

from __future__ import annotations

from pathlib import Path

import pytest

from mimis_core.services import configured
from tests import esco
from tests.command import Mimis

pytestmark = pytest.mark.official
TEND = "http://data.europa.eu/esco/skill/261e740b-d32d-4356-94a8-3ea29128b70b"
ASSISTANT = "http://data.europa.eu/esco/occupation/d38c2107-98f2-47b7-8bb4-f69750d51082"


@pytest.fixture
def imported(mimis: Mimis, school_folder: Path, packed: Path) -> Path:
    """A school that has the sample."""
    mimis("esco", "import", packed, "--config", school_folder)
    return school_folder


def test_import_tells_counts_and_what_was_set_aside(mimis: Mimis, school_folder: Path, packed: Path) -> None:
    ended = mimis("esco", "import", packed, "--config", school_folder, "--json")
    assert (ended.code, ended.json["state"], ended.json["version"]) == (3, "new", "1.2.0")
    assert ended.json["counts"]["skills"] == 220
    assert ended.json["set_aside"] == {"broaderRelationsSkillPillar_en.csv": {"unknown": 1}}
    assert "names a concept that is not there" in ended.err


def test_import_for_people_names_the_source(mimis: Mimis, school_folder: Path, packed: Path) -> None:
    ended = mimis("esco", "import", packed, "--config", school_folder)
    assert ended.out.startswith("ESCO 1.2.0 is imported, in en.")
    assert "This service uses the ESCO classification of the European Commission." in ended.out


def test_repeated_import_changes_nothing(mimis: Mimis, imported: Path, packed: Path) -> None:
    ended = mimis("esco", "import", packed, "--config", imported, "--json")
    assert ended.json["state"] == "same"


def test_trial_run_changes_nothing(mimis: Mimis, school_folder: Path, packed: Path) -> None:
    ended = mimis("esco", "import", packed, "--dry-run", "--config", school_folder)
    assert "would change from nothing" in ended.out
    with configured(school_folder) as services:
        assert services.esco().version == ""


def test_version_must_be_told_and_may_not_differ(mimis: Mimis, school_folder: Path, sample: Path) -> None:
    ended = mimis("esco", "import", sample, "--version", "1.1", "--config", school_folder)
    assert (ended.code, "is called 1.2.0" in ended.err) == (2, True)
    unnamed = sample.rename(sample.parent / "files")
    assert "--version 1.2.0" in mimis("esco", "import", unnamed, "--config", school_folder).err
    ended = mimis("esco", "import", unnamed, "--version", "1.2.0", "--config", school_folder, "--json")
    assert ended.json["version"] == "1.2.0"


def test_older_version_needs_force(mimis: Mimis, imported: Path, sample: Path) -> None:
    older = sample.rename(sample.parent / "older")
    arguments = ("esco", "import", older, "--version", "1.1.2", "--config", imported)
    refused = mimis(*arguments)
    assert (refused.code, "--force" in refused.err) == (2, True)
    assert mimis(*arguments, "--force", "--json").json["before"] == "1.2.0"


def test_search_finds_skills_and_occupations(mimis: Mimis, imported: Path) -> None:
    found = mimis("esco", "search", "elderly tend", "--config", imported, "--json").json
    assert [one["uri"] for one in found] == [TEND]
    ended = mimis("esco", "search", "healthcare", "--kind", "occupation", "--config", imported)
    assert f"{ASSISTANT}  healthcare assistant" in ended.out
    assert mimis("esco", "search", "x", "--kind", "task", "--config", imported).code == 2


def test_show_tells_what_an_occupation_needs(mimis: Mimis, imported: Path) -> None:
    shown = mimis("esco", "show", ASSISTANT, "--config", imported, "--json").json
    assert shown["skills"][TEND] == "essential"
    ended = mimis("esco", "show", TEND, "--config", imported)
    assert "tend to elderly people" in ended.out
    assert mimis("esco", "show", "http://data.europa.eu/esco/skill/none", "--config", imported).code == 2


@pytest.mark.parametrize("words", [("search", "vård"), ("show", TEND)], ids=["search", "show"])
def test_without_an_import_the_mend_is_said(mimis: Mimis, school_folder: Path, words: tuple[str, ...]) -> None:
    ended = mimis("esco", *words, "--config", school_folder)
    assert (ended.code, "mimis esco import" in ended.err) == (2, True)


def test_whole_of_esco_is_imported_without_a_row_set_aside(mimis: Mimis, school_folder: Path, whole: Path) -> None:
    ended = mimis("esco", "import", whole, "--config", school_folder, "--json")
    assert (ended.code, ended.json["set_aside"]) == (0, {})
    assert ended.json["counts"] == {
        "skills": esco.SKILLS,
        "groups": esco.GROUPS,
        "occupations": esco.OCCUPATIONS,
        "broader": esco.BROADER,
        "relations": esco.RELATIONS,
    }
