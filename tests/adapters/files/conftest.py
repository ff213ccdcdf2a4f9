"""What the tests of lists share."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from mimis_files.settings import FilesSettings
from mimis_files.source import FilesSource
from openpyxl import Workbook

from mimis_core import Completion, PulledPage, SetAside
from tests.command import Mimis

HEADINGS = "deltagare-id;namn;mikromerit;datum;resultat"


@pytest.fixture
def source(tmp_path: Path) -> FilesSource:
    """A source named ``listor`` that reads the test's own folder."""
    return FilesSource("listor", FilesSettings(path=tmp_path))


@pytest.fixture
def mimis(capsys: pytest.CaptureFixture[str]) -> Mimis:
    """The command."""
    return Mimis(capsys)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is waited for: a list that cannot be read stays so."""
    monkeypatch.setattr("mimis_files.folder.PAUSES", ())


@pytest.fixture
def pull(tmp_path: Path, source: FilesSource) -> Callable[..., tuple[list[Completion], list[SetAside]]]:
    """Write rows as a list and pull it: what is completed, and what is set aside."""

    def write_and_pull(*rows: str, headings: str = HEADINGS) -> tuple[list[Completion], list[SetAside]]:
        (tmp_path / "lista.csv").write_text("\n".join((headings, *rows)), encoding="utf-8")
        return split(list(source.pull(None)))

    return write_and_pull


def split(pages: list[PulledPage]) -> tuple[list[Completion], list[SetAside]]:
    """All completions and all that was set aside of some pages."""
    return [one for page in pages for one in page.completions], [one for page in pages for one in page.set_aside]


def workbook(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """An Excel file with these sheets of cells."""
    book = Workbook()
    del book["Sheet"]
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
