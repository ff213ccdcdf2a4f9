"""Lists as a school keeps them, good rows and bad."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from time import perf_counter

import pytest
from mimis_files.settings import FilesSettings
from mimis_files.source import FilesSource

from mimis_core import Completion, CompletionKind, ConfigurationError, Grade, SetAside
from mimis_core.plugins import load_plugins

Pull = Callable[..., tuple[list[Completion], list[SetAside]]]

FULL = (
    "Deltagare-ID;Förnamn;Efternamn;E-post;Mikromerit;Datum;Bedömare;Handledare;Resultat;Betyg;Typ;Arbetsplats;Underlag"
)


def test_plugin_registers_source_and_command() -> None:
    plugins = load_plugins()
    assert plugins.types("source")["files"] is FilesSource
    assert ("files", "mimis_files.sandbox:FilesSandbox") in dict(plugins.call("mimis_sandboxes"))["files"]
    assert [name for name, _, _ in dict(plugins.call("mimis_commands"))["files"]] == ["files"]


def test_full_row_becomes_a_completion(pull: Pull) -> None:
    row = "17;Åsa;Öberg;asa@exempel.se;verktygsvana;24/11 -26;Bo Ek;;Ja;VG;Validering;Verkstan AB;Arbetsprov"
    (one,), aside = pull(row, headings=FULL)
    assert aside == []
    assert (one.key, one.module) == ("achievement:verktygsvana/learner:17", "achievement:verktygsvana")
    assert (one.learner.full_name, one.learner.family_name, one.learner.email) == (
        "Åsa Öberg",
        "Öberg",
        "asa@exempel.se",
    )
    assert (one.kind, one.by, one.grade) == (CompletionKind.VALIDATION, "Bo Ek", Grade(text="VG"))
    assert (one.evidence, one.place, one.completed_at) == (
        "Arbetsprov",
        "Verkstan AB",
        datetime(2026, 11, 24, 12, tzinfo=UTC),
    )


WORK = "deltagare-id;namn;mikromerit;datum;typ;handledare;Började;Antal timmar;Praktikplats;Länk till intyg"


def test_work_placement_is_read_whole(pull: Pull) -> None:
    row = "1;Kim;a;2026-11-24;apl;Ove;2 / 11 -26;7,5 tim;Hotell Exempel;https://skola.example/intyg/7"
    (one,), aside = pull(row, headings=WORK)
    assert aside == []
    assert (one.started_at, one.hours, one.place) == (datetime(2026, 11, 2, 12, tzinfo=UTC), 7.5, "Hotell Exempel")
    assert one.document is not None
    assert (one.document.url, one.document.content) == ("https://skola.example/intyg/7", None)
    assert one.document.title["sv"] == "Intyg från arbetsplatsen"


@pytest.mark.parametrize(
    ("cells", "reason", "heading"),
    [
        ("i höstas;;;", "start", "startdatum"),
        ("2026-11-25;;;", "start", "startdatum"),
        (";många;;", "hours", "timmar"),
        (";0;;", "hours", "timmar"),
        (";;;intyg.pdf", "document", "länk"),
        (";;;http://skola.example/intyg", "document", "länk"),
        (";;;https://skola.example/kim@exempel.se", "document", "länk"),
        (";;19900101-0017;", "personal-number", "arbetsplats"),
    ],
)
def test_unclear_work_placement_is_set_aside(pull: Pull, cells: str, reason: str, heading: str) -> None:
    good, (one,) = pull(f"1;Kim;a;2026-11-24;apl;Ove;{cells}", headings=WORK)
    assert (good, one.reason) == ([], reason)
    assert heading in one.message


@pytest.mark.parametrize("mark", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252", "utf-16"])
def test_separator_and_encoding_are_found(source: FilesSource, tmp_path: Path, mark: str, encoding: str) -> None:
    text = "Deltagar-id;Namn;Mikromerit;Datum\r\n1;Åsa Ödman;sakert-hojd;2026-11-24\r\n".replace(";", mark)
    (tmp_path / "lista.CSV").write_bytes(text.encode(encoding))
    (page,) = source.pull(None)
    assert [one.learner.full_name for one in page.completions] == ["Åsa Ödman"]


@pytest.mark.parametrize(
    ("row", "reason", "column"),
    [
        (";Kim;verktygsvana;2026-11-24;Ja", "learner-missing", "deltagare-id"),
        ("1;;verktygsvana;2026-11-24;Ja", "name", "namn"),
        ("1;Kim;Verktyg & vana;2026-11-24;Ja", "achievement", "mikromerit"),
        ("1;Kim;verktygsvana;2026-13-24;Ja", "date", "datum"),
        ("1;Kim;verktygsvana;;Ja", "date", "datum"),
        ("1;Kim;verktygsvana;2026-11-24;kanske", "result", "resultat"),
        ("19900101-0017;Kim;verktygsvana;2026-11-24;Ja", "personal-number", "deltagare-id"),
        ("1;Kim 900101-0017;verktygsvana;2026-11-24;Ja", "personal-number", "namn"),
    ],
)
def test_bad_row_is_named_without_person(pull: Pull, row: str, reason: str, column: str) -> None:
    good, aside = pull("8;Alva;verktygsvana;2026-11-24;Ja", row, "9;Bo;verktygsvana;2026-11-24;Ja")
    assert [one.learner.key for one in good] == ["8", "9"]
    assert [(one.key, one.reason) for one in aside] == [("lista.csv:3", reason)]
    assert aside[0].message.startswith("lista.csv, rad 3: ")
    assert column in aside[0].message
    assert "Kim" not in aside[0].message


def test_short_row_is_unfinished(pull: Pull) -> None:
    assert pull("1;Kim", "") == ([], [])


@pytest.mark.parametrize(
    ("kind", "signers", "reason"),
    [("validering", "", "by-missing"), ("arbetsplatsintyg", "", "by-missing"), ("lotteri", "Bo", "kind")],
)
def test_signer_and_kind_are_required(pull: Pull, kind: str, signers: str, reason: str) -> None:
    headings = "deltagare-id;namn;mikromerit;datum;typ;bedömare"
    good, aside = pull(f"1;Kim;verktygsvana;2026-11-24;{kind};{signers}", headings=headings)
    assert (good, [one.reason for one in aside]) == ([], [reason])


@pytest.mark.parametrize(
    ("kind", "assessor", "supervisor", "expected", "by"),
    [
        ("", "Lärare", "", CompletionKind.COURSE, "Lärare"),
        ("", "", "Handledare", CompletionKind.ATTESTATION, "Handledare"),
        ("Apl", "Lärare", "Handledare", CompletionKind.ATTESTATION, "Handledare, Lärare"),
        ("kurs", "", "", CompletionKind.COURSE, None),
    ],
)
def test_kind_and_signer_are_read(
    pull: Pull, kind: str, assessor: str, supervisor: str, expected: CompletionKind, by: str | None
) -> None:
    headings = "deltagare-id;namn;mikromerit;datum;typ;bedömare;handledare"
    (one,), _ = pull(f"1;Kim;verktygsvana;2026-11-24;{kind};{assessor};{supervisor}", headings=headings)
    assert (one.kind, one.by) == (expected, by)


@pytest.mark.parametrize("result", ["Nej", "IG", "F", "Icke godkänt", "-", "Streck", ""])
def test_unfinished_rows_are_counted_only(source: FilesSource, pull: Pull, result: str) -> None:
    good, aside = pull(f"1;Kim;verktygsvana;2026-11-24;{result}")
    assert (good, aside) == ([], [])
    assert [(page.done, page.total) for page in source.pull(None)] == [(1, 1)]


def test_failing_grade_beats_done_result(pull: Pull) -> None:
    headings = "deltagare-id;namn;mikromerit;datum;resultat;betyg"
    good, _ = pull("1;Kim;a;2026-11-24;Klar;F", "2;Bo;a;2026-11-24;Klar;C", "3;Ed;a;2026-11-24;;", headings=headings)
    assert [one.learner.key for one in good] == ["2"]


def test_list_without_results_is_completed(pull: Pull) -> None:
    good, _ = pull("1;Kim;verktygsvana;2026-11-24", headings="deltagare-id;namn;mikromerit;datum")
    assert len(good) == 1


def test_mail_address_stands_in_for_id(pull: Pull) -> None:
    headings = "e-post;namn;mikromerit;datum"
    (one,), _ = pull("Kim@Exempel.se;Kim;verktygsvana;2026-11-24", headings=headings)
    (same,), _ = pull("kim@exempel.se;Kim;verktygsvana;2026-11-24", headings=headings)
    assert one.learner.key.startswith("mail:")
    assert "kim" not in one.key.casefold()
    assert one.key == same.key


def test_personal_number_column_is_dropped(pull: Pull) -> None:
    headings = "Personnummer (12 siffror);Deltagare-id;Namn;Mikromerit;Datum"
    good, aside = pull("199001010017;1;Kim;verktygsvana;2026-11-24", headings=headings)
    assert aside == []
    assert "0017" not in good[0].model_dump_json()


@pytest.mark.parametrize("heading", ["Personnummer", "pnr", "Samordningsnummer", "Person-nr", "SSN"])
def test_personal_number_is_no_identifier(pull: Pull, heading: str) -> None:
    good, aside = pull("199001010017;Kim;a;2026-11-24", headings=f"{heading};Namn;Mikromerit;Datum")
    assert (good, [(one.key, one.reason) for one in aside]) == ([], [("lista.csv", "columns")])
    assert "deltagare-id eller e-post" in aside[0].message


def test_other_columns_are_never_kept(pull: Pull) -> None:
    headings = "Deltagare-id;Namn;Mikromerit;Datum;Diagnos;Telefon"
    (one,), _ = pull("1;Kim;verktygsvana;2026-11-24;Hemligt;0701234567", headings=headings)
    assert not [word for word in ("Hemligt", "0701234567") if word in one.model_dump_json()]


@pytest.mark.parametrize(
    ("mark", "protected"), [("ja", True), ("X", True), ("kanske", True), ("nej", False), ("", False)]
)
def test_protected_column_is_honoured(pull: Pull, mark: str, protected: bool) -> None:
    headings = "deltagare-id;namn;mikromerit;datum;skyddad"
    (one,), _ = pull(f"1;Kim;verktygsvana;2026-11-24;{mark}", headings=headings)
    assert one.learner.protected is protected


@pytest.mark.parametrize("listed", ["A17", "a17", "Kim@exempel.se"])
def test_protected_list_is_honoured(tmp_path: Path, listed: str) -> None:
    (tmp_path / "l.csv").write_text("deltagare-id;namn;e-post;mikromerit;datum\nA17;Kim;kim@exempel.se;a;2026-11-24\n")
    source = FilesSource("listor", FilesSettings(path=tmp_path, protected=(listed,)))
    assert [one.learner.protected for page in source.pull(None) for one in page.completions] == [True]


def test_same_list_twice_is_one(tmp_path: Path, source: FilesSource, pull: Pull) -> None:
    first, _ = pull("1;Kim;verktygsvana;2026-11-24;Ja")
    (tmp_path / "kopia.csv").write_bytes((tmp_path / "lista.csv").read_bytes())
    (page,) = source.pull(None)
    assert list(page.completions) == first
    assert (page.set_aside, page.total) == ((), 2)


def reasons(aside: list[SetAside]) -> list[tuple[str, str]]:
    return [(one.key, one.reason) for one in aside]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_newest_of_three_dates_counts(pull: Pull, order: tuple[int, ...]) -> None:
    rows = ("1;Kim;a;2026-11-24;Ja", "1;Kim;a;2029-11-24;Ja", "1;Kim;a;2023-11-24;Ja")
    good, aside = pull(*(rows[index] for index in order))
    assert [one.completed_at.year for one in good] == [2029]
    assert {one.reason for one in aside} == {"superseded"}
    assert len(aside) == 2


@pytest.mark.parametrize("rows", [("A", "C"), ("C", "A")])
def test_rows_of_one_day_that_contradict_are_all_set_aside(pull: Pull, rows: tuple[str, ...]) -> None:
    good, aside = pull(*(f"1;Kim;a;2026-11-24;{grade}" for grade in rows), "2;Bo;a;2026-11-24;Ja")
    assert [one.learner.key for one in good] == ["2"]
    assert reasons(aside) == [("lista.csv:2", "duplicate"), ("lista.csv:3", "duplicate")]


def test_later_row_settles_contradiction(pull: Pull) -> None:
    good, aside = pull("1;Kim;a;2026-11-24;A", "1;Kim;a;2026-11-24;C", "1;Kim;a;2026-12-01;B")
    assert ([one.grade for one in good], [one.reason for one in aside]) == ([Grade(text="B")], ["superseded"] * 2)


# What is taken back ----------------------------------------------------------------------------------------------

TAKEN_BACK = "deltagare-id;namn;mikromerit;datum;resultat;Makulerad;Skäl"


def withdrawn(source: FilesSource) -> list[tuple[str, str]]:
    return [(one.key, one.message) for page in source.pull(None) for one in page.withdrawn]


def test_cancelled_row_takes_completion_back(source: FilesSource, pull: Pull) -> None:
    headings = "deltagare-id;namn;mikromerit;datum;resultat"
    (one,), _ = pull("1;Kim;a;2026-11-24;Ja", headings=headings)
    good, aside = pull("1;Kim;a;2026-11-24;Ja;Ja;Fel kurs", "2;Bo;a;2026-11-24;Ja;;", headings=TAKEN_BACK)
    assert ([two.learner.key for two in good], aside) == (["2"], [])
    assert withdrawn(source) == [(one.key, "lista.csv, rad 2: Listan tar tillbaka raden. Skäl: Fel kurs")]


@pytest.mark.parametrize("reason", ["Kim har bytt kurs", "se kim@exempel.se"])
def test_reason_that_names_somebody_is_left_out(source: FilesSource, pull: Pull, reason: str) -> None:
    pull(f"1;Kim;a;2026-11-24;Ja;x;{reason}", headings=TAKEN_BACK)
    ((_, message),) = withdrawn(source)
    assert message == "lista.csv, rad 2: Listan tar tillbaka raden. Skälet står i listan."


@pytest.mark.parametrize(("mark", "reason"), [("kanske", "withdrawn"), ("19900101-0017", "personal-number")])
def test_unclear_cancelling_is_asked_about(source: FilesSource, pull: Pull, mark: str, reason: str) -> None:
    good, aside = pull(f"1;Kim;a;2026-11-24;Ja;{mark};", headings=TAKEN_BACK)
    assert (good, [one.reason for one in aside], withdrawn(source)) == ([], [reason], [])


def test_deleted_row_takes_nothing_back(source: FilesSource, pull: Pull) -> None:
    pull("1;Kim;a;2026-11-24;Ja", "2;Bo;a;2026-11-24;Ja")
    pull("1;Kim;a;2026-11-24;Ja")
    assert withdrawn(source) == []


@pytest.mark.parametrize(("other_day", "left"), [("2026-11-24", 0), ("2026-12-01", 1)])
def test_row_of_a_later_day_outlives_cancelling(pull: Pull, other_day: str, left: int) -> None:
    good, _ = pull("1;Kim;a;2026-11-24;Ja;Ja;", f"1;Kim;a;{other_day};Ja;;", headings=TAKEN_BACK)
    assert len(good) == left


# Outcomes, periods, courses ----------------------------------------------------------------------------------------

OUTCOMES = "deltagare-id;namn;mikromerit;läranderesultat;datum;bedömare;typ;metod;underlag"


def test_each_outcome_is_a_module(pull: Pull) -> None:
    row = "1;Kim;verktygsvana;{};2026-11-24;Bo Ek;validering;Arbetsprov;Fyra av fem"
    good, aside = pull(*(row.format(number) for number in ("1", "Läranderesultat 2", "")), headings=OUTCOMES)
    assert aside == []
    assert [one.module.removeprefix("achievement:verktygsvana") for one in good] == ["#1", "#2", ""]
    assert [one.key.partition("/")[0] for one in good] == [one.module for one in good]
    assert good[0].evidence == "Arbetsprov: Fyra av fem"
    assert good[0].title == "verktygsvana, läranderesultat 1"


@pytest.mark.parametrize("outcome", ["1,2", "svetsa", "0", "100"])
def test_unclear_outcome_is_set_aside(pull: Pull, outcome: str) -> None:
    good, aside = pull(f"1;Kim;a;{outcome};2026-11-24;Bo;validering;;", headings=OUTCOMES)
    assert (good, [one.reason for one in aside]) == ([], ["outcome"])


@pytest.mark.parametrize(
    ("period", "days"),
    [
        ("2026-10-05 – 2026-11-13", 39),
        ("5/10 -26 till 13/11 -26", 39),
        ("2026-11-13 t.o.m. 2026-11-13", 0),
        ("2026-10-05--", None),
        ("2026-11-13 – 2026-10-05", None),
    ],
)
def test_period_gives_first_and_last_day(pull: Pull, period: str, days: int | None) -> None:
    good, aside = pull(f"1;Kim;a;{period};Ove", headings="deltagare-id;namn;mikromerit;period;handledare")
    assert [(one.completed_at - one.started_at).days for one in good if one.started_at] == (
        [] if days is None else [days]
    )
    assert [one.reason for one in aside] == (["period"] if days is None else [])


def test_course_without_answer_is_never_guessed(pull: Pull) -> None:
    good, aside = pull("1;Kim;Cykelservice, grund;2026-11-24", headings="deltagare-id;namn;kurs;datum")
    assert (good, [one.reason for one in aside]) == ([], ["course"])
    assert "mimis files map" in aside[0].message


def test_answers_turn_courses_into_entries(tmp_path: Path, pull: Pull) -> None:
    courses = '[courses]\n"Kurs A" = "cykelservice-grund"\n"Kurs B" = "-"\n'
    (tmp_path / "mapping.toml").write_text(f'[headings]\n"Elevkod" = "deltagare-id"\n{courses}', "utf-8")
    rows = ("1;Kim;kurs  a;2026-11-24", "2;Bo;Kurs B;2026-11-24", "3;Al;Kurs C;2026-11-24")
    good, aside = pull(*rows, headings="Elevkod;namn;kursnamn;datum")
    assert [(one.module, one.title) for one in good] == [("achievement:cykelservice-grund", "kurs  a")]
    assert reasons(aside) == [("lista.csv:4", "course")]


def test_titles_in_the_column_of_ids_are_answered_too(tmp_path: Path, pull: Pull) -> None:
    (tmp_path / "mapping.toml").write_text('[courses]\n"Cykelservice, grund" = "cykelservice-grund"\n', "utf-8")
    (one,), _ = pull("1;Kim;Cykelservice, grund;2026-11-24;Ja")
    assert one.module == "achievement:cykelservice-grund"


@pytest.mark.parametrize("text", ["#N/A", "#SAKNAS!", "#DIV/0!"])
def test_formula_that_failed_is_no_id(pull: Pull, text: str) -> None:
    good, aside = pull(f"{text};Kim;a;2026-11-24;Ja")
    assert (good, [one.reason for one in aside]) == ([], ["formula"])


def test_names_in_other_systems_become_aliases(pull: Pull) -> None:
    (one,), _ = pull("17;Kim;a;2026-11-24;kimex", headings="deltagare-id;namn;mikromerit;datum;användarnamn")
    assert one.learner.aliases == {"idnumber": "17", "username": "kimex"}


def test_large_list_comes_in_batches(source: FilesSource, pull: Pull) -> None:
    pull(*(f"{number};Kim;verktygsvana;2026-11-24;Ja" for number in range(1001)), ";;;;Ja")
    pages = list(source.pull(None))
    assert [len(page.completions) for page in pages] == [500, 500, 1]
    assert [(page.done, page.total, len(page.set_aside)) for page in pages] == [
        (500, 1002, 1),
        (1000, 1002, 0),
        (1002, 1002, 0),
    ]


def test_unusable_file_stops_no_other(tmp_path: Path, pull: Pull) -> None:
    (tmp_path / "annan.csv").write_text("frukt;antal\näpple;3\n", encoding="utf-8")
    (tmp_path / "tom.csv").write_bytes(b"\n")
    (tmp_path / "trasig.csv").write_bytes(b"\x81\x8d")
    good, aside = pull("1;Kim;verktygsvana;2026-11-24;Ja")
    assert len(good) == 1
    assert [(one.key, one.reason) for one in aside] == [
        ("annan.csv", "columns"),
        ("tom.csv", "columns"),
        ("trasig.csv", "encoding"),
    ]


def test_single_file_can_be_named(tmp_path: Path, pull: Pull) -> None:
    pull("1;Kim;verktygsvana;2026-11-24;Ja")
    source = FilesSource("listor", FilesSettings(path=tmp_path / "lista.csv"))
    assert sum(len(page.completions) for page in source.pull(None)) == 1


def test_empty_folder_gives_one_page(source: FilesSource) -> None:
    assert [(page.completions, page.total) for page in source.pull(None)] == [((), 0)]
    assert [finding.status for finding in source.check()] == ["warning"]


def test_missing_folder_names_its_mend(tmp_path: Path) -> None:
    source = FilesSource("listor", FilesSettings(path=tmp_path / "borta"))
    with pytest.raises(ConfigurationError) as caught:
        list(source.pull(None))
    assert caught.value.mend
    assert [(finding.status, bool(finding.mend)) for finding in source.check()] == [("error", True)]


def test_check_counts_usable_lists(tmp_path: Path, source: FilesSource, pull: Pull) -> None:
    pull("1;Kim;verktygsvana;2026-11-24;Ja")
    (tmp_path / "annan.csv").write_text("frukt;antal\n", encoding="utf-8")
    findings = list(source.check())
    assert [finding.status for finding in findings] == ["error", "ok"]
    assert "1 av 2" in findings[1].message


def test_logs_name_no_person(pull: Pull, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        pull("1;Kim Exempelsson;verktygsvana;2026-11-24;Ja", "2;Bo Exempelsson;;;Ja")
    assert "Exempelsson" not in caplog.text


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f"{'1' * 191};Kim;a;2026-11-24;Ja", "long"),
        (f"1;{'K' * 301};a;2026-11-24;Ja", "long"),
        ("1;Ki\0m;a;2026-11-24;Ja", "name"),
    ],
    ids=["long id", "long name", "NUL"],
)
def test_cell_that_nothing_can_hold_refuses_its_row(pull: Pull, row: str, reason: str) -> None:
    done, aside = pull(row, "2;Bo;a;2026-11-24;Ja")
    assert ([one.learner.key for one in done], [one.reason for one in aside]) == (["2"], [reason])
    assert len(aside[0].message) < 200


@pytest.mark.parametrize(
    ("headings", "cell"),
    [
        ("deltagare-id;namn;mikromerit;period", f"a{' ' * 100_000}b"),
        ("e-post;namn;mikromerit;datum", f"a@{'.' * 100_000}@"),
    ],
)
def test_cell_made_to_cost_time_costs_none(pull: Pull, headings: str, cell: str) -> None:
    row = f"1;Kim;a;{cell}" if "period" in headings else f"{cell};Kim;a;2026-11-24"
    started = perf_counter()
    assert [one.reason for one in pull(row, headings=headings)[1]] == ["long"]
    assert perf_counter() - started < 2


def test_thousands_of_rows_that_contradict_each_other_take_no_time(pull: Pull) -> None:
    started = perf_counter()
    _, aside = pull(*(f"1;Kim {n};a;2026-11-24;Ja" for n in range(5_000)))
    assert ({one.reason for one in aside}, len(aside)) == ({"duplicate"}, 5_000)
    assert perf_counter() - started < 5


@pytest.mark.parametrize("reason", ["Anna-Lena bytte kurs", "Bergs intyg", "enligt Ek", "till x@demo.example", "anna"])
def test_reason_that_could_name_somebody_is_not_told(tmp_path: Path, source: FilesSource, reason: str) -> None:
    text = "deltagare-id;namn;mikromerit;datum;återtagen;skäl;bedömare\n1;Anna-Lena Berg;a;2026-11-24;Ja;{};Bo Ek\n"
    (tmp_path / "lista.csv").write_text(text.format(reason), "utf-8")
    (page,) = source.pull(None)
    assert [one.message.endswith("Skälet står i listan.") for one in page.withdrawn] == [True]
