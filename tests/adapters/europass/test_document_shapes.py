"""Documents with any choice of optional elements keep every profile that they name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mimis_europass.document.build import build_document
from mimis_europass.document.orders import matter_of, values_of
from mimis_europass.document.vocabulary import LANGUAGES
from mimis_europass.rules.judge import find_violations

from mimis_core import Achievement, Completion, IssueOrder, LevelState, Organisation

from .official import Official
from .rich import INSTITUTION, LEVELS, LINKED, MANDATE, SIGNED, rich_fields, work

Make = Callable[..., Achievement]
Order = Callable[..., IssueOrder]
FIELDS = (
    "description", "outcomes", "credit", "languages", "entry_requirement", "supervision", "grading",
    "quality_assurance", "has_parts", "documents", "target_group", "note", "homepage",
)  # fmt: skip
PARTS = ("started_at", "hours", "place", "document", "grade")


def written(order: IssueOrder, languages: tuple[str, ...] = ("sv", "en")) -> dict[str, Any]:
    """The document with no picture worth drawing."""
    matter = matter_of(order, languages)
    pictures = {f"picture.{code}": "iVBORw0=" for code in languages}
    return build_document(matter, values_of(order, matter) | pictures)


@st.composite
def chosen_changes(draw: st.DrawFn) -> dict[str, Any]:
    """Which fields, levels, evidence and circumstances an order has."""
    return {
        "fields": draw(st.sets(st.sampled_from(FIELDS))),
        "level": draw(st.none() | st.sampled_from(LevelState)),
        "evidence": draw(st.lists(st.tuples(
            st.sampled_from(["course", "activity", "validation", "attestation"]), st.sets(st.sampled_from(PARTS)),
        ), max_size=4)),
        "mandated": draw(st.booleans()),
        "accredited_school": draw(st.booleans()),
        "replaces": draw(st.booleans()),
        "languages": tuple(draw(st.lists(st.sampled_from(sorted(LANGUAGES)), min_size=1, max_size=3, unique=True))),
    }  # fmt: skip


def evidence_of(completion: Callable[..., Completion], chosen: list[Any]) -> tuple[Completion, ...]:
    """Completions with the chosen parts; every second document is a link."""
    made = []
    for index, (kind, parts) in enumerate(chosen):
        full = work(completion, document=LINKED if index % 2 else SIGNED)
        made.append(completion(key=str(index), kind=kind, **{name: getattr(full, name) for name in parts}))
    return tuple(made)


@pytest.fixture
def order_of(
    order: Order, achievement: Make, completion: Callable[..., Completion], school: Organisation
) -> Callable[[dict[str, Any]], IssueOrder]:
    """Makes an order of drawn choices."""

    def make(chosen: dict[str, Any]) -> IssueOrder:
        rich = rich_fields(achievement())
        fields = {name: rich[name] for name in chosen["fields"]}
        entry = achievement(**fields, level=LEVELS.get(chosen["level"]))
        accredited = (INSTITUTION,) if chosen["accredited_school"] else ()
        return order(
            entry, evidence=evidence_of(completion, chosen["evidence"]),
            issuer=school.model_copy(update={"accreditations": accredited}),
            mandate=MANDATE if chosen["mandated"] else None,
            supersedes="urn:credential:0" if chosen["replaces"] else None,
        )  # fmt: skip

    return make


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=chosen_changes())
def test_any_choice_of_elements_keeps_rules(order_of: Callable[..., IssueOrder], chosen: dict[str, Any]) -> None:
    assert find_violations(written(order_of(chosen), chosen["languages"])) == []


FULL = {
    "fields": set(FIELDS), "level": LevelState.DECIDED, "mandated": False, "accredited_school": True,
    "replaces": True, "languages": ("sv", "en"),
    "evidence": [("course", {"hours"}), ("validation", set(PARTS)), ("attestation", set(PARTS)), ("activity", set())],
}  # fmt: skip
HANDFUL: dict[str, dict[str, Any]] = {
    "accredited qualification": {},
    "accredited part": {"level": LevelState.PART_OF_DECIDED},
    "accredited plain entry": {"level": LevelState.SELF_ASSESSED},
    "mandated and accredited": {"mandated": True},
    "mandated only": {"mandated": True, "fields": {"credit", "has_parts"}, "level": None},
    "in other languages": {"languages": ("fi", "se", "ar")},
    "bare": {"fields": set(), "level": None, "evidence": [], "accredited_school": False, "replaces": False},
}


@pytest.mark.official
@pytest.mark.parametrize("name", HANDFUL)
def test_official_shapes_accept_the_handful(official: Official, order_of: Callable[..., IssueOrder], name: str) -> None:
    chosen = FULL | HANDFUL[name]
    document = written(order_of(chosen), chosen["languages"])
    named = [item["id"].rpartition("/")[2] for item in document["credentialSchema"]]
    answers = {profile: official.answer(document, profile) for profile in ("edc-generic-no-cv", *named)}
    assert {profile: answer for profile, answer in answers.items() if answer} == {}


@pytest.mark.official
def test_no_key_of_the_fullest_is_lost(official: Official, order_of: Callable[..., IssueOrder]) -> None:
    document = written(order_of(FULL | {"mandated": True}))
    found: set[str] = set()

    def gather(item: Any) -> None:
        if isinstance(item, dict) and "id" in item:
            found.update(item)
        for part in item.values() if isinstance(item, dict) else item if isinstance(item, list) else ():
            gather(part)

    gather(document)
    assert found <= official.keys
    assert {"attachment", "evidence", "hasPart", "temporal", "directedBy", "gradingScheme", "relatedSkill"} <= found
