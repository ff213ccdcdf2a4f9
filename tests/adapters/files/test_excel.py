"""Excel files as schools have them, and as nobody should send them."""

from __future__ import annotations

import io
import random
import re
import sys
import zipfile
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from mimis_files.excel import read_excel
from mimis_files.source import FilesSource
from mimis_files.tables import read_table
from openpyxl import Workbook
from openpyxl.styles import Font

from mimis_core import DataError, TemporaryError
from tests.adapters.files.conftest import workbook

HEADINGS = ["Deltagare-id", "Namn", "Mikromerit", "Datum", "Resultat"]
ROW = [17, "Åsa Öberg", "verktygsvana", datetime(2026, 11, 24), "Ja"]
SOUND = workbook({"Klara": [HEADINGS, ROW]})


def texts(*cells: Any) -> tuple[str, ...]:
    (sheet,) = read_excel(workbook({"Blad1": [cells]}))
    return sheet.rows[0][1]


def repacked(name: str, content: bytes, source: bytes = SOUND) -> bytes:
    """The workbook with one part added or changed."""
    with zipfile.ZipFile(io.BytesIO(source)) as old:
        parts = {one: old.read(one) for one in old.namelist()} | {name: content}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for one, text in parts.items():
            new.writestr(one, text)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (17, "17"),
        (17.0, "17"),
        (7.5, "7.5"),
        (True, "Ja"),
        (False, "Nej"),
        (datetime(2026, 11, 24), "2026-11-24"),
        (datetime(2026, 11, 24, 10, 15), "2026-11-24 10:15"),
        (date(2026, 11, 24), "2026-11-24"),
        (timedelta(hours=7, minutes=30), "7.5"),
        (time(10, 15), "10:15:00"),
        ("  Ja ", "Ja"),
        (199001010017, "199001010017"),
        ("rad 1\nrad 2", "rad 1\nrad 2"),
    ],
)
def test_cells_become_texts(value: Any, text: str) -> None:
    assert texts("x", value) == ("x", text)


def test_percent_is_kept_with_its_sign() -> None:
    book = Workbook()
    book.active["A1"], book.active["A1"].number_format = 0.785, "0.0%"  # type: ignore[index]
    content = io.BytesIO()
    book.save(content)
    assert read_excel(content.getvalue())[0].rows == ((1, ("78.5 %",)),)


def test_list_is_read_with_dates_and_numbers(tmp_path: Path, source: FilesSource) -> None:
    (tmp_path / "lista.xlsx").write_bytes(SOUND)
    ((one,),) = [page.completions for page in source.pull(None)]
    assert (one.key, one.learner.full_name, f"{one.completed_at:%F}") == (
        "achievement:verktygsvana/learner:17",
        "Åsa Öberg",
        "2026-11-24",
    )


def test_title_and_merged_cells_may_stand_above() -> None:
    book = Workbook()
    sheet: Any = book.active
    for row in (["Klara hösten 2026"], [], ["Deltagaren", None, "Kursen"], HEADINGS, ROW):
        sheet.append(row)
    sheet.merge_cells("A1:E1")
    sheet.merge_cells("A3:B3")
    content = io.BytesIO()
    book.save(content)
    assert [row.number for row in read_table("l.xlsx", content.getvalue()).rows] == [5]


def test_first_sheet_with_headings_is_read() -> None:
    table = read_table("l.xlsx", workbook({"Läs mig": [["Hej"]], "Vt": [HEADINGS, ROW], "Ht": [HEADINGS]}))
    assert (table.sheet, len(table.rows)) == ("Vt", 1)
    assert table.notes == ("Bara bladet Vt läses. Dessa blad har också listans rubriker, men läses inte: Ht.",)


def test_hidden_sheet_is_no_list() -> None:
    book = Workbook()
    book.active.title = "Synlig"  # type: ignore[union-attr]
    hidden = book.create_sheet("Dold")
    hidden.append(HEADINGS)
    hidden.sheet_state = "hidden"
    content = io.BytesIO()
    book.save(content)
    with pytest.raises(DataError, match="saknar kolumner"):
        read_table("l.xlsx", content.getvalue())


def test_sheet_that_comes_closest_is_named() -> None:
    with pytest.raises(DataError) as caught:
        read_table("l.xlsx", workbook({"Läs mig": [["Hej"]], "Vt": [HEADINGS[:3], ROW[:3]]}))
    assert "saknar kolumner: datum eller period." in str(caught.value)


def test_cell_of_mistake_is_named(tmp_path: Path, source: FilesSource) -> None:
    (tmp_path / "l.xlsx").write_bytes(workbook({"Vt": [["Klara"], HEADINGS, ROW, [18, "Bo", "a", "igår", "Ja"]]}))
    (page,) = source.pull(None)
    assert [one.message for one in page.set_aside] == [
        "l.xlsx, rad 4 (cell D4 på bladet Vt): Kolumnen datum går inte att förstå. Skriv datumet så här: 2026-11-24."
    ]


def test_personal_number_that_became_a_number_is_dropped() -> None:
    rows: list[list[object]] = [["ID", *HEADINGS], [101010007, *ROW], [199001010017, *ROW], [9001010017.0, *ROW]]
    table = read_table("l.xlsx", workbook({"Vt": rows}))
    assert table.notes == ("Kolumn A (ID) innehåller personnummer och läses inte.",)


