"""The catalogue's principles and what completions earn."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimis_core.catalogue import Catalogue, Match, earned, match, passed
from mimis_core.model import Achievement, Completion, Grade, Requirement, SourceLearner
from mimis_core.principles import check_achievement, passes


def both(text: str) -> dict[str, str]:
    return {"sv": text, "en": text}


def make_achievement(**changes: Any) -> Achievement:
    outcome = {"title": both("Laga en cykel."), "criteria": both("Fem av fem cyklar."), "type": "skill"}
    sound: dict[str, Any] = {
        "id": "cykel",
        "title": both("Cykelreparation"),
        "owner": "skolan",
        "outcomes": [{**outcome, "esco": [{"uri": "http://data.europa.eu/esco/skill/1"}]}],
        "workload_hours": 20,
        "level": {"value": 3, "state": "self_assessed"},
        "assessment": ["6a4db9f11d"],
        "mode": ["729f3bed4b"],
        "iscedf": "0716",
        "quality_assurance": {
            "internal": both("Två lärare bedömer."),
            "external": both("Branschen granskar."),
            "body": both("Exempel: Cykelbranschen"),
        },
        "part_of": both("Cykelmekaniker"),
    }
    return Achievement.model_validate({**sound, **changes})


def accredited(**changes: Any) -> dict[str, Any]:
    """Quality assurance with an accreditation that has no reference unless one is given."""
    decision = {
        "title": both("Granskad"),
        "type": "programme_quality",
        "body": {"legal_name": both("Rådet")},
        **changes,
    }
    assured = {"internal": both("Vi."), "external": both("De."), "body": both("De")}
    return {**assured, "accreditations": [decision]}


def outcome_with(**changes: Any) -> Achievement:
    outcome = make_achievement().outcomes[0].model_dump()
    return make_achievement(outcomes=[{**outcome, **changes}])


def complete(module: str, key: str = "1", source: str = "lista", grade: Grade | None = None) -> Completion:
    learner = SourceLearner(source=source, key="17", full_name="Kim Exempel")
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    return Completion(
        source=source, key=key, learner=learner, module=module, title=module, completed_at=at, grade=grade
    )


def status_of(achievement: Achievement, principle: int) -> set[str]:
    return {check.status for check in check_achievement(achievement) if check.principle == principle}


# The six principles


def test_sound_entry_has_six_oks() -> None:
    checks = check_achievement(make_achievement())
    assert [(check.principle, check.status) for check in checks] == [(number, "ok") for number in range(1, 7)]


@pytest.mark.parametrize(
    "title",
    [
        "Behörighetsintyg i cykel",
        "BEHÖRIGHETS-INTYG",
        "behorighets intyg",
        "Behörighetsintyg",
        "SeQF-intyg nivå 4",
        "Intyg om SeQF 4",
        "Intyg, s e q f",
        "EQF certificate",
        "𝙱𝙴𝙷𝙾𝚁𝙸𝙶𝙷𝙴𝚃𝚂𝙸𝙽𝚃𝚈𝙶",
        "Intyg om godkänt resultat från allmän kurs",
    ],
)
def test_look_alike_titles_are_refused(title: str) -> None:
    achievement = make_achievement(title={"sv": title, "en": "Cycle repair"})
    assert status_of(achievement, 2) == {"error"}
    assert not passes(check_achievement(achievement))


@given(st.lists(st.sampled_from(" -_.:\u200b\u0301"), min_size=15, max_size=15), st.booleans())
def test_no_spelling_hides_look_alike(noise: list[str], upper: bool) -> None:
    title = "".join(letter + mark for letter, mark in zip("behörighetsinty", noise, strict=True)) + "g"
    achievement = make_achievement(title=both(title.upper() if upper else title))
    assert "error" in status_of(achievement, 2)


@pytest.mark.parametrize("title", ["Undersköterska, del 1", "elektriker grund", "Auktoriserad montör", "Sjuksköterska"])
def test_protected_titles_are_warned_about(title: str) -> None:
    assert status_of(make_achievement(title=both(title)), 2) == {"warning"}


@pytest.mark.parametrize("title", ["Intyga rätt uppgifter", "Frekvensmätning", "Elektronik, grund"])
def test_innocent_titles_are_accepted(title: str) -> None:
    assert status_of(make_achievement(title=both(title)), 2) == {"ok"}


@pytest.mark.parametrize("text", ["Ger 7,5 högskolepoäng.", "Worth 2 ECTS.", "Ger 7,5 hp.", "Ger 3hp"])
def test_credit_points_are_refused(text: str) -> None:
    assert status_of(make_achievement(note=both(text)), 4) == {"error"}


@pytest.mark.parametrize("text", ["En motor på 85 hk.", "Vi hjälps åt.", "Ger 800 verksamhetspoäng."])
def test_other_points_are_accepted(text: str) -> None:
    assert status_of(make_achievement(note=both(text)), 4) == {"ok"}


@pytest.mark.parametrize(
    ("level", "status"),
    [
        (None, "ok"),
        ({"value": 3, "state": "self_assessed"}, "ok"),
        ({"value": 3, "state": "decided", "decision": "MYH 2026/17"}, "ok"),
        ({"value": 3, "state": "decided"}, "error"),
        ({"value": 3, "state": "decided", "decision": " "}, "error"),
        ({"value": 4, "state": "part_of_decided", "decision": "MYH 2026/17"}, "error"),
        ({"value": 4, "state": "part_of_decided", "decision": "1", "qualification": {"sv": "X", "en": "X"}}, "ok"),
    ],
)
def test_claimed_level_needs_its_decision(level: dict[str, Any] | None, status: str) -> None:
    assert status_of(make_achievement(level=level), 4) == {status}


@pytest.mark.parametrize(
    "title",
    [
        "Cykla",
        "Kunskap om cyklar",
        "Förstå hur en cykel fungerar",
        "Känna till cykelns delar",
        "Vara social mot kunder",
    ],
)
def test_unclear_outcomes_are_warned_about(title: str) -> None:
    achievement = outcome_with(title=both(title))
    assert status_of(achievement, 1) == {"warning"}
    assert passes(check_achievement(achievement))


@pytest.mark.parametrize("criterion", ["Bra.", "Arbetar på ett bra sätt.", "Shows good understanding."])
def test_unmeasurable_criteria_are_warned_about(criterion: str) -> None:
    assert status_of(outcome_with(criteria=both(criterion)), 1) == {"warning"}


@pytest.mark.parametrize(
    ("changes", "principle", "status"),
    [
        ({"title": {"sv": " ", "en": "Cycle repair"}}, 2, "error"),
        ({"workload_hours": 1}, 2, "warning"),
        ({"workload_hours": 900}, 2, "warning"),
        ({"part_of": None}, 3, "warning"),
        ({"part_of": None, "has_parts": [both("Bromsar"), both("Växlar")]}, 3, "ok"),
        ({"credit": {"points": 2}}, 4, "warning"),
        ({"credit": {"points": 2, "framework": "ecvet"}}, 4, "ok"),
        ({"grading": {"title": both("G"), "description": {"sv": "Bara svenska."}}}, 4, "warning"),
        ({"has_parts": [both("Del 7 hp")]}, 4, "error"),
        ({"assessment": ["6a4db9f11d", "tenta"]}, 4, "error"),
        ({"mode": ["hemma"]}, 4, "error"),
        ({"assessment": ["practical"], "mode": ["http://data.europa.eu/snb/learning-assessment/729f3bed4b"]}, 4, "ok"),
        ({"note": {"sv": "Bara svenska."}}, 4, "warning"),
        ({"quality_assurance": {"internal": both("Vi."), "external": both("Vi."), "body": both("Vi")}}, 5, "error"),
        ({"quality_assurance": {"internal": both(""), "external": both("De."), "body": both("De")}}, 5, "error"),
        ({"quality_assurance": {"internal": both("Vi."), "external": both("De.")}}, 5, "warning"),
        ({"quality_assurance": accredited()}, 5, "error"),
        ({"quality_assurance": accredited(reference="GR 2026/4")}, 5, "ok"),
        ({"supervision": "unsupervised"}, 6, "warning"),
        ({"supervision": "id_only"}, 6, "ok"),
        ({"target_group": both("Fråga kim@exempel.se.")}, 6, "error"),
        ({"note": both("Gjord för 19900101-0017.")}, 6, "error"),
        ({"note": both("Fråga kim@exempel.se.")}, 6, "error"),
    ],
)
def test_each_shortcoming_has_its_principle(changes: dict[str, Any], principle: int, status: str) -> None:
    assert status_of(make_achievement(**changes), principle) == {status}


def test_missing_criterion_is_an_error() -> None:
    assert status_of(outcome_with(criteria=both(" ")), 1) == {"error"}


def test_outcome_without_esco_is_warned() -> None:
    assert status_of(outcome_with(esco=[]), 4) == {"warning"}


def test_mend_says_what_to_do_and_the_field_stands_beside_it() -> None:
    (check,) = (one for one in check_achievement(outcome_with(esco=[])) if one.principle == 4)
    assert check.field == "esco"
    assert "esco" not in " ".join(check.mend.values() if check.mend else ()).replace("ESCO", "")
    mends = [one.mend["sv"] for one in check_achievement(make_achievement(part_of=None)) if one.mend]
    assert not any("filen" in mend for mend in mends)


def test_problems_come_with_bilingual_mends() -> None:
    bad = make_achievement(title=both("SeQF-intyg"), assessment=["x"], part_of=None, supervision="unsupervised")
    for check in check_achievement(bad):
        assert set(check.reason) == {"sv", "en"}
        assert check.status == "ok" or set(check.mend or {}) == {"sv", "en"}


# The catalogue


def test_newest_version_is_found() -> None:
    first, second = make_achievement(version=1), make_achievement(version=2)
    catalogue = Catalogue((second, first))
    assert (catalogue.get("cykel"), catalogue.get("cykel", 1)) == (second, first)
    assert catalogue.latest() == (second,)
    assert catalogue.get("cykel", 3) is None
    assert catalogue.get("bil") is None


# Matching


def needing(*modules: str, id: str = "cykel", **limits: Any) -> Achievement:
    return make_achievement(id=id, earned_by=[Requirement(module=module, **limits) for module in modules])


def test_all_requirements_must_be_met() -> None:
    achievement, half = needing("a", "b"), complete("a")
    assert earned([achievement], [half]) == []
    assert match([half], Catalogue((achievement,))) == Match(waiting=(half,))


def of_parts(*required: str, parts: int | None = None, points: float | None = None) -> Achievement:
    """An entry of four courses: a and b are worth 5 points each, c and d 10."""
    worth = {"a": 5, "b": 5, "c": 10, "d": 10}
    needs = [{"module": name, "points": value, "required": name in required} for name, value in worth.items()]
    return make_achievement(id="hel", earned_by=needs, enough_parts=parts, enough_points=points)


@pytest.mark.parametrize(
    ("entry", "modules", "is_earned"),
    [
        (of_parts(), "abc", False),
        (of_parts(), "abcd", True),
        (of_parts(parts=2), "a", False),
        (of_parts(parts=2), "ad", True),
        (of_parts(points=15), "ab", False),
        (of_parts(points=15), "ac", True),
        (of_parts(points=15), "cd", True),
        (of_parts(parts=3, points=25), "cd", False),
        (of_parts(parts=3, points=25), "acd", True),
        (of_parts("b", parts=2), "acd", False),
        (of_parts("b", parts=2), "bd", True),
        (of_parts(parts=1), "", False),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_entry_says_how_much_of_its_parts_is_enough(entry: Achievement, modules: str, is_earned: bool) -> None:
    completions = [complete(module, key=module) for module in modules]
    found = earned([entry], completions)
    assert bool(found) is is_earned
    if is_earned:
        assert {one.module for one in found[0][1]} == set(modules)


def test_points_add_up_as_people_count_them() -> None:
    needs = [{"module": name, "points": value} for name, value in {"a": 0.7, "b": 0.2, "c": 0.1}.items()]
    entry = make_achievement(earned_by=needs, enough_points=1)
    assert earned([entry], [complete(module) for module in "abc"])


def test_earned_rests_on_all_evidence() -> None:
    course, validation, other = complete("a"), complete("a", key="2"), complete("c", key="3")
    assert earned([needing("a")], [course, validation, other]) == [(needing("a"), (course, validation))]


def test_achievement_without_requirements_stays_unearned() -> None:
    assert earned([make_achievement()], [complete("a")]) == []


def test_source_of_requirement_is_honoured() -> None:
    achievement = needing("a", source="moodle")
    assert earned([achievement], [complete("a", source="lista")]) == []
    assert earned([achievement], [complete("a", source="moodle")])


@pytest.mark.parametrize("text", ["F", "f", "IG", "Icke godkänt", "icke  godkänd", "-", "–", "", " Streck "])
def test_failing_grades_never_pass(text: str) -> None:
    failed = complete("a", grade=Grade(value=100, maximum=100, text=text))
    assert not passed(failed)
    assert match([failed], Catalogue((needing("a"),))) == Match(waiting=(failed,))


@pytest.mark.parametrize("text", ["A", "E", "G", "VG", "MVG", "Godkänt", None])
def test_passing_grades_do_pass(text: str | None) -> None:
    assert passed(complete("a", grade=Grade(text=text)))


@pytest.mark.parametrize(
    ("grade", "met"),
    [
        (None, False),
        (Grade(text="A"), False),
        (Grade(value=70), False),
        (Grade(value=69.9, maximum=100), False),
        (Grade(value=70, maximum=100), True),
        (Grade(value=4, minimum=1, maximum=5), True),
    ],
)
def test_least_grade_needs_points(grade: Grade | None, met: bool) -> None:
    assert bool(earned([needing("a", min_grade=70)], [complete("a", grade=grade)])) is met


def test_only_newest_version_is_earned() -> None:
    old = make_achievement(version=1, earned_by=[Requirement(module="a")])
    new = make_achievement(version=2, earned_by=[Requirement(module="b")])
    one = complete("a")
    assert match([one], Catalogue((old, new))) == Match(unmatched=(one,))


def test_answer_of_plugin_replaces_mapping() -> None:
    achievement, one = needing("a", "b"), complete("a")
    assert match([one], Catalogue((achievement,)), [(achievement, (one,))]).earned == ((achievement, (one,)),)
    assert match([one], Catalogue((needing("a"),)), []) == Match(waiting=(one,))


MODULES = st.sampled_from("abcdef")
GRADES = st.none() | st.sampled_from([Grade(text="F"), Grade(text="C"), Grade(value=5, maximum=10)])
COMPLETIONS = st.lists(
    st.builds(complete, MODULES, st.integers(0, 99).map(str), st.sampled_from(["x", "y"]), GRADES),
    unique_by=lambda one: (one.source, one.key),
    max_size=12,
)
REQUIREMENTS = st.builds(
    Requirement,
    module=MODULES,
    source=st.none() | st.just("x"),
    min_grade=st.none() | st.sampled_from([10.0, 90.0]),
)
ENTRIES = st.lists(
    st.builds(
        lambda id, version, needs: make_achievement(id=id, version=version, earned_by=needs),
        st.sampled_from(["p", "q", "r"]),
        st.integers(1, 2),
        st.lists(REQUIREMENTS, max_size=3),
    ),
    unique_by=lambda entry: entry.ref,
    max_size=5,
)


@given(COMPLETIONS, ENTRIES)
def test_every_completion_is_in_one_part(completions: list[Completion], entries: list[Achievement]) -> None:
    result = match(completions, Catalogue(tuple(entries)))
    used = {one.source + one.key for _, evidence in result.earned for one in evidence}
    waiting = {one.source + one.key for one in result.waiting}
    unmatched = {one.source + one.key for one in result.unmatched}
    assert used | waiting | unmatched == {one.source + one.key for one in completions}
    assert len(used) + len(waiting) + len(unmatched) == len(completions)


@given(COMPLETIONS, ENTRIES)
def test_parts_mean_what_they_say(completions: list[Completion], entries: list[Achievement]) -> None:
    catalogue = Catalogue(tuple(entries))
    result = match(completions, catalogue)
    assert all(passed(one) for _, evidence in result.earned for one in evidence)
    asked = {need.module for entry in catalogue.latest() for need in entry.earned_by}
    assert all(one.module in asked for one in result.waiting)
    sourceless = {need.module for entry in catalogue.latest() for need in entry.earned_by if need.source is None}
    assert not [one for one in result.unmatched if one.module in sourceless]


@given(COMPLETIONS, ENTRIES, st.randoms())
def test_order_of_completions_changes_nothing(
    completions: list[Completion], entries: list[Achievement], shuffle: Any
) -> None:
    catalogue, shuffled = Catalogue(tuple(entries)), list(completions)
    shuffle.shuffle(shuffled)
    first, second = match(completions, catalogue), match(shuffled, catalogue)
    assert [entry.ref for entry, _ in first.earned] == [entry.ref for entry, _ in second.earned]
    assert {one.key for one in first.unmatched} == {one.key for one in second.unmatched}
