"""What a school says once of its headings and courses."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimis_files.answers import Answers, load_answers, save_answers
from mimis_files.columns import SWEDISH
from mimis_files.commands import map as command
from mimis_files.commands.map import propose_entry, propose_heading

from mimis_core import ConfigurationError
from tests.command import Ended, Mimis

LIST = "Elevkod;Namn;Utbildningens namn;Klart den;Diagnos\n17;Kim;Kurs A;2026-11-24;x\n18;Bo;Kurs B;2026-11-24;x\n"
SETS = ("Elevkod=deltagare-id", "Utbildningens namn=course", "Klart den=datum", "Diagnos=-")


@pytest.fixture
def lists(school_folder: Path) -> Path:
    """A school's folder with a list that nobody has explained yet."""
    with (school_folder / "mimis.toml").open("a", encoding="utf-8") as file:
        file.write('\n[sources.listor]\nkind = "files"\npath = "listor"\n')
    (school_folder / "listor").mkdir()
    (school_folder / "listor" / "klara.csv").write_text(LIST, "utf-8")
    return school_folder / "listor"


def say(mimis: Mimis, lists: Path, *words: str) -> Ended:
    return mimis("files", "map", lists / "klara.csv", *words, "--json", "--config", lists.parent)


def all_sets() -> list[str]:
    return [word for one in SETS for word in ("--set", one)]


def test_unknown_headings_are_asked_and_not_guessed(mimis: Mimis, lists: Path) -> None:
    ended = say(mimis, lists)
    assert ended.code == 3
    assert list(ended.json["unanswered"]["headings"]) == ["Elevkod", "Utbildningens namn", "Klart den", "Diagnos"]
    assert not (lists / "mapping.toml").exists()


def test_courses_are_asked_for_once_headings_are_known(mimis: Mimis, lists: Path) -> None:
    ended = say(mimis, lists, *all_sets())
    assert (ended.code, list(ended.json["unanswered"]["courses"])) == (3, ["Kurs A", "Kurs B"])


def test_answers_serve_every_later_list(mimis: Mimis, lists: Path) -> None:
    say(mimis, lists, *all_sets())
    ended = say(mimis, lists, "--course", "Kurs A=gastvard-hotell", "--course", "Kurs B=-")
    assert ended.code == 0
    (lists / "nasta.csv").write_text(LIST.replace("17", "19"), "utf-8")
    seen = mimis("files", "preview", lists / "nasta.csv", "--json", "--config", lists.parent).json
    assert (seen["counts"]["completions"], seen["counts"]["unfinished"], seen["problems"]) == (1, 1, [])
    assert [one["fate"] for one in seen["columns"]] == ["read", "read", "read", "read", "left-out"]


def test_trial_saves_nothing(mimis: Mimis, lists: Path) -> None:
    say(mimis, lists, *all_sets(), "--dry-run")
    assert not (lists / "mapping.toml").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("--set", "Elevkod"),
        ("--set", "Elevkod=kundnummer"),
        ("--set", "19900101-0017=namn"),
        ("--course", "Kurs A=Cykel & service"),
        ("--course", "Kurs A=finns-inte"),
    ],
)
def test_wrong_answer_is_told(mimis: Mimis, lists: Path, words: tuple[str, str]) -> None:
    ended = say(mimis, lists, *words)
    assert (ended.code, ended.out, "0017" in ended.err) == (2, "", False)
    assert not (lists / "mapping.toml").exists()


def test_person_at_a_terminal_is_asked(mimis: Mimis, lists: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = iter(["deltagare-id", "kundnummer", "kurs", "datum", "?", "gastvard-hotell", "-"])
    monkeypatch.setattr(command, "_at_terminal", lambda: True)
    monkeypatch.setattr("typer.prompt", lambda *_, **__: next(given))
    ended = mimis("files", "map", lists / "klara.csv", "--config", lists.parent)
    assert (ended.code, list(given)) == (3, [])
    assert tomllib.loads((lists / "mapping.toml").read_text("utf-8")) == {
        "headings": {"Elevkod": "deltagare-id", "Utbildningens namn": "kurs", "Klart den": "datum"},
        "courses": {"Kurs A": "gastvard-hotell", "Kurs B": "-"},
    }


@pytest.mark.parametrize(
    ("heading", "name"),
    [("Deltagarens id", "learner"), ("Epost adress 1", "email"), ("Klardatumet", "date"), ("Diagnos", None)],
)
def test_close_headings_are_proposed(heading: str, name: str | None) -> None:
    assert propose_heading(heading) == name


def test_close_titles_are_proposed() -> None:
    entries = {"cykelservice-grund": ("Cykelservice, grund", "Cycle servicing, basic")}
    assert propose_entry("Cykelservice grundkurs", entries) == "cykelservice-grund"
    assert propose_entry("Svetsning", entries) is None


TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


@given(
    st.dictionaries(TEXTS, st.sampled_from([*SWEDISH, "-"])), st.dictionaries(TEXTS, st.sampled_from(["a", "b-2", "-"]))
)
def test_whatever_is_saved_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, headings: dict[str, str], courses: dict[str, str]
) -> None:
    path = tmp_path_factory.mktemp("svar") / "mapping.toml"
    save_answers(path, Answers(headings, courses))
    assert load_answers(path) == Answers(headings, courses)


@pytest.mark.parametrize(
    "text", ["[headings", "[other]\n", "headings = 1\n", '[headings]\n"a" = "kundnummer"\n', '[courses]\n"a" = "Å"\n']
)
def test_spoilt_answers_are_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "mapping.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_answers(tmp_path / "mapping.toml")
    assert caught.value.mend
