"""The catalogue in Excel, round after round."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from mimis_files.catalogue.book import template_form, write_forms
from mimis_files.catalogue.entries import compare, read_folder
from mimis_files.catalogue.form import FIELDS, find_field
from mimis_files.catalogue.read import read_form, to_achievement
from mimis_files.excel import read_excel
from openpyxl import load_workbook

from mimis_core import Achievement
from mimis_core.services import Services
from mimis_core.store.catalogue_files import load_catalogue
from tests.command import Ended, Mimis

SHIPPED = Path(__file__).resolve().parents[3] / "mimis_core" / "data" / "catalogue"
ID = "verktygsvana"
FULL: dict[str, Any] = {
    "id": "cykelservice-grund",
    "version": 2,
    "title": {"sv": "Cykelservice, grund", "en": "Cycle servicing, basic", "fi": "Pyörähuolto"},
    "description": {"sv": "Visar att personen kan serva en cykel."},
    "owner": "school",
    "outcomes": [
        {
            "title": {"sv": "Justera bromsar.", "en": "Adjust brakes.", "fi": "Säätää jarrut."},
            "criteria": {"sv": "Fyra av fem cyklar.", "en": "Four of five cycles."},
            "type": "skill",
            "reusability": "occupation-specific",
            "esco": [
                {"uri": "http://data.europa.eu/esco/skill/7cd6", "label": {"en": "use hand tools", "sv": "verktyg"}},
                {"uri": "http://data.europa.eu/esco/skill/8cd6"},
            ],
            "skills": [{"uri": "https://digcomp.example/1"}],
        }
    ],
    "workload_hours": 24.5,
    "credit": {"points": 2, "framework": "ecvet"},
    "level": {"value": 3, "state": "part_of_decided", "decision": "MYH 1", "qualification": {"sv": "Mekaniker"}},
    "assessment": ["practical", "d30284d7df"],
    "mode": ["work", "present"],
    "setting": "formal",
    "iscedf": "0716",
    "languages": ["sv", "en"],
    "entry_requirement": {"sv": "Inga."},
    "supervision": "id_only",
    "grading": {"title": {"sv": "G eller IG"}, "description": {"sv": "G är godkänt."}},
    "quality_assurance": {
        "internal": {"sv": "Två lärare."},
        "external": {"sv": "En förening."},
        "body": {"sv": "Demo"},
        "kind": "institution",
        "accreditations": [
            {
                "title": {"sv": "Granskad"},
                "type": "programme_quality",
                "body": {
                    "legal_name": {"sv": "Rådet"},
                    "country": "NOR",
                    "registration": "1",
                    "homepage": "https://a.example",
                },
                "description": {"sv": "Allt."},
                "reference": "GR 1",
                "issued": "2026-01-15",
                "review": "2027-01-15",
                "expires": "2029-01-14",
                "page": "https://a.example/1",
                "report": "https://a.example/2",
            }
        ],
    },
    "part_of": {"sv": "Cykelmekaniker"},
    "has_parts": [{"sv": "Bromsar", "en": "Brakes"}, {"sv": "Växlar"}],
    "documents": [{"title": {"sv": "Kursplan"}, "url": "https://a.example/plan"}],
    "target_group": {"sv": "Alla."},
    "note": {"sv": "Ger inget körkort."},
    "homepage": "https://a.example",
    "valid_months": 36,
    "earned_by": [
        {"module": "course:2", "source": "moodle", "min_grade": 70, "points": 2.5, "required": True},
        {"module": "achievement:a"},
    ],
    "enough_parts": 1,
    "enough_points": 2.5,
    "parts_from": ["NTRSE-8020026509", "*"],
    "automatic": {"decided_by": "Rektor", "decided_on": "2026-08-01"},
}


def back(content: bytes) -> list[Achievement | None]:
    """The entries of all forms of an Excel file."""
    forms = [form for form in map(read_form, read_excel(content)) if form is not None]
    assert [mistake for form in forms for mistake in form.mistakes] == []
    return [to_achievement(form) for form in forms]


def changed(content: bytes, cells: Mapping[str, object], sheet: str | None = None) -> bytes:
    """The workbook with other values under Svenska in the rows of these labels; None empties a row."""
    book = load_workbook(io.BytesIO(content))
    form = book[sheet or book.sheetnames[0]]
    for label, *texts, _ in form.iter_rows(min_row=4):
        if label.value in cells:
            value = cells[str(label.value)]
            for text in texts[: 1 if value is not None else None]:
                text.value = value  # type: ignore[assignment]
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def test_every_field_survives_the_round() -> None:
    entry = Achievement.model_validate(FULL)
    # Endorsements are taken in, signed, and never written by hand.
    assert set(FULL) == set(Achievement.model_fields) - {"endorsements"}
    assert back(write_forms([entry])) == [entry]


def test_shipped_entries_survive_the_round() -> None:
    entries = [known.entry for known in read_folder(SHIPPED).values()]
    assert len(entries) == 16
    assert back(write_forms(entries)) == entries


@pytest.mark.parametrize("title", ["=SUM(A1:A9)", "+46", "@titel", "rad 1\nrad 2", "a, b; c | d: e"])
def test_text_stays_a_text(title: str) -> None:
    (entry,) = back(write_forms([Achievement.model_validate(FULL | {"title": {"sv": title}})]))
    assert entry is not None
    assert entry.title == {"sv": title}


def test_signs_that_excel_cannot_hold_are_left_out() -> None:
    (entry,) = back(write_forms([Achievement.model_validate(FULL | {"title": {"sv": "Cykel\x07service"}})]))
    assert entry is not None
    assert entry.title == {"sv": "Cykelservice"}


def test_labels_are_found_again() -> None:
    for one in FIELDS:
        assert find_field(one.label.format(n=7).upper()) == (one, 7 if one.many else 1)


def test_empty_template_is_no_entry() -> None:
    (sheet,) = read_excel(template_form())
    form = read_form(sheet)
    assert form is not None
    assert form.empty


def test_gaps_between_numbers_close() -> None:
    content = write_forms([Achievement.model_validate(FULL)])
    moved = {
        "Läranderesultat 3": "Växla kedja.",
        "Läranderesultat 3: kriterium": "Tre av tre.",
        "Läranderesultat 3: typ": "färdighet",
    }
    (entry,) = back(changed(content, moved))
    assert entry is not None
    assert [one.title["sv"] for one in entry.outcomes] == ["Justera bromsar.", "Växla kedja."]


def test_all_outcomes_can_be_asked_for() -> None:
    cells = {
        "Läranderesultat 2": "B",
        "Läranderesultat 2: kriterium": "B",
        "Läranderesultat 2: typ": "kunskap",
        "Krav 1": "Alla läranderesultat",
    }
    (entry,) = back(changed(write_forms([Achievement.model_validate(FULL)]), cells))
    assert entry is not None
    assert [one.module for one in entry.earned_by] == [f"achievement:cykelservice-grund#{n}" for n in (1, 2)]


@pytest.mark.parametrize(
    ("label", "value", "words"),
    [
        ("Timmar", "många", "Skriv ett tal"),
        ("Timmar", None, "Fyll i"),
        ("Timmar", 0, "större än noll"),
        ("Version", "1,5", "heltal"),
        ("Id", "Cykel & service", "förklaringen"),
        ("Läranderesultat 1: typ", "kompetens", "Välj ett av orden: kunskap, färdighet"),
        ("Läranderesultat 1: kriterium", None, "Fyll i"),
        ("Läranderesultat 1: ESCO", "use hand tools", "adress på varje rad"),
        ("Läranderesultat 1: ESCO", "https://a.example | hand tools", "språket före namnet"),
        ("Bedömning", "telepati", "Välj ett av orden"),
        ("Nivå (SeQF)", 9, "mindre tal"),
        ("Automatik beslutad den", "i höstas", "Skriv dagen"),
        ("Dokument 1: adress", "kursplan.pdf", "förklaringen"),
    ],
)
def test_mistake_is_told_by_cell(label: str, value: object, words: str) -> None:
    (sheet,) = read_excel(changed(write_forms([Achievement.model_validate(FULL)]), {label: value}))
    form = read_form(sheet)
    assert form is not None
    assert to_achievement(form) is None
    places = {cells[0]: number for number, cells in sheet.rows}
    (mistake,) = [one for one in form.mistakes if one.label == label]
    assert (mistake.cell, words in mistake.message) == (f"B{places[label]}", True)


def test_unknown_row_is_told() -> None:
    book = load_workbook(io.BytesIO(write_forms([Achievement.model_validate(FULL)])))
    book.worksheets[0].append(["Färg", "röd"])
    content = io.BytesIO()
    book.save(content)
    form = read_form(read_excel(content.getvalue())[0])
    assert form is not None
    assert [one.message for one in form.mistakes] == ["Det finns inget sådant fält."]


# The command -------------------------------------------------------------------------------------------------------


class Forms:
    """One entry of a school as a form, and the command that takes it in."""

    def __init__(self, mimis: Mimis, folder: Path, file: Path) -> None:
        self.mimis, self.folder, self.file = mimis, folder, file

    def export(self, *words: str) -> Ended:
        return self.mimis("files", "catalogue", "--export", ID, "--output", self.file, *words, "--config", self.folder)

    def change(self, cells: Mapping[str, object]) -> None:
        self.file.write_bytes(changed(self.file.read_bytes(), cells))

    def take_in(self, *words: str) -> Ended:
        return self.mimis("files", "catalogue", self.file, "--json", *words, "--config", self.folder)

    def versions(self) -> dict[int, str]:
        entries = load_catalogue(self.folder / "catalogue")
        return {one.version: one.title["sv"] for one in entries if one.id == ID}


@pytest.fixture
def forms(mimis: Mimis, school_folder: Path, tmp_path: Path) -> Forms:
    made = Forms(mimis, school_folder, tmp_path / "form.xlsx")
    assert made.export().code == 0
    return made


def whats(ended: Ended) -> list[str]:
    return [one["what"] for one in ended.json["entries"]]


def test_unchanged_form_writes_nothing(forms: Forms) -> None:
    before = {path: path.read_bytes() for path in (forms.folder / "catalogue").iterdir()}
    ended = forms.take_in()
    assert (ended.code, whats(ended)) == (0, ["same"])
    assert {path: path.read_bytes() for path in (forms.folder / "catalogue").iterdir()} == before


def test_changed_entry_is_not_written_over_silently(forms: Forms) -> None:
    forms.change({"Titel": "Van vid verktyg"})
    ended = forms.take_in()
    (mistake,) = ended.json["mistakes"]
    assert (ended.code, mistake["label"], "--replace" in mistake["message"]) == (3, "Version", True)
    assert forms.versions()[1] != "Van vid verktyg"


@pytest.mark.parametrize(("words", "written"), [(["--replace"], True), (["--replace", "--dry-run"], False)])
def test_entry_that_nobody_has_can_be_replaced(forms: Forms, words: list[str], written: bool) -> None:
    forms.change({"Titel": "Van vid verktyg"})
    assert whats(forms.take_in(*words)) == ["changed"]
    assert (forms.versions()[1] == "Van vid verktyg") is written


def test_new_version_is_a_new_file(forms: Forms) -> None:
    old = forms.versions()[1]
    forms.change({"Titel": "Van vid verktyg", "Version": 2})
    assert whats(forms.take_in()) == ["new"]
    assert forms.versions() == {1: old, 2: "Van vid verktyg"}
    assert whats(forms.take_in()) == ["same"]


def test_issued_entry_is_never_replaced(forms: Forms, school: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    forms.change({"Titel": "Van vid verktyg"})
    monkeypatch.setattr(Services, "all_credentials", lambda _: [Issued()])
    (mistake,) = forms.take_in("--replace").json["mistakes"]
    assert mistake["message"] == "Någon har redan fått version 1. Skriv 2 här."
    assert forms.versions()[1] != "Van vid verktyg"


class Issued:
    """A credential of the entry."""

    achievement = Achievement.model_validate(FULL | {"id": ID, "version": 1})


def test_form_with_mistakes_stops_no_other(forms: Forms, tmp_path: Path) -> None:
    good = Achievement.model_validate(FULL | {"version": 1})
    content = write_forms([good.model_copy(update={"id": "trasig"}), good])
    forms.file.write_bytes(changed(content, {"Timmar": "många"}, sheet="trasig"))
    ended = forms.take_in("--out", str(tmp_path / "ny"))
    assert (ended.code, whats(ended), len(ended.json["mistakes"])) == (3, ["new"], 1)
    assert [one.id for one in load_catalogue(tmp_path / "ny")] == ["cykelservice-grund"]


def test_owner_must_be_known(forms: Forms) -> None:
    forms.change({"Skapare": "okand", "Version": 2})
    (mistake,) = forms.take_in().json["mistakes"]
    assert mistake["label"] == "Skapare"


def test_two_forms_of_one_entry_are_told(forms: Forms) -> None:
    entry = Achievement.model_validate(FULL | {"version": 1})
    forms.file.write_bytes(write_forms([entry, entry]))
    ended = forms.take_in()
    assert (whats(ended), [one["label"] for one in ended.json["mistakes"]]) == (["new"], ["Id"])


@pytest.mark.parametrize(
    "words", [[], ["--export", "finns-inte", "--output", "x.xlsx"], ["--export", ID], ["borta.xlsx"]]
)
def test_wrong_use_is_told(mimis: Mimis, school_folder: Path, words: list[str]) -> None:
    ended = mimis("files", "catalogue", *words, "--config", school_folder)
    assert (ended.code, ended.out) == (2, "")


def test_spoilt_catalogue_is_not_written_to(forms: Forms) -> None:
    (forms.folder / "catalogue" / "trasig.yaml").write_text("id: [", "utf-8")
    ended = forms.take_in()
    assert (ended.code, "mimis catalogue check" in ended.err) == (2, True)


@pytest.mark.parametrize("code", ["0716", "0921", "021"])
def test_subject_code_stays_a_text(tmp_path: Path, forms: Forms, code: str) -> None:
    forms.file.write_bytes(write_forms([Achievement.model_validate(FULL | {"iscedf": code})]))
    assert forms.take_in("--out", str(tmp_path / "ny")).code == 0
    (entry,) = load_catalogue(tmp_path / "ny")
    assert entry.iscedf == code


def test_compare_needs_no_order() -> None:
    entry = Achievement.model_validate(FULL)
    assert compare(entry, {}, [entry.ref]) == "new"
