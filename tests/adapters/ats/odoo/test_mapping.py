"""Between entries and Odoo's records: no text becomes a tag, and receipts come back."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimis_ats.odoo.mapping import (
    addresses,
    candidates,
    holding,
    join_ids,
    note_html,
    number_of,
    read_tag_place,
    related,
    share_mark,
    split_ids,
    state_mark,
    tag_place,
)
from mimis_ats.texts import STANDING

from mimis_core import Candidate, DataError, TalentEntry, TemporaryError
from tests.adapters.ats.odoo.conftest import EMAIL, ENTRY


class Tags(HTMLParser):
    """What a browser would make of a note."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str | None] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href"]
        assert {name for name, _ in attrs} <= {"href"}


@given(st.text(), st.text(), st.dictionaries(st.text(), st.text()), st.text())
def test_note_holds_no_tag_of_others(key: str, summary: str, details: dict[str, str], path: str) -> None:
    url = f"https://school.example/s/{path}"
    note = TalentEntry(key=key, candidate=Candidate(id="1"), summary=summary, url=url, details=details)
    found = Tags(note_html(note))
    assert found.tags == ["p", "ul", *["li"] * len(details), "p", "a", "br", "p"]
    assert len(found.links) == 1
    assert state_mark(note).startswith(share_mark(key))


@pytest.mark.parametrize("url", ["javascript:alert(1)", "", "//school.example/s/1"])
def test_note_points_to_the_web_only(url: str) -> None:
    with pytest.raises(DataError):
        note_html(ENTRY.model_copy(update={"url": url}))


KINDS = st.sampled_from(["note", "tag", "skill"])


@given(st.lists(st.tuples(KINDS, st.from_regex(r"[a-z0-9@/.]{1,30}", fullmatch=True)), min_size=1))
def test_ids_of_a_receipt_come_back(ids: list[tuple[str, str]]) -> None:
    assert split_ids(join_ids(ids)) == ids


@pytest.mark.parametrize("text", ["", "12", "note:", "else:1"])
def test_receipt_of_another_feed_is_refused(text: str) -> None:
    with pytest.raises(DataError):
        split_ids(text)


def test_place_of_a_tag_comes_back() -> None:
    assert read_tag_place(tag_place("hr.applicant", 7, 5)) == ("hr.applicant", 7, 5)
    with pytest.raises(DataError):
        read_tag_place("5")


@pytest.mark.parametrize("mark", STANDING.values())
def test_what_does_not_hold_is_no_skill(mark: str) -> None:
    details = {"A": "Skolan (Malmö)", "B": f"Skolan ({mark})"}
    assert holding(ENTRY.model_copy(update={"details": details})) == ["A"]


@pytest.mark.parametrize("identity", ["abc", "", "٣", "-1"])
def test_odd_candidate_id_is_refused(identity: str) -> None:
    with pytest.raises(DataError):
        number_of(identity)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_odd_values_become_our_errors(value: Any) -> None:
    assert related(value) is None or isinstance(related(value), int)
    try:
        found = addresses({"email_from": value}, ["email_from"])
    except TemporaryError:
        return
    assert all(isinstance(one, str) for one in found)


def test_empty_fields_are_false_in_odoo() -> None:
    rows = [{"id": 1, "email_normalized": False, "email_from": False, "partner_id": False}]
    assert candidates(rows, ["email_normalized", "email_from"], EMAIL) == ()
