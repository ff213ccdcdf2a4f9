"""What a list would do, before it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from mimis_core.services import Services, open_services
from mimis_core.settings import load_settings
from tests.adapters.files.conftest import workbook
from tests.command import Ended, Mimis

HEADINGS = ["Personnummer", "Deltagare-id", "Namn", "E-post", "Mikromerit", "Datum", "Resultat", "Diagnos"]


def rows(*changes: dict[int, object]) -> list[list[object]]:
    """Headings and rows; each change gives other cells by their position."""
    made: list[list[object]] = [list(HEADINGS)]
    for number, change in enumerate(changes, start=1):
        row = [
            "19900101-0017",
            number,
            f"Kim{number}",
            f"k{number}@exempel.se",
            "gastvard-hotell",
            "2026-11-24",
            "Ja",
            "x",
        ]
        made.append([change.get(position, cell) for position, cell in enumerate(row)])
    return made


@pytest.fixture
def lists(school_folder: Path) -> Path:
    """The folder of lists of a school."""
    with (school_folder / "mimis.toml").open("a", encoding="utf-8") as file:
        file.write('\n[sources.listor]\nkind = "files"\npath = "listor"\n')
    (school_folder / "listor").mkdir()
    return school_folder / "listor"


def look(mimis: Mimis, lists: Path, *changes: dict[int, object]) -> Ended:
    (lists / "klara.xlsx").write_bytes(workbook({"Vt": rows(*changes)}))
    return mimis("files", "preview", lists / "klara.xlsx", "--config", lists.parent, "--json")


def opened(lists: Path) -> Services:
    return open_services(load_settings(lists.parent))


def test_columns_are_told_apart(mimis: Mimis, lists: Path) -> None:
    ended = look(mimis, lists, {})
    fates = {one["heading"]: (one["column"], one["fate"]) for one in ended.json["columns"]}
    assert ended.code == 0
    assert fates["Personnummer"] == ("A", "personal-number")
    assert fates["Deltagare-id"] == ("B", "read")
    assert fates["Diagnos"] == ("H", "unknown")


def test_rows_add_up(mimis: Mimis, lists: Path) -> None:
    changes: list[dict[int, object]] = [{}, {1: 1, 2: "Kim1", 3: "k1@exempel.se"}, {6: "Nej"}]
    changes += [{5: "igår"}, {4: "okand-merit"}, {2: "Bo 900101-0017"}]
    counts = look(mimis, lists, *changes).json["counts"]
    assert counts["rows"] == 6
    parts = ("completions", "withdrawn", "unfinished", "set_aside", "double")
    assert [counts[name] for name in parts] == [2, 0, 1, 2, 1]
    assert (counts["used"], counts["unmatched"], counts["awards"]) == (1, 1, 1)


def test_mistakes_are_told_by_cell_and_without_person(mimis: Mimis, lists: Path) -> None:
    ended = look(mimis, lists, {5: "igår"}, {2: "Bo 900101-0017"})
    assert ended.code == 0
    assert [(one["row"], one["reason"]) for one in ended.json["problems"]] == [(2, "date"), (3, "personal-number")]
    assert "cell C3 på bladet Vt" in ended.json["problems"][1]["message"]
    assert not [word for word in ("0017", "Kim", "exempel.se") if word in ended.out + ended.err]


def test_nothing_is_written(mimis: Mimis, lists: Path) -> None:
    look(mimis, lists, {})
    with opened(lists) as services:
        assert (services.learners(), services.awards(), services.set_aside_records()) == ([], [], [])


def test_changes_are_told_against_what_is_stored(mimis: Mimis, lists: Path) -> None:
    look(mimis, lists, {}, {}, {})
    with opened(lists) as services:
        assert services.sync(["listor"]).used == 3
    ended = look(mimis, lists, {}, {5: "2026-12-01"}, {2: "Kim Ny"}, {})
    counts = ended.json["counts"]
    assert (counts["new"], counts["same"], counts["corrected"]) == (1, 1, 2)
    assert [(one["what"], one["fields"]) for one in ended.json["changes"]] == [
        ("corrected", ["completed_at"]),
        ("corrected", ["learner.full_name"]),
        ("new", []),
    ]


def test_same_file_twice_changes_nothing(mimis: Mimis, lists: Path) -> None:
    look(mimis, lists, {}, {})
    with opened(lists) as services:
        first, again = services.sync(["listor"]), services.sync(["listor"])
    assert (first.awards, again.awards) == (2, 0)
    assert look(mimis, lists, {}, {}).json["changes"] == []


def test_people_read_it_in_swedish(mimis: Mimis, lists: Path) -> None:
    look(mimis, lists, {}, {5: "igår"})
    ended = mimis("files", "preview", lists / "klara.xlsx", "--config", lists.parent)
    assert "klara.xlsx, bladet Vt" in ended.out
    assert "läses inte: personnummer" in ended.out
    assert ended.out.endswith("Inget är sparat.\n")


def test_courses_are_shown_with_their_entries(mimis: Mimis, lists: Path) -> None:
    (lists / "mapping.toml").write_text('[courses]\n"Kurs A" = "gastvard-hotell"\n', "utf-8")
    (lists / "l.csv").write_text(
        "deltagare-id;namn;kurskod;datum\n1;Kim;Kurs A;2026-11-24\n2;Bo;k2;2026-11-24\n", "utf-8"
    )
    words = ("files", "preview", lists / "l.csv", "--config", lists.parent)
    assert mimis(*words, "--json").json["courses"] == {"Kurs A": "gastvard-hotell", "k2": None}
    assert "k2: inget svar än" in mimis(*words).out


def test_course_with_a_number_in_it_is_not_shown(mimis: Mimis, lists: Path) -> None:
    (lists / "l.csv").write_text("deltagare-id;namn;kurs;datum\n1;Kim;Ring 900101-0017;2026-11-24\n", "utf-8")
    ended = mimis("files", "preview", lists / "l.csv", "--json", "--config", lists.parent)
    assert (ended.json["courses"], "0017" in ended.out) == ({}, False)


def test_long_list_is_shown_in_part(mimis: Mimis, lists: Path) -> None:
    look(mimis, lists, *([{}] * 40))
    ended = mimis("files", "preview", lists / "klara.xlsx", "--config", lists.parent)
    assert ended.out.count(": ny\n") == 30
    assert "… och 10 till" in ended.out


@pytest.mark.parametrize(
    ("words", "code"), [(["borta.csv"], 2), (["klara.xlsx", "--source", "hand"], 2), (["tom.csv"], 1), (["hel.csv"], 0)]
)
def test_what_cannot_be_looked_at_is_told(
    mimis: Mimis, lists: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], code: int
) -> None:
    monkeypatch.chdir(lists)
    (lists / "klara.xlsx").write_bytes(workbook({"Vt": rows()}))
    (lists / "tom.csv").write_text("frukt;antal\n", "utf-8")
    (lists / "hel.csv").write_text("deltagare-id;namn;mikromerit;datum\n", "utf-8")
    assert mimis("files", "preview", *words, "--config", lists.parent).code == code


def test_school_without_lists_is_told(mimis: Mimis, school_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("namn\n", "utf-8")
    ended = mimis("files", "preview", tmp_path / "l.csv", "--config", school_folder)
    assert (ended.code, "[sources.listor]" in ended.err) == (2, True)


def test_list_that_lacks_columns_shows_those_that_are_there(mimis: Mimis, lists: Path) -> None:
    (lists / "l.csv").write_text("Elevkod;Namn;Personnr\n17;Kim;19900101-0017\n", "utf-8")
    ended = mimis("files", "preview", lists / "l.csv", "--json", "--config", lists.parent)
    assert [one["fate"] for one in ended.json["columns"]] == ["unknown", "read", "personal-number"]
    assert [(one["row"], one["reason"]) for one in ended.json["problems"]] == [(0, "columns")]
    assert (ended.code, ended.json["counts"]) == (1, {})
