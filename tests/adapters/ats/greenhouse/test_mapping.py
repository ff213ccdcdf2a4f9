"""Between entries and Greenhouse's JSON: nothing that it sends breaks the feed, and what is written is known again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimis_ats.greenhouse.mapping import (
    addresses,
    candidates,
    error_code,
    field_value,
    join_ids,
    line_of,
    next_cursor,
    number_of,
    split_ids,
    with_line,
)
from mimis_ats.greenhouse.sandbox import FIELD

from mimis_core import Candidate, DataError, TemporaryError
from tests.adapters.ats.greenhouse.conftest import ENTRY

LINES = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), max_size=40)


@given(
    st.dictionaries(
        st.sampled_from(["attachment", "field", "note"]), st.from_regex(r"[a-z0-9_]{1,20}", fullmatch=True), min_size=1
    )
)
def test_ids_of_a_receipt_come_back(ids: dict[str, str]) -> None:
    assert split_ids(join_ids(ids)) == ids


@pytest.mark.parametrize("text", ["", "12", "attachment:", "else:1", "attachment:1 else:2"])
def test_receipt_of_another_feed_is_refused(text: str) -> None:
    with pytest.raises(DataError):
        split_ids(text)


@given(LINES, LINES, LINES, st.lists(LINES, max_size=3))
def test_line_of_a_share_is_replaced_and_removed(key: str, summary: str, other: str, others: list[str]) -> None:
    held = "\n".join(others)
    entry = ENTRY.model_copy(update={"key": key, "summary": summary})
    once = with_line(held, key, line_of(entry))
    again = with_line(once, key, line_of(entry.model_copy(update={"summary": other})))
    assert with_line(once, key, line_of(entry)) == once
    assert len(again.splitlines()) == len(once.splitlines())
    assert with_line(again, key, None) == "\n".join(held.splitlines())


@given(st.text(), st.text(), st.dictionaries(st.text(), st.text()))
def test_line_is_one_line(key: str, summary: str, details: dict[str, str]) -> None:
    entry = ENTRY.model_copy(update={"key": key, "summary": summary, "details": details})
    assert len(line_of(entry).splitlines()) == 1


NAMES = st.sampled_from(["id", "value", "email_addresses", "custom_fields", "errors", "field"])
SCALARS = st.none() | st.booleans() | st.integers() | st.text()


@given(st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner)))
def test_odd_answers_become_our_errors(answer: Any) -> None:
    error_code(answer)
    for read in (lambda one: addresses(one), lambda one: field_value(one, FIELD)):
        try:
            read(answer if isinstance(answer, dict) else {"email_addresses": answer, "custom_fields": answer})
        except (TemporaryError, DataError):
            continue


def test_address_of_another_is_not_taken() -> None:
    rows: list[dict[str, Any]] = [{"id": 1, "email_addresses": ["x@example.org"]}, {"id": 2, "email_addresses": None}]
    assert candidates(rows, " X@EXAMPLE.org") == (Candidate(id="1", email="x@example.org"),)


@pytest.mark.parametrize("identity", ["abc", "", "٣", "-1", "1/../2"])
def test_odd_candidate_id_is_refused(identity: str) -> None:
    with pytest.raises(DataError):
        number_of(identity)


@pytest.mark.parametrize(
    ("link", "cursor"),
    [
        (None, None),
        ('<https://x.example/v3/jobs?cursor=a%2Bb>; rel="next"', "a+b"),
        ('<https://x.example/v3/jobs?cursor=p>; rel="prev", <https://x.example/v3/jobs?cursor=n>; rel="next"', "n"),
        ('<https://x.example/v3/jobs?page=2>; rel="next"', None),
        ("nonsense", None),
    ],
    ids=["none", "next", "prev-and-next", "no-cursor", "nonsense"],
)
def test_cursor_is_read_from_the_link(link: str | None, cursor: str | None) -> None:
    assert next_cursor(link) == cursor
