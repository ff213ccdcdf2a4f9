"""Reading ESCO's files: by the names of their columns, whatever stands in them; broken ones are told by line."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from mimis_esco.download import open_download
from mimis_esco.release import Reading

from mimis_core import UserError
from mimis_core.services import EscoRelease
from tests import esco

pytestmark = pytest.mark.official
SKILLS, BROADER, NEEDS = "skills_en.csv", "broaderRelationsSkillPillar_en.csv", "occupationSkillRelations_en.csv"


def read(path: Path, *languages: str) -> tuple[EscoRelease, list[tuple[str, int, str]]]:
    reading = Reading(open_download(path))
    release = reading.release("1.2.0", languages)
    return release, [(one.file, one.line, one.why) for one in reading.odd]


def change(file: Path, edit: Callable[[list[dict[str, str]]], None]) -> None:
    """Rewrite a file with its rows edited."""
    with file.open(encoding="utf-8", newline="") as opened:
        reader = csv.DictReader(opened)
        rows, columns = list(reader), list(reader.fieldnames or ())
    edit(rows)
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


# What is read ----------------------------------------------------------------------------------------------------


def test_sample_is_read(sample: Path) -> None:
    release, odd = read(sample)
    kinds = [entry.kind for entry in release.entries]
    assert (kinds.count("skill"), kinds.count("occupation"), len(release.relations)) == (220, 14, 171)
    assert [(file, why) for file, _, why in odd] == [(BROADER, "unknown")]  # names a skill beyond the sample
    assert len(release.broader) == 135


def test_folder_and_zip_are_the_same(sample: Path, packed: Path) -> None:
    assert read(packed) == read(sample)
    assert open_download(packed).version == open_download(sample).version == "1.2.0"


def test_files_may_lie_in_a_folder_of_the_zip(sample: Path, tmp_path: Path) -> None:
    file = tmp_path / "esco.zip"
    with ZipFile(file, "w") as archive:
        for one in sample.iterdir():
            archive.write(one, f"ESCO v1.2.0/{one.name}")
    assert read(file) == read(sample)
    assert open_download(file).version == ""


def test_labels_of_one_cell_are_several(sample: Path) -> None:
    release, _ = read(sample)
    agent = "http://data.europa.eu/esco/occupation/"
    (others,) = [texts for uri, texts in release.texts["en"].others.items() if uri.startswith(agent) and texts]
    assert len(others) > 1
    assert not any("\n" in one for one in others)


def test_groups_come_from_the_relations_where_they_have_no_file(sample: Path) -> None:
    release, _ = read(sample)
    groups = {entry.uri for entry in release.entries if entry.kind == "group"}
    assert "http://data.europa.eu/esco/isced-f/0921" in groups
    labels = release.texts["en"].labels
    assert labels["http://data.europa.eu/esco/isced-f/0921"] == "care of the elderly and of disabled adults"


def test_columns_may_be_fewer_more_and_in_another_order(sample: Path) -> None:
    before, _ = read(sample)
    columns = ["newColumn", "skillUri", "relationType", "occupationUri"]
    with (sample / NEEDS).open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    with (sample / NEEDS).open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.DictWriter(opened, columns, extrasaction="ignore", restval="x")
        writer.writeheader()
        writer.writerows(rows)
    assert read(sample)[0].relations == before.relations


def test_other_languages_give_texts(sample: Path) -> None:
    with (sample / SKILLS).open(encoding="utf-8", newline="") as opened:
        first = next(csv.DictReader(opened))
    text = f'conceptUri,preferredLabel,altLabels\n{first["conceptUri"]},minska matsvinn,"lära ut\nvisa"\n'
    (sample / "skills_sv.csv").write_text(text, "utf-8")
    release, _ = read(sample)
    assert sorted(release.texts) == ["en", "sv"]
    assert dict(release.texts["sv"].labels) == {first["conceptUri"]: "minska matsvinn"}
    assert release.texts["sv"].others[first["conceptUri"]] == ("lära ut", "visa")
    assert list(read(sample, "sv")[0].texts) == ["sv"]


def test_language_that_is_not_there_is_refused(sample: Path) -> None:
    with pytest.raises(UserError, match=r"no skills in sv\. It has: en"):
        read(sample, "sv")


# Odd rows --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "column", "value", "why"),
    [
        (SKILLS, "conceptUri", "https://data.europa.eu/esco/skill/1", "address"),
        (SKILLS, "conceptUri", "", "address"),
        (SKILLS, "preferredLabel", " ", "label"),
        (SKILLS, "status", "obsolete", "state"),
        (NEEDS, "relationType", "helpful", "need"),
        (NEEDS, "skillUri", "http://data.europa.eu/esco/skill/unknown", "unknown"),
    ],
    ids=["https", "no-address", "no-label", "obsolete", "need", "unknown"],
)
def test_odd_row_is_set_aside_and_the_rest_goes_on(sample: Path, file: str, column: str, value: str, why: str) -> None:
    change(sample / file, lambda rows: rows[-1].update({column: value}))
    release, odd = read(sample)
    assert why in [one for name, _, one in odd if name == file]
    assert len(release.entries) >= 219


def test_concept_without_a_label_stays_for_other_languages(sample: Path) -> None:
    before, _ = read(sample)
    change(sample / SKILLS, lambda rows: rows[-1].update(preferredLabel=""))
    release, odd = read(sample)
    assert release.entries == before.entries
    assert (SKILLS, "label") in [(file, why) for file, _, why in odd]
    assert [one.kind for one in release.entries if one.uri not in release.texts["en"].labels].count("skill") == 1


def test_row_that_stands_there_twice_counts_once(sample: Path) -> None:
    for file in (SKILLS, NEEDS, BROADER):
        change(sample / file, lambda rows: rows.append(rows[0]))
    release, odd = read(sample)
    assert [(name, why) for name, _, why in odd if why == "twice"] == [(f, "twice") for f in (SKILLS, BROADER, NEEDS)]
    assert len(release.relations) == 171


def test_nothing_is_broader_than_itself(sample: Path) -> None:
    change(sample / BROADER, lambda rows: rows[-1].update(broaderUri=rows[-1]["conceptUri"]))
    assert "itself" in [why for _, _, why in read(sample)[1]]


def test_odd_row_is_told_by_the_line_where_it_begins(sample: Path) -> None:
    def spoil(rows: list[dict[str, str]]) -> None:
        rows[0]["altLabels"] = "one\ntwo\nthree"
        rows[1]["preferredLabel"] = ""

    change(sample / SKILLS, spoil)
    assert (SKILLS, 5, "label") in read(sample)[1]


# Broken files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (b"conceptUri,", b"uri,", "line 1: has no column conceptUri"),
        (b",", b";", "line 1: has no column conceptUri and preferredLabel"),
        (b"create solutions", b"create \xe5 solutions", "line 3: is not UTF-8"),
        (b"skill/competence,cross-sector,create", b"skill/competence,create", "line 3: has 12 cells where 13 belong"),
    ],
    ids=["column", "semicolons", "letters", "cells"],
)
def test_broken_file_is_refused_with_its_line(sample: Path, old: bytes, new: bytes, told: str) -> None:
    file = sample / SKILLS
    file.write_bytes(file.read_bytes().replace(old, new))
    with pytest.raises(UserError, match=f"{SKILLS}, {told}") as refused:
        read(sample)
    assert refused.value.mend


def test_file_cut_within_a_cell_is_refused(sample: Path) -> None:
    file = sample / SKILLS
    content = file.read_bytes()
    file.write_bytes(content[: content.rindex(b'"') - 5])
    with pytest.raises(UserError, match=rf"{SKILLS}, line \d+: cannot be read"):
        read(sample)


def test_empty_file_is_refused(sample: Path) -> None:
    (sample / NEEDS).write_bytes(b"")
    with pytest.raises(UserError, match=f"{NEEDS}, line 1"):
        read(sample)


def test_file_of_another_version_is_refused_as_a_whole(sample: Path) -> None:
    def spoil(rows: list[dict[str, str]]) -> None:
        for row in rows:
            row["skillUri"] += "0"

    change(sample / NEEDS, spoil)
    with pytest.raises(UserError, match=f"171 of 171 rows of {NEEDS} cannot be used; line 2 names a concept"):
        read(sample)


@pytest.mark.parametrize("name", esco.SAMPLE)
def test_missing_file_is_named(sample: Path, name: str) -> None:
    (sample / name).unlink()
    with pytest.raises(UserError, match=f"{name} is missing"):
        read(sample)


def test_zip_that_is_none_or_damaged_is_refused(packed: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.zip"
    other.write_bytes(b"no archive")
    with pytest.raises(UserError, match="no whole ZIP file"):
        open_download(other)
    content = bytearray(packed.read_bytes())
    content[200:5000] = bytes(4800)
    packed.write_bytes(content)
    with pytest.raises(UserError, match="cannot be unpacked"):
        read(packed)


def test_place_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not there"):
        open_download(tmp_path / "nowhere")


def test_file_twice_in_a_zip_is_refused(packed: Path) -> None:
    with ZipFile(packed, "a") as archive:
        archive.writestr(f"again/{SKILLS}", "conceptUri\n")
    with pytest.raises(UserError, match=f"{SKILLS} twice"):
        open_download(packed)
