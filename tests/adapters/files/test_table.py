"""CSV files as programs leave them."""

from __future__ import annotations

from pathlib import Path

import pytest
from mimis_files.table import decode, read_rows

from mimis_core import DataError

HEADING = "deltagare-id;namn;mikromerit;datum"


def rows_of(path: Path, text: str) -> list[tuple[int, str]]:
    path.write_bytes(text.encode())
    return [(row.number, row.cells["namn" if "namn" in row.cells else "name"]) for row in read_rows(path)]


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
def test_rows_are_numbered_as_in_sheets(tmp_path: Path, text: str, rows: list[tuple[int, str]]) -> None:
    assert rows_of(tmp_path / "l.csv", text) == rows


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "columns"),
        (b"\n\n", "columns"),
        (b"deltagare-id;namn;mikromerit\n", "columns"),
        (b"\xff\xfed", "encoding"),
        (HEADING.encode() + b'\n1;"Kim', "unreadable"),
    ],
)
def test_unusable_file_says_why(tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "l.csv").write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_rows(tmp_path / "l.csv")
    assert caught.value.code == code
    assert caught.value.mend


def test_missing_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read_rows(tmp_path / "borta.csv")
    assert caught.value.code == "unreadable"


def test_named_encoding_is_not_guessed() -> None:
    assert decode("å".encode(), "windows-1252") == "Ã¥"
    with pytest.raises(DataError):
        decode("å".encode("windows-1252"), "utf-8")
