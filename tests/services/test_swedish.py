"""Names in Swedish order, and found by the beginnings of their words."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimis_core.services.swedish import search_key, sort_key, word_keys


@pytest.mark.parametrize(
    "ordered",
    [
        "Ek Ekberg Zetterlund Åberg Ängström Öberg",
        "Vall Vik Wall Wik Xu",
        "adam Ali Ådahl åkesson",
        "Ede Éden Edin",
        "Dal Ðel Dil",
        "Yl Ül Ym",
        "Äl Æm Än Öd Øe Öf",
        "Tor Þos Tot",
        "Ża Zå Åa",
        "Öz Αθηνά Иван محمد",
        "9 A",
    ],
)
def test_names_stand_in_swedish_order(ordered: str) -> None:
    names = ordered.split()
    assert sorted(random.Random(1).sample(names, len(names)), key=sort_key) == names


def test_family_name_counts_before_given_name() -> None:
    people = [("Ek", "Åsa"), ("Ek", "Örjan"), ("Ekberg", "Adam"), ("Ek", "Zara")]
    assert sorted(people, key=lambda one: sort_key(*one)) == [
        ("Ek", "Zara"), ("Ek", "Åsa"), ("Ek", "Örjan"), ("Ekberg", "Adam"),
    ]  # fmt: skip


def test_double_name_stands_beside_its_other_spelling() -> None:
    assert sorted(["Bergdahl", "Berg-Lind", "Berg Lind"], key=sort_key) == ["Berg Lind", "Berg-Lind", "Bergdahl"]


def test_accents_and_case_decide_last() -> None:
    assert sort_key("Ede", "Bo") < sort_key("Éde", "Bo") < sort_key("Ede", "Cy")


@given(st.text())
def test_order_does_not_hang_on_how_a_letter_is_composed(name: str) -> None:
    forms = {sort_key(unicodedata.normalize(form, name)) for form in ("NFC", "NFD")}
    assert len(forms) == 1


@given(st.text(max_size=20), st.text(max_size=20))
def test_order_looks_at_letters_before_accents(one: str, other: str) -> None:
    plain = sort_key(one).partition(b"\0")[0], sort_key(other).partition(b"\0")[0]
    if plain[0] != plain[1]:
        assert (sort_key(one) < sort_key(other)) == (plain[0] < plain[1])


@pytest.mark.parametrize(
    ("searched", "found"),
    [("ös", True), ("ÅS", True), ("as", False), ("eklund", True), ("lund", False), ("", True), ("os", False)],
)
def test_word_is_found_by_its_beginning(searched: str, found: bool) -> None:
    words = word_keys("Åsa Maria", "Österberg-Eklund")
    assert all(any(word.startswith(piece) for word in words) for piece in search_key(searched)) is found
