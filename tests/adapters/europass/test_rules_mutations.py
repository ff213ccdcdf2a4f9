"""Seeded mutations before the official shapes: same verdict, same failing properties of the same nodes.

A share runs always; all of them with MIMIS_LONG=1.
"""

from __future__ import annotations

import os

import pytest
from mimis_europass.rules import judge as rules
from mimis_europass.rules.table import PROFILE_START, load_plan
from mimis_europass.rules.walk import Walk

from .mutations import CHANGES, Document, mutate, with_tiny_pictures
from .official import FILES, Answer, Official, our_answer

pytestmark = pytest.mark.official

LONG = os.environ.get("MIMIS_LONG") == "1"
CHUNK = 2 * len(CHANGES)
CHUNKS = 100 if LONG else 8
PROFILES = sorted(set(FILES) - {"edc-generic-no-cv", "edc-generic-full"})


@pytest.fixture(scope="session")
def bases(samples: dict[str, Document]) -> list[Document]:
    """The documents that are changed: mostly the small one, which is judged fastest."""
    tiny = {name: with_tiny_pictures(document) for name, document in samples.items()}
    return [*[tiny["minimal"]] * 6, tiny["unsigned"], *[tiny["minimal"]] * 6, tiny["signed"]]


def decided(document: Document) -> tuple[Answer, bool]:
    """Our answer, and whether the table gave it; else the shapes that are written out of the table were asked."""
    report = rules.inspect(document)
    return our_answer(report), report.shapes.judge == "table"


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_mutations_fail_the_same_properties(official: Official, bases: list[Document], chunk: int) -> None:
    undecided = 0
    for seed in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        document = mutate(bases[seed % len(bases)], seed)
        ours, by_table = decided(document)
        undecided += not by_table
        assert ours == official.answer(document), f"seed {seed}"
    assert undecided <= CHUNK // 10


@pytest.mark.parametrize("profile", PROFILES)
def test_other_profiles_fail_the_same_properties(official: Official, bases: list[Document], profile: str) -> None:
    for seed in range(60 if LONG else 6):
        document = mutate(bases[seed * 3 % len(bases)], seed)
        document["credentialSchema"] = {"id": PROFILE_START + profile, "type": "ShaclValidator2017"}
        ours, _ = decided(document)
        assert ours == official.answer(document, profile), f"seed {seed}"


@pytest.mark.parametrize("chunk", range(4))
def test_short_way_agrees_with_long_way(bases: list[Document], chunk: int) -> None:
    walked = 0
    for seed in range(10_000 + chunk * 150, 10_150 + chunk * 150):
        document = mutate(bases[seed % len(bases)], seed)
        short, long = rules.inspect(document, ask=False), rules.inspect_graph(document, ask=False)
        assert our_answer(short) == our_answer(long), f"seed {seed}"
        assert set(short.strict) == set(long.strict), f"seed {seed}"
        walked += short.shapes.judge == "table" and _is_walked(document)
    assert walked


def _is_walked(document: Document) -> bool:
    try:
        Walk(rules.load_kinds(rules.profiles_of(document)), document)
    except (rules.Unusual, RecursionError):
        return False
    return True


def test_mutations_are_the_same_each_time(bases: list[Document]) -> None:
    assert [mutate(bases[0], seed) for seed in range(30)] == [mutate(bases[0], seed) for seed in range(30)]
    assert sum(mutate(bases[0], seed) != bases[0] for seed in range(90)) > 80


def test_every_profile_adds_rules() -> None:
    generic = load_plan(frozenset())
    assert all(load_plan(frozenset({profile})) != generic for profile in PROFILES)
