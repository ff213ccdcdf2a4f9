"""Matching: what a line says and rests on, and what holds for all competences, roles and hierarchies of skills."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mimis_core import Concept, Outcome
from mimis_core.services.competences import Competence, content_of, key_of
from mimis_core.services.role_match import Hierarchy, Line, Matcher, match
from mimis_core.services.role_needs import AchievementNeed, Need, OutcomeNeed, RoleProfile, SkillNeed

ESCO = "http://data.europa.eu/esco/skill/"
CARE, WASH, HANDS, GROUP = (f"{ESCO}{name}" for name in ("care", "wash", "hands", "group"))


@dataclass
class Known:
    kind: str
    labels: dict[str, str] = field(default_factory=dict)


class Tree:
    """A hierarchy by pairs of a concept and one above it."""

    def __init__(self, *pairs: tuple[str, str], groups: tuple[str, ...] = ()) -> None:
        self.pairs = pairs
        self.groups = groups

    def concept(self, uri: str) -> Known | None:
        return Known("group" if uri in self.groups else "skill", {"sv": uri.rpartition("/")[2]})

    def broader(self, uri: str) -> tuple[str, ...]:
        return tuple(above for one, above in self.pairs if one == uri)

    def narrower(self, uri: str) -> tuple[str, ...]:
        return tuple(one for one, above in self.pairs if above == uri)


TREE = Tree((HANDS, WASH), (WASH, CARE), (CARE, GROUP), (GROUP, f"{ESCO}all"), groups=(GROUP, f"{ESCO}all"))


def can(*skills: str, title: str = "Vård", level: int | None = None, text: str = "Tvätta", **more: Any) -> Competence:
    outcome = Outcome(
        title={"sv": text}, criteria={"sv": "Gjort"}, type="skill", esco=tuple(Concept(uri=uri) for uri in skills)
    )
    return Competence(title={"sv": title}, outcomes=(outcome,), level=level, **more)


def role(*needs: Need) -> RoleProfile:
    return RoleProfile(id="r", title={"sv": "Roll"}, needs=needs)


def skill(uri: str, level: int | None = None) -> SkillNeed:
    return SkillNeed(skill=uri, label={"sv": uri}, level=level)


def said(need: Need, *competences: Competence, skills: Hierarchy = TREE) -> Line:
    (line,) = match(role(need), competences, skills)
    return line


# One line --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "status", "relation"),
    [
        pytest.param(WASH, "met", "exact", id="the same"),
        pytest.param(HANDS, "met", "narrower", id="a special case"),
        pytest.param(CARE, "partly", "broader", id="more general"),
        pytest.param(GROUP, "partly", "broader", id="the group of it"),
        pytest.param(f"{ESCO}all", "not", None, id="the group of groups"),
        pytest.param(f"{ESCO}cook", "not", None, id="another"),
        pytest.param(WASH.replace("http", "https") + "/", "met", "exact", id="the same address as pages write it"),
    ],
)
def test_skill_is_met_by_itself_and_by_what_is_narrower(held: str, status: str, relation: str | None) -> None:
    line = said(skill(WASH), can(held))
    assert (line.status, line.proof.relation if line.proof else None) == (status, relation)


def test_skill_of_another_framework_is_compared_by_its_address() -> None:
    framework = "https://digcomp.example/1.1"
    outcome = Outcome(title={"sv": "Söka"}, criteria={"sv": "Gjort"}, type="skill", skills=(Concept(uri=framework),))
    held = Competence(title={"sv": "Data"}, outcomes=(outcome,))
    assert said(skill(framework), held).status == "met"
    assert Matcher(role(skill(framework)), TREE).masks(held) == (1, 0)


def test_group_is_met_by_every_skill_under_it() -> None:
    assert said(skill(GROUP), can(HANDS)).status == "met"


@pytest.mark.parametrize(
    ("level", "status", "level_said"),
    [
        pytest.param(5, "met", "enough", id="higher"),
        pytest.param(4, "met", "enough", id="the lowest"),
        pytest.param(3, "partly", "too_low", id="too low"),
        pytest.param(None, "partly", "unsaid", id="none decided"),
    ],
)
@pytest.mark.parametrize("held", [WASH, HANDS], ids=["exact", "narrower"])
def test_level_that_is_too_low_meets_a_need_partly(held: str, level: int | None, status: str, level_said: str) -> None:
    line = said(skill(WASH, level=4), can(held, level=level))
    assert line.proof is not None
    assert (line.status, line.proof.level_said) == (status, level_said)


def test_outcome_is_met_by_an_equal_text_in_the_same_language() -> None:
    need = OutcomeNeed(label={"sv": "  tvätta  HÄNDER.", "en": "Wash hands"})
    assert said(need, can(text="Tvätta händer")).status == "met"
    assert said(need, can(text="Wash hands")).status == "not"


def test_achievement_is_met_by_its_identifier_and_partly_by_its_title() -> None:
    need = AchievementNeed(achievement="vard-1", label={"sv": "Vård"})
    found = [said(need, can(achievement=one)).status for one in ("vard-1", None, "vard-2")]
    assert found == ["met", "partly", "not"]


def test_need_that_nothing_meets_says_that_this_is_no_verdict() -> None:
    line = said(skill(WASH))
    assert line.proof is None
    assert "inte att kunskapen saknas" in line.words["sv"]


def test_line_names_credential_outcome_and_skill() -> None:
    line = said(skill(WASH, level=5), can(HANDS, title="Vård 1", text="Tvätta händer.", level=4))
    assert line.words["sv"] == (
        "Vård 1 visar det: Tvätta händer. ”hands” är en del av det som behövs. Nivån är 4, och här behövs minst 5."
    )
    assert set(line.words) == {"sv", "en"}


def test_braces_in_a_text_are_text() -> None:
    assert "{outcome}" in said(skill(WASH), can(WASH, title="{outcome}")).words["sv"]


@pytest.mark.parametrize(
    "order", [(WASH, HANDS, CARE), (CARE, HANDS, WASH), (HANDS, CARE, WASH)], ids=["best first", "last", "middle"]
)
def test_exact_beats_narrower_beats_broader(order: tuple[str, ...]) -> None:
    relations = []
    held = list(order)
    for best in (WASH, HANDS, CARE):
        line = said(skill(WASH), *(can(one) for one in held))
        assert line.proof is not None
        relations.append(line.proof.relation)
        held.remove(best)
    assert relations == ["exact", "narrower", "broader"]


def test_what_meets_a_need_beats_what_is_exact_on_too_low_a_level() -> None:
    line = said(skill(WASH, level=4), can(WASH, level=2), can(HANDS, level=4))
    assert line.proof is not None
    assert (line.status, line.proof.relation) == ("met", "narrower")


def test_circle_of_broader_skills_ends() -> None:
    circle = Tree((WASH, CARE), (CARE, HANDS), (HANDS, WASH))
    assert said(skill(WASH), can(CARE), skills=circle).status == "met"


def test_competence_has_one_key_in_whatever_order_its_languages_come() -> None:
    one = Competence(title={"sv": "Ett", "en": "One"}, outcomes=())
    other = Competence(title={"en": "One", "sv": "Ett"}, outcomes=())
    assert key_of(one) == key_of(other)


# What always holds -----------------------------------------------------------------------------------------------

URIS = [f"{ESCO}{number}" for number in range(8)]
SPELT = [*URIS, *(uri.replace("http", "https") for uri in URIS)]
LEVELS = st.none() | st.integers(1, 8)
TITLES = st.sampled_from(["Vård", "Kök", "Data"])
COMPETENCES = st.builds(
    lambda skills, title, text, level, achievement: can(
        *skills, title=title, text=text, level=level, achievement=achievement
    ),
    st.lists(st.sampled_from(SPELT), max_size=3),
    TITLES,
    TITLES,
    LEVELS,
    st.none() | st.sampled_from(["a", "b"]),
)
HELD = st.lists(COMPETENCES, max_size=6)
NEEDS: st.SearchStrategy[Need] = st.one_of(
    st.builds(skill, st.sampled_from(URIS), LEVELS),
    st.builds(lambda text, level: OutcomeNeed(label={"sv": text}, level=level), TITLES, LEVELS),
    st.builds(lambda one, text: AchievementNeed(achievement=one, label={"sv": text}), st.sampled_from("ab"), TITLES),
)
ROLES = st.lists(NEEDS, max_size=6).map(lambda needs: role(*needs))
PAIRS = st.lists(st.tuples(st.sampled_from(URIS), st.sampled_from(URIS)), max_size=12)
TREES = st.builds(lambda pairs, groups: Tree(*pairs, groups=tuple(groups)), PAIRS, st.sets(st.sampled_from(URIS)))
WORTH = {"not": 0, "partly": 1, "met": 2}


@settings(deadline=None)
@given(ROLES, HELD, COMPETENCES, TREES)
def test_one_more_competence_makes_no_line_worse(
    asked: RoleProfile, held: list[Competence], more: Competence, skills: Tree
) -> None:
    before, after = match(asked, held, skills), match(asked, [*held, more], skills)
    for one, other in zip(before, after, strict=True):
        assert WORTH[other.status] >= WORTH[one.status]
        if one.proof is not None:
            assert other.proof is not None
            assert other.proof.rank <= one.proof.rank


@settings(deadline=None)
@given(ROLES, HELD, TREES, st.randoms(use_true_random=False))
def test_order_does_not_matter(asked: RoleProfile, held: list[Competence], skills: Tree, shuffle: Any) -> None:
    lines = match(asked, held, skills)
    other = list(held)
    shuffle.shuffle(other)
    assert match(asked, [*other, *other], skills) == lines
    needs = list(asked.needs)
    shuffle.shuffle(needs)
    again = match(role(*needs), held, skills)
    assert sorted(map(repr, again)) == sorted(map(repr, lines))


@settings(deadline=None)
@given(ROLES, HELD, TREES)
def test_masks_say_what_the_lines_say(asked: RoleProfile, held: list[Competence], skills: Tree) -> None:
    matcher = Matcher(asked, skills)
    met = partly = 0
    for one in held:
        mine = matcher.masks(one)
        met, partly = met | mine[0], partly | mine[1]
    said_so = [
        "met" if met >> place & 1 else "partly" if partly >> place & 1 else "not" for place in range(len(asked.needs))
    ]
    assert [line.status for line in matcher.lines(held)] == said_so


@given(HELD)
def test_equal_competences_have_equal_keys_and_others_have_others(held: list[Competence]) -> None:
    assert len({key_of(one) for one in held}) == len({content_of(one) for one in held})