def test_formula_without_value_is_told() -> None:
    table = read_table("l.xlsx", workbook({"Vt": [HEADINGS, [*ROW[:4], '=IF(1,"Ja","Nej")']]}))
    assert (table.rows[0].cells["result"], len(table.notes)) == ("", 1)
    assert "Formler utan sparat värde" in table.notes[0]


def test_formula_is_read_by_its_saved_value() -> None:
    formula = workbook({"Vt": [HEADINGS, [*ROW[:4], "=1"]]})
    with zipfile.ZipFile(io.BytesIO(formula)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    saved = repacked(
        "xl/worksheets/sheet1.xml", sheet.replace(b"<v />", b"<v>1</v>").replace(b"<v></v>", b"<v>1</v>"), formula
    )
    table = read_table("l.xlsx", saved)
    assert (table.rows[0].cells["result"], table.notes) == ("1", ())


def test_file_of_another_program_gives_no_warning() -> None:
    with zipfile.ZipFile(io.BytesIO(SOUND)) as package:
        styles = re.sub(rb"<cellStyles.*</cellStyles>", b"", package.read("xl/styles.xml"))
    assert b"Normal" not in styles
    assert len(read_excel(repacked("xl/styles.xml", styles))[0].rows) == 2


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (OLE + bytes(600), "gamla Excel-formatet"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "lösenord"),
        (b"Deltagare-id;Namn\n", "ingen Excel-fil"),
        (repacked("xl/vbaProject.bin", b"x"), "makron"),
        (repacked("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), "OpenDocument"),
        (repacked("xl/styles.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), "aldrig skriver"),
        (repacked("xl/styles.xml", b"<!--" + b" " * 1_000_000 + b"--><!DOCTYPE a><a/>"), "aldrig skriver"),
        (repacked("xl/sheet.bin", "<!DOCTYPE a><a/>".encode("utf-16")), "aldrig skriver"),
        (repacked("xl/workbook.xml", b"<html"), "skadad"),
        (repacked("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row r='x'/>"), "skadad"),
        (repacked("xl/media/image1.png", bytes(81_000_000)), "för stor"),
        (workbook({"Vt": [[*[None] * 200, "x"]]}), "för stor"),
    ],
    ids=[
        "xls",
        "password",
        "csv",
        "macro",
        "ods",
        "entities",
        "hidden",
        "disguised",
        "workbook",
        "sheet",
        "bomb",
        "wide",
    ],
)
def test_what_is_no_list_is_refused_with_sentence(content: bytes, words: str) -> None:
    with pytest.raises(DataError) as caught:
        read_table("l.xlsx", content)
    assert words in str(caught.value)
    assert caught.value.mend


@pytest.mark.parametrize("limit", ["MAX_ROWS", "_WIDE_ROWS"])
def test_bounds_of_a_sheet_are_kept(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    book = Workbook()
    sheet: Any = book.active
    for row in range(1, 6):
        sheet.append(["x"])
        sheet.cell(row, 300).font = Font(bold=True)
    content = io.BytesIO()
    book.save(content)
    assert len(read_excel(content.getvalue())[0].rows) == 5
    monkeypatch.setattr(f"mimis_files.excel.{limit}", 4)
    with pytest.raises(DataError, match="för stor"):
        read_excel(content.getvalue())


def test_row_far_down_costs_no_time() -> None:
    with zipfile.ZipFile(io.BytesIO(SOUND)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    far = repacked("xl/worksheets/sheet1.xml", sheet.replace(b'<row r="2"', b'<row r="99999999999"'))
    assert [number for number, _ in read_excel(far)[0].rows] == [1]


@pytest.mark.parametrize("content", [b"", SOUND[:200], SOUND[: len(SOUND) // 2], SOUND[:-30]])
def test_cut_file_is_tried_later(content: bytes) -> None:
    with pytest.raises(TemporaryError):
        read_table("l.xlsx", content)


def test_without_the_library_csv_files_go_on(
    tmp_path: Path, source: FilesSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.xlsx").write_bytes(SOUND)
    (tmp_path / "b.csv").write_text("deltagare-id;namn;mikromerit;datum\n1;Kim;a;2026-11-24\n", "utf-8")
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "openpyxl", None)
        without.setattr("mimis_files.source.installed", lambda: False)
        (page,) = source.pull(None)
    assert ([one.learner.key for one in page.completions], [one.key for one in page.set_aside]) == (["1"], ["a.xlsx"])
    assert "pip install 'mimis[files]'" in page.set_aside[0].message
    (installed,) = source.pull(page.cursor)
    assert {one.learner.key for one in installed.completions} == {"1", "17"}


@pytest.mark.parametrize("seed", range(40))
def test_damaged_file_is_read_or_a_known_error(seed: int) -> None:
    chance = random.Random(seed)
    place = chance.randrange(len(SOUND))
    with suppress(DataError, TemporaryError):
        assert read_table("l.xlsx", SOUND[:place] + chance.randbytes(4) + SOUND[place + 4 :]).columns
