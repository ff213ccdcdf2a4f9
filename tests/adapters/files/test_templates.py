"""Templates against the source that reads them."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mimis_files.columns import SWEDISH, find_columns
from mimis_files.settings import FilesSettings
from mimis_files.source import FilesSource
from mimis_files.templates import HELP, Kind, template_book, template_columns, template_text
from openpyxl import load_workbook

from mimis_core import Completion
from tests.command import Mimis

LISTS = [Kind.COURSE, Kind.VALIDATION, Kind.ATTESTATION]


def filled_in(kind: Kind, *rows: dict[str, Any]) -> bytes:
    """The Excel template with rows below its example, as a person writes them."""
    book = load_workbook(io.BytesIO(template_book(kind, [("a", "A")])))
    sheet = book[book.sheetnames[0]]
    for number, row in enumerate(rows, start=3):
        for position, name in enumerate(template_columns(kind), start=1):
            sheet.cell(number, position).value = row.get(name)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def read(folder: Path, content: bytes, name: str = "mall.xlsx") -> list[Completion]:
    (folder / name).write_bytes(content)
    (page,) = FilesSource("listor", FilesSettings(path=folder / name)).pull(None)
    assert page.set_aside == ()
    return list(page.completions)


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("result", ["Nej", "Ja"])
def test_example_is_never_used(tmp_path: Path, kind: Kind, result: str) -> None:
    assert read(tmp_path, template_text(kind).replace("Nej", result).encode("utf-8-sig"), "mall.csv") == []
    assert read(tmp_path, template_book(kind)) == []


@pytest.mark.parametrize("kind", LISTS)
def test_headings_are_known_and_explained(kind: Kind) -> None:
    columns = template_columns(kind)
    assert find_columns([SWEDISH[name] for name in columns]) == {name: at for at, name in enumerate(columns)}
    assert [name for name in columns if not HELP[name]] == []


@settings(max_examples=15, deadline=None)
@given(
    kind=st.sampled_from(LISTS),
    learner=st.integers(1, 9999).map("{:04}".format),
    day=st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    hours=st.integers(1, 2000).map(lambda quarters: quarters / 4),
    name=st.text(st.sampled_from("aåäöéüÅÖł;\"' -="), min_size=1, max_size=20).map(str.strip).filter(bool),
)
def test_filled_in_template_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, kind: Kind, learner: str, day: date, hours: float, name: str
) -> None:
    row = {"learner": learner, "name": f"K{name}", "achievement": "a", "date": day, "result": "Ja", "hours": hours}
    signers = {"assessor": "Bo", "supervisor": "Bo", "kind": template_text(kind).splitlines()[1].split(";")[0]}
    signers["kind"] = {"course": "kurs", "validation": "validering", "attestation": "arbetsplatsintyg"}[kind]
    (one,) = read(tmp_path_factory.mktemp("mall"), filled_in(kind, row | signers))
    assert (one.learner.key, one.learner.full_name, one.completed_at.date()) == (learner, f"K{name}", day)
    assert (one.kind.value, one.hours) == (kind.value, hours if kind is not Kind.COURSE else None)


def test_book_offers_choices_and_keeps_headings_in_view() -> None:
    book = load_workbook(io.BytesIO(template_book(Kind.VALIDATION, [("a", "A"), ("b", "B")])))
    sheet = book["Valideringar"]
    offered = {rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert offered == {'"Ja,Nej"', '"kurs,validering,arbetsplatsintyg"', '"ja,nej"', '"Ja"', "=Mikromeriter!$A$2:$A$3"}
    assert (sheet.freeze_panes, book.sheetnames) == ("A2", ["Valideringar", "Förklaring", "Mikromeriter"])
    assert [sheet.column_dimensions[letter].number_format for letter in "AG"] == ["@", "yyyy-mm-dd"]


def test_command_prints_the_template(mimis: Mimis) -> None:
    ended = mimis("files", "template", "--kind", "attestation")
    assert ended.code == 0
    assert ended.out.startswith(
        "deltagare-id;namn;e-post;mikromerit;läranderesultat;startdatum;datum;resultat;typ;handledare"
    )


@pytest.mark.parametrize(("kind", "last"), [("course", "skäl"), ("catalogue", "Automatik beslutad den")])
def test_command_prints_headings_as_json(mimis: Mimis, kind: str, last: str) -> None:
    assert json.loads(mimis("files", "template", "--kind", kind, "--json").out)["columns"][-1] == last


@pytest.mark.parametrize(
    ("words", "start"),
    [
        (["--output", "mall.csv"], b"\xef\xbb\xbfdeltagare-id;"),
        (["--output", "mall.xlsx"], b"PK"),
        (["--output", "mall", "--format", "xlsx"], b"PK"),
        (["--output", "mall.xlsx", "--kind", "catalogue"], b"PK"),
    ],
)
def test_command_writes_what_the_file_is_called(
    mimis: Mimis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], start: bytes
) -> None:
    monkeypatch.chdir(tmp_path)
    assert mimis("files", "template", *words).code == 0
    assert (tmp_path / words[1]).read_bytes().startswith(start)


def test_template_of_a_school_offers_its_entries(mimis: Mimis, tmp_path: Path, school_folder: Path) -> None:
    assert mimis("files", "template", "--output", tmp_path / "m.xlsx", "--config", school_folder).code == 0
    listed = load_workbook(tmp_path / "m.xlsx")["Mikromeriter"]
    assert ("solenergi-grund" in {row[0].value for row in listed.rows}, listed.max_row) == (True, 17)


@pytest.mark.parametrize(
    "words",
    [["--format", "xlsx"], ["--kind", "catalogue"], ["--kind", "catalogue", "--format", "csv", "--output", "x"]],
)
def test_what_cannot_be_printed_is_told(mimis: Mimis, words: list[str]) -> None:
    ended = mimis("files", "template", *words)
    assert (ended.code, ended.out) == (2, "")
