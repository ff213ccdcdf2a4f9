"""The parts of `make test-pdfua` that need neither Java nor Maven: the twins, and what is made of verdicts."""

from __future__ import annotations

from pathlib import Path

import pytest

from mimis_core.store.catalogue_files import load_catalogue, write_starter_catalogue
from tests.pdfua.judge import STANDARDS, objections, read_verdicts
from tests.pdfua.material import draw
from tests.pdfua.twins import SPOILT, make_twins


def lines(file: str, *failures: str, checks: int = 900) -> list[str]:
    """What the judge prints of a file: PDF/UA-1 with failures, PDF/A-3a without."""
    ua, a = (f"judged\t{file}.pdf\t{standard}" for standard in STANDARDS)
    return [f"{ua}\t{checks}", *(f"{ua}\t{failure}\tText" for failure in failures), f"{a}\t{checks}"]


def found(said: list[str], *made: str) -> list[str]:
    return list(objections(read_verdicts(said), made))


def test_file_that_keeps_both_standards_has_no_objection() -> None:
    assert found(lines("good"), "good") == []


def test_rule_that_fails_is_named() -> None:
    (said,) = found(lines("bad", "7.1-11"), "bad")
    assert "bad by ua1: 7.1-11: Text" in said


@pytest.mark.parametrize("said", [[], lines("lost", checks=0), lines("other")], ids=["nothing", "no check", "other"])
def test_file_that_was_not_judged_is_an_objection(said: list[str]) -> None:
    assert len(found(said, "lost")) == len(STANDARDS)


def test_twin_must_be_refused() -> None:
    assert found(lines("good~tags", "7.1-11"), "good~tags") == []
    assert found(lines("good~tags"), "good~tags") == ["WRONG: good~tags passes, and should not"]


def test_each_twin_is_another_file(tmp_path: Path) -> None:
    write_starter_catalogue(tmp_path, "min-skola")
    content = draw(load_catalogue(tmp_path).latest()[0])
    twins = dict(make_twins(content))
    assert list(twins) == list(SPOILT)
    assert len({content, *twins.values()}) == len(twins) + 1
