"""Which lists a pull reads: those that changed, none that is half written, and the others whatever one of them does."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from mimis_files.gather import Gathering
from mimis_files.settings import FilesSettings
from mimis_files.source import FilesSource

from mimis_core import Completion, PulledPage, SetAside, TemporaryError
from mimis_core.services import Services, open_services

Pull = Callable[..., tuple[list[Completion], list[SetAside]]]

# Only what has changed ---------------------------------------------------------------------------------------------


def cursor_of(source: FilesSource) -> str | None:
    return list(source.pull(None))[-1].cursor


def keys(source: FilesSource, cursor: str | None) -> list[str]:
    return [one.learner.key for page in source.pull(cursor) for one in page.completions]


def other_list(tmp_path: Path, *rows: str) -> None:
    text = "\n".join(("deltagare-id;namn;mikromerit;datum", *rows, ""))
    (tmp_path / "annan.csv").write_text(text, "utf-8")


def test_unchanged_lists_are_not_read_again(source: FilesSource, pull: Pull) -> None:
    pull("1;Kim;a;2026-11-24;Ja", "2;Bo;;;Ja")
    (page,) = source.pull(cursor := cursor_of(source))
    assert (page.completions, page.set_aside, page.total, page.cursor) == ((), (), 0, cursor)
    assert page.as_of is not None


def test_one_changed_list_gives_all_and_says_so(tmp_path: Path, source: FilesSource, pull: Pull) -> None:
    pull("1;Kim;a;2026-11-24;Ja")
    other_list(tmp_path, "2;Bo;a;2026-11-24")
    cursor = cursor_of(source)
    other_list(tmp_path, "2;Bo;a;2026-11-24", "3;Al;a;2026-11-24")
    (page,) = source.pull(cursor)
    assert (sorted(one.learner.key for one in page.completions), page.whole) == (["1", "2", "3"], True)


@pytest.mark.parametrize("rest", [("2;Bo;a;2026-11-24",), None], ids=["row removed", "list removed"])
def test_row_that_is_no_longer_contradicted_is_given(
    tmp_path: Path, source: FilesSource, pull: Pull, rest: tuple[str, ...] | None
) -> None:
    other_list(tmp_path, "1;Kim Lund;a;2026-11-24", "2;Bo;a;2026-11-24")
    assert [one.reason for one in pull("1;Kim;a;2026-11-24;Ja")[1]] == ["duplicate", "duplicate"]
    cursor = cursor_of(source)
    other_list(tmp_path, *rest) if rest else (tmp_path / "annan.csv").unlink()
    assert "1" in keys(source, cursor)


def test_row_that_was_taken_back_by_mistake_is_given_again(tmp_path: Path, source: FilesSource, pull: Pull) -> None:
    text = "deltagare-id;namn;mikromerit;datum;återtagen\n{}2;Bo;a;2026-11-24;\n"
    (tmp_path / "annan.csv").write_text(text.format("1;Kim;a;2026-11-24;Ja\n"), "utf-8")
    pull("1;Kim;a;2026-11-24;Ja")
    cursor = cursor_of(source)
    (tmp_path / "annan.csv").write_text(text.format(""), "utf-8")
    assert sorted(keys(source, cursor)) == ["1", "2"]


def test_list_mended_while_it_was_refused_is_read_next_time(
    tmp_path: Path, source: FilesSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "annan.csv").write_text("Frukt;Antal\n", "utf-8")
    whole = Gathering.refuse

    def mend(*words: Any) -> None:
        other_list(tmp_path, "1;Kim;a;2026-11-24")
        whole(*words)

    with monkeypatch.context() as patch:
        patch.setattr(Gathering, "refuse", mend)
        cursor = cursor_of(source)
    assert keys(source, cursor) == ["1"]


def test_mended_row_is_set_aside_no_longer(school: Services, tmp_path: Path) -> None:
    folder = tmp_path / "listor"
    folder.mkdir()
    sources = {"listor": {"kind": "files", "path": str(folder)}}
    with open_services(school.settings.model_copy(update={"sources": sources})) as services:
        other_list(folder, "1;Kim;a;2026-11-24", "2;Bo;a;i höstas")
        services.sync()
        assert [one["record"] for one in services.set_aside_records()] == ["annan.csv:3"]
        other_list(folder, "1;Kim;a;2026-11-24", "2;Bo;a;2026-11-24")
        report = services.sync()
        assert (report.full, report.unmatched, services.set_aside_records()) == ((), 2, [])


def test_large_list_comes_in_batches_of_each(source: FilesSource, pull: Pull, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mimis_files.source.BATCH", 2)
    pull(*(f"{n};Kim;a;2026-11-24;Ja" for n in range(3)), *(f"{n};Bo;a;?;Ja" for n in range(5)))
    pages = list(source.pull(None))
    assert [(len(one.completions), len(one.set_aside), one.whole) for one in pages] == [
        (2, 2, False), (1, 2, False), (0, 1, True),
    ]  # fmt: skip
    assert [one.cursor is None for one in pages] == [True, True, False]


@pytest.mark.parametrize("file", ["mapping.toml", "settings"])
def test_other_reading_reads_everything_anew(tmp_path: Path, source: FilesSource, pull: Pull, file: str) -> None:
    pull("1;Kim;a;2026-11-24;Ja")
    cursor = cursor_of(source)
    if file == "settings":
        source = FilesSource("listor", FilesSettings(path=tmp_path, protected=("1",)))
    else:
        (tmp_path / file).write_text('[courses]\n"a" = "b"\n', "utf-8")
    assert keys(source, cursor) == ["1"]


# Lists that cannot be read now -------------------------------------------------------------------------------------


def test_list_that_is_away_stops_no_other(tmp_path: Path, source: FilesSource, pull: Pull, quick: None) -> None:
    pull("1;Kim;a;2026-11-24;Ja")
    (tmp_path / "borta.csv").symlink_to(tmp_path / "ingenstans")
    with pytest.raises(TemporaryError) as caught:
        list(source.pull(None))
    pages = first_pages(source)
    assert [one.learner.key for page in pages for one in page.completions] == ["1"]
    assert pages[-1].as_of is None
    assert str(caught.value).startswith("borta.csv: ")
    assert caught.value.mend


def first_pages(source: FilesSource) -> list[PulledPage]:
    """The pages that come before the error."""
    pages: list[PulledPage] = []
    with suppress(TemporaryError):
        for page in source.pull(None):
            pages.append(page)  # the pages before the error are what is asked for
    return pages


def test_list_that_was_away_is_read_later(tmp_path: Path, source: FilesSource, pull: Pull, quick: None) -> None:
    pull("1;Kim;a;2026-11-24;Ja")
    (tmp_path / "annan.csv").symlink_to(tmp_path / "ingenstans")
    cursor = first_pages(source)[-1].cursor
    (tmp_path / "annan.csv").unlink()
    other_list(tmp_path, "2;Bo;a;2026-11-24")
    assert keys(source, cursor) == ["2", "1"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"deltagare-id;namn;mikro",
        b"deltagare-id;namn;mikromerit;datum\n1;Kim;a;2026-11-24\n2;B",
        b'a;"b',
        b"<html>",
    ],
)
def test_half_written_list_is_tried_later(tmp_path: Path, source: FilesSource, quick: None, content: bytes) -> None:
    (tmp_path / "ny.csv").write_bytes(content)
    with pytest.raises(TemporaryError) as caught:
        list(source.pull(None))
    assert caught.value.code in ("cut", "web-page")
    assert next(finding.status for finding in source.check()) == "error"


def test_list_that_is_finished_meanwhile_is_read(
    tmp_path: Path, source: FilesSource, pull: Pull, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lista.csv").write_bytes(b"deltagare-id;na")
    pauses: list[float] = []

    def finish(seconds: float) -> None:
        pauses.append(seconds)
        (tmp_path / "lista.csv").write_text("deltagare-id;namn;mikromerit;datum\n1;Kim;a;2026-11-24\n", "utf-8")

    monkeypatch.setattr("time.sleep", finish)
    assert keys(source, None) == ["1"]
    assert len(pauses) == 1


@pytest.mark.parametrize("name", ["~$lista.xlsx", ".lista.csv", "anteckningar.txt", "mapp.csv"])
def test_other_files_are_no_lists(tmp_path: Path, source: FilesSource, name: str) -> None:
    (tmp_path / name).mkdir() if name.startswith("mapp") else (tmp_path / name).write_bytes(b"\x81")
    assert [(page.completions, page.set_aside, page.total) for page in source.pull(None)] == [((), (), 0)]


@pytest.mark.parametrize("name", ["gammal.xls", "makro.xlsm", "fri.ods", "binar.xlsb"])
def test_other_spreadsheets_are_told_of(tmp_path: Path, source: FilesSource, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK\x05\x06" + bytes(18))
    (page,) = source.pull(None)
    assert [(one.key, one.reason) for one in page.set_aside] == [(name, "unreadable")]


def test_pipe_is_no_list(tmp_path: Path, source: FilesSource) -> None:
    os.mkfifo(tmp_path / "ror.csv")
    (page,) = source.pull(None)
    assert [(one.key, one.reason) for one in page.set_aside] == [("ror.csv", "unreadable")]
