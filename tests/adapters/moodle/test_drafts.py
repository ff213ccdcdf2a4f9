"""Drafts say what Moodle knows; what a school must decide is left empty, and the check names each such place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimis_moodle.drafts import Draft, draft_of, hints_of, slug

from mimis_core import Achievement
from mimis_core.principles import check_achievement, passes
from mimis_core.store.catalogue_files import load_catalogue

COURSE = {"id": 2, "fullname": "Måltidshygien &amp; livsmedel", "summary": "<p>Om <b>mat</b>: säkert</p>"}
COMPETENCY = {"competency": {"id": 1, "shortname": "Egenkontroll", "description": "<p>Kan föra journal</p>"}}
FIELDS = [
    {"shortname": "kurskod", "type": "text", "valueraw": "MM-VO-101", "value": "MM-VO-101"},
    {"shortname": "omfattning", "type": "number", "valueraw": 7.5, "value": "7.5 h"},
    {"shortname": "niva", "type": "select", "valueraw": 1, "value": "Grund"},
    {"shortname": "giltigtill", "type": "date", "valueraw": 1830294000, "value": "1 January 2028"},
    {"shortname": "intyg", "type": "checkbox", "valueraw": 1, "value": "Yes"},
    {"shortname": "om", "type": "textarea", "valueraw": "<p>Två &amp; två</p>", "value": "<p>Två</p>"},
]


def made(record: dict[str, Any] | None = None, competencies: tuple[dict[str, Any], ...] = (COMPETENCY,)) -> Draft:
    return draft_of({**COURSE, **(record or {})}, competencies, "min-skola", "moodle", ())


def read(draft: Draft, folder: Path) -> Achievement:
    """The entry as the program reads it."""
    (folder / draft.file).write_text(draft.text, encoding="utf-8")
    (entry,) = load_catalogue(folder)
    return entry


def test_draft_holds_what_moodle_knows(tmp_path: Path) -> None:
    entry = read(made(), tmp_path)
    assert entry.id == "maltidshygien-livsmedel-2"
    assert (entry.title, entry.description) == ({"sv": "Måltidshygien & livsmedel"}, {"sv": "Om mat : säkert"})
    assert [outcome.title for outcome in entry.outcomes] == [{"sv": "Egenkontroll"}]
    (requirement,) = entry.earned_by
    assert (requirement.module, requirement.source) == ("course:2", "moodle")


def test_check_names_every_empty_place(tmp_path: Path) -> None:
    checks = check_achievement(read(made(), tmp_path))
    assert not passes(checks)
    assert [check.principle for check in checks if check.status == "error"] == [1, 4, 4, 5]


def test_course_without_competencies_gets_one_empty_outcome(tmp_path: Path) -> None:
    (outcome,) = read(made(competencies=()), tmp_path).outcomes
    assert outcome.title == outcome.criteria == {"sv": ""}


def test_course_without_summary_has_no_description(tmp_path: Path) -> None:
    assert read(made({"summary": " <p></p> "}), tmp_path).description is None


def test_hours_come_from_the_course_field(tmp_path: Path) -> None:
    assert read(made({"customfields": FIELDS}), tmp_path).workload_hours == 7.5


@pytest.mark.parametrize("hours", [0, -1, None, "åtta", 1e20, 1e-9, True])
def test_odd_hours_are_left_for_the_check(tmp_path: Path, hours: Any) -> None:
    field = {"shortname": "timmar", "type": "number", "valueraw": hours, "value": ""}
    checks = check_achievement(read(made({"customfields": [field]}), tmp_path))
    assert any(check.principle == 2 and check.status == "warning" for check in checks)


def test_hints_have_their_own_types() -> None:
    assert hints_of({"customfields": FIELDS}) == {
        "kurskod": "MM-VO-101",
        "omfattning": 7.5,
        "niva": "Grund",
        "giltigtill": "2028-01-01",
        "intyg": True,
        "om": "Två & två",
    }


def test_hints_can_be_chosen() -> None:
    assert set(hints_of({"customfields": FIELDS}, ("niva", "finnsinte"))) == {"niva"}


@pytest.mark.parametrize("raw", [None, "", 0, 10**20])
def test_empty_date_is_no_hint(raw: Any) -> None:
    assert hints_of({"customfields": [{"shortname": "d", "type": "date", "valueraw": raw, "value": ""}]}) == {}


@given(st.text())
def test_any_title_gives_a_usable_id(text: str) -> None:
    assert slug(text)[0].isalnum()
    assert len(slug(text)) <= 60


@given(name=st.text(), summary=st.text(), competency=st.text(), field=st.text())
def test_any_text_gives_a_readable_draft(
    tmp_path_factory: pytest.TempPathFactory, name: str, summary: str, competency: str, field: str
) -> None:
    field_record = {"shortname": field, "type": "text", "valueraw": competency, "value": competency}
    record = {"fullname": name, "summary": summary, "customfields": [field_record]}
    outcome = {"competency": {"id": 1, "shortname": competency, "description": summary}}
    entry = read(made(record, (outcome,)), tmp_path_factory.mktemp("catalogue"))
    assert not passes(check_achievement(entry))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda within: st.lists(within, max_size=3) | st.dictionaries(st.text(max_size=5), within, max_size=3),
    max_leaves=6,
)
ODD_FIELD = st.fixed_dictionaries({"type": st.sampled_from(["text", "number", "date", "select", "checkbox", "x"])}) | (
    st.dictionaries(st.sampled_from(["shortname", "type", "valueraw", "value"]), JSON)
)


@given(st.lists(ODD_FIELD, max_size=3))
def test_odd_fields_still_give_a_draft(tmp_path_factory: pytest.TempPathFactory, fields: list[dict[str, Any]]) -> None:
    assert read(made({"customfields": fields}), tmp_path_factory.mktemp("catalogue")).workload_hours > 0
