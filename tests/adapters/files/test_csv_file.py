"""CSV files as programs leave them."""

from __future__ import annotations

import pytest
from mimis_files.csv_file import decode
from mimis_files.tables import read_table

from mimis_core import DataError

HEADING = "deltagare-id;namn;mikromerit;datum"


def rows_of(text: str) -> list[tuple[int, str]]:
    return [(row.number, row.cells["name"]) for row in read_table("l.csv", text.encode()).rows]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (f"{HEADING}\n1;Kim;a;b\n", [(2, "Kim")]),
        (f"sep=;\r\n{HEADING}\r\n1;Kim;a;b\r\n", [(2, "Kim")]),
        (f"\n;;;\n{HEADING}\n\n1;Kim;a;b\n;;;\n2;Bo;a;b", [(5, "Kim"), (7, "Bo")]),
        (f'{HEADING}\n1;"Kim; den äldre";a;b\n', [(2, "Kim; den äldre")]),
        (f'{HEADING}\n1;"Kim\nBo";a;b\n2;Al;a;b\n', [(2, "Kim\nBo"), (3, "Al")]),
        (f'{HEADING}\n1; "Kim ";a;b\n', [(2, '"Kim "')]),
        ('"deltagare-id","namn","mikromerit","datum"\n"1","Ek, Bo","a","b"\n', [(2, "Ek, Bo")]),
    ],
)
def test_rows_are_numbered_as_in_sheets(text: str, rows: list[tuple[int, str]]) -> None:
    assert rows_of(text) == rows


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\n\n", "columns"),
        (b"deltagare-id;namn;mikromerit\n", "columns"),
        (b"\xff\xfed", "encoding"),
        (HEADING.encode() + b'\n1;"Kim"x;a;b\n', "unreadable"),
        (HEADING.encode() + b"\n" + b"1;Kim;a;b\n" * 100_001, "too-large"),
        (b";" * 200 + b"x\n", "too-large"),
    ],
    ids=["empty", "columns", "encoding", "quotes", "rows", "wide"],
)
def test_unusable_file_says_why(content: bytes, code: str) -> None:
    with pytest.raises(DataError) as caught:
        read_table("l.csv", content)
    assert caught.value.code == code
    assert caught.value.mend


def test_whole_last_row_needs_no_line_end() -> None:
    assert rows_of(f"{HEADING}\n1;Kim;a;b") == [(2, "Kim")]


@pytest.mark.parametrize("title", ["Klara i höst", "Klara;;;", "Klara, hösten; vt"])
def test_title_may_stand_above_headings(title: str) -> None:
    assert rows_of(f"{title}\n\n{HEADING}\n1;Kim;a;b\n") == [(4, "Kim")]


def test_named_encoding_is_not_guessed() -> None:
    assert decode("å".encode(), "windows-1252") == "Ã¥"
    with pytest.raises(DataError):
        decode("å".encode("windows-1252"), "utf-8")
