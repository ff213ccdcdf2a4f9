"""The second line against personal data in logs."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimis_core.observe.masking import mask, mask_all


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("mail to asa.oberg+x@privat.example failed", "mail to [mail] failed"),
        ("GET /me?email=asa%40privat.example&page=2", "GET /me?email=[value]&page=[value]"),
        ("learner 19121212-1212", "learner [number]"),
        ("learner 121212+1212.", "learner [number]."),
        ("201301612384", "[number]"),
        ("20130101TF01", "[number]"),
        ("Authorization: Bearer abcdefgh12", "Authorization: Bearer [token]"),
        ("POST /events/moodle/hush-hush HTTP/1.1", "POST /events/moodle/[token] HTTP/1.1"),
        ("https://school.example/s/k3y/files/1", "https://school.example/s/[token]/files/1"),
        ("/in/abc", "/in/[token]"),
        ("/attest/abc/2", "/attest/[token]/2"),
        ("eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "[token]"),
        ("postgresql://mimis:hush@db.example/mimis", "postgresql://[login]@db.example/mimis"),
    ],
)
def test_personal_and_secret_is_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "organisation 802002-6509",
        "job 4ae8f602cd9a49aeb602f6336a562308 failed",
        "urn:uuid:21311be9-ba35-481b-85ab-f40cb2b6ac11",
        "course-v1:Demo+INFO+2026",
        "2026-11-24T09:00:00+00:00",
        "0001_tables_of_the_first_version",
        "The database postgresql+psycopg://mimis@db.example/mimis cannot be used.",
    ],
)
def test_ids_stay(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize("size", [16, 24, 32])
def test_random_token_never_stays(size: int) -> None:
    for _ in range(200):
        token = "aA1" + secrets.token_urlsafe(size)
        assert token not in mask(f"opened {token} today")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(ANYTHING)
def test_masking_twice_is_masking_once(value: object) -> None:
    once = mask_all([value, "asa@privat.example"])
    assert mask_all(once) == once
    assert once[1] == "[mail]"


def test_objects_are_masked_by_their_text() -> None:
    assert mask_all({"who": ValueError("asa@privat.example")}) == {"who": "[mail]"}
