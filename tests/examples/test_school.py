"""A school whose source is the example: what its register says later reaches what the school has decided."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from mimis_core.services import Services, SyncReport, open_services
from mimis_core.settings import load_settings
from tests.command import replace_tables
from tests.docs_pages import ROOT

EXAMPLE = ROOT / "examples" / "mimis-ss12000"
CODE = "PRVPRV01"


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The example's sandbox, with the example where Python finds it for this test."""
    monkeypatch.syspath_prepend(EXAMPLE)
    with import_module("mimis_ss12000.sandbox").SS12000Sandbox() as sandbox:
        yield sandbox
    for name in [name for name in sys.modules if name.partition(".")[0] == "mimis_ss12000"]:
        monkeypatch.delitem(sys.modules, name)


@pytest.fixture
def school(register: Any, school_folder: Path) -> Iterator[Services]:
    """A school that pulls from it, whose entry ``verktygsvana`` is earned by the course."""
    replace_tables(school_folder, {"sources": {"register": {**register.settings(), "page_size": 50}}})
    entry = school_folder / "catalogue" / "verktygsvana.yaml"
    wanted = entry.read_text("utf-8").replace("course:2", f"syllabus:{CODE}").replace("course:3", f"syllabus:{CODE}")
    entry.write_text(wanted, "utf-8")
    with open_services(load_settings(school_folder)) as services:
        services.plugins.manager.register(import_module("mimis_ss12000.plugin"), "ss12000")
        yield services


@pytest.fixture
def grade(register: Any) -> str:
    """A passing grade of the sandbox's adult."""
    adult = next(one["student"]["id"] for one in register.tables["grades"].values() if one["gradeValue"] == "F")
    return str(register.add_grade(adult, CODE, "C", date(2026, 6, 10)))


def counts(report: SyncReport) -> tuple[int, int, int, int]:
    assert (report.errors, report.adds_up) == ((), True)
    return report.pulled, report.used, report.proposed, report.reviews


def test_grade_becomes_proposed_award(school: Services, grade: str) -> None:
    assert counts(school.sync()) == (1, 1, 1, 0)


def test_later_sync_asks_for_changes_only(school: Services, grade: str) -> None:
    assert school.sync().full == ("register",)
    later = school.sync()
    assert (later.full, counts(later)) == ((), (0, 0, 1, 0))
    assert "register" in later.as_of


def test_deleted_grade_waits_for_a_person(school: Services, register: Any, grade: str) -> None:
    school.sync()
    register.delete("grades", grade)
    assert counts(school.sync())[3] == 1


def test_corrected_grade_waits_for_a_person(school: Services, register: Any, grade: str) -> None:
    school.sync()
    school.decide_award(school.awards()[0]["id"], approve=True, by="Läraren")
    student = register.tables["grades"][grade]["student"]["id"]
    register.add_grade(student, CODE, "A", date(2026, 8, 20), correctionType="Rättelse")
    report = school.sync()
    assert (report.awards, report.reviews) == (0, 1)
    assert "grade" in school.reviews()[0]["message"]


def test_marked_learner_is_set_aside_at_next_sync(school: Services, register: Any, grade: str) -> None:
    school.sync()
    student = register.tables["grades"][grade]["student"]["id"]
    register.change("persons", student, securityMarking="Sekretessmarkering")
    report = school.sync()
    assert (report.pulled, report.set_aside) == (1, 1)
    assert "Provsson" not in str(school.set_aside_records())


def test_deceased_learner_waits_for_a_person(school: Services, register: Any, grade: str) -> None:
    school.sync()
    register.change("persons", register.tables["grades"][grade]["student"]["id"], personStatus="Avliden")
    assert counts(school.sync())[3] == 1
