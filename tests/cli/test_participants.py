"""``mimis participants export``: files that a project hands in."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest

from tests.command import Ended, Mimis


def export(mimis: Mimis, folder: Path, out: Path, *more: object) -> Ended:
    """The whole of time, for one project."""
    words = ("--project", "=Passet", "--from", "2020-01-01", "--to", "2099-12-31", "--out", out)
    return mimis("participants", "export", *words, *more, "--config", folder, "--json")


def test_csv_holds_ids_and_days(learner: str, folder: Path, mimis: Mimis, tmp_path: Path) -> None:
    ended = export(mimis, folder, tmp_path / "p.csv", "--by", "Projektledare")
    assert (ended.code, ended.json["participants"]) == (0, 1)
    with (tmp_path / "p.csv").open(encoding="utf-8-sig", newline="") as file:
        head, row = csv.reader(file, delimiter=";")
    assert head[:4] == ["Projekt", "Deltagare", "Start", "Slut"]
    assert (row[0], row[1], row[5]) == ("'=Passet", learner, "1")
    assert row[6].startswith("digitala-arbetsmiljoer 20")


def test_excel_has_participants_and_credentials(learner: str, folder: Path, mimis: Mimis, tmp_path: Path) -> None:
    assert export(mimis, folder, tmp_path / "p.xlsx").code == 0
    book = openpyxl.load_workbook(tmp_path / "p.xlsx")
    assert book.sheetnames == ["Deltagare", "Mikromeriter"]
    assert [row[1] for row in book["Mikromeriter"].iter_rows(values_only=True)] == ["Deltagare", learner]
    assert book["Mikromeriter"]["E2"].value == "gäller"


def test_protected_are_left_out_and_that_is_said(learner: str, folder: Path, mimis: Mimis, tmp_path: Path) -> None:
    mimis("learners", "protect", learner, "--by", "Officer", "--config", folder)
    ended = export(mimis, folder, tmp_path / "p.csv")
    assert (ended.json["participants"], "left out" in ended.err) == (0, True)
    coded = export(mimis, folder, tmp_path / "q.csv", "--coded", "--by", "Officer")
    assert (coded.json["participants"], learner in (tmp_path / "q.csv").read_text("utf-8")) == (1, False)


def test_list_of_learners_limits(learner: str, folder: Path, mimis: Mimis, tmp_path: Path) -> None:
    ids = tmp_path / "ids.txt"
    ids.write_text(f"{'f' * 32}\n", "utf-8")
    assert export(mimis, folder, tmp_path / "p.csv", "--learners", ids).json["participants"] == 0
    ids.write_text("\n", "utf-8")
    assert export(mimis, folder, tmp_path / "q.csv", "--learners", ids).code == 2


def test_file_that_is_there_stays(folder: Path, mimis: Mimis, tmp_path: Path) -> None:
    out = tmp_path / "p.csv"
    out.write_text("kept", "utf-8")
    assert (export(mimis, folder, out).code, out.read_text("utf-8")) == (2, "kept")
    assert export(mimis, folder, out, "--replace").code == 0


@pytest.mark.parametrize(("out", "more"), [("p.pdf", ()), ("no/such/p.csv", ()), ("p.csv", ("--coded",))])
def test_what_cannot_be_done_is_told(
    folder: Path, mimis: Mimis, tmp_path: Path, out: str, more: tuple[str, ...]
) -> None:
    ended = export(mimis, folder, tmp_path / out, *more)
    assert (ended.code, ended.err.startswith("mimis: ")) == (2, True)
