"""Values at rest: form, keys, places, and what is told of a wrong one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimis_core import ConfigurationError
from mimis_core.store.cipher import ALSO_PLAIN, PACKED, PLAIN, SEALED, Cipher, derive, new_key

ONE, TWO = new_key(), new_key()
PLACE = "learner.full_name"


@given(st.binary(max_size=40_000), st.sampled_from([None, ONE]))
def test_every_value_comes_back(data: bytes, key: str | None) -> None:
    cipher = Cipher(key)
    assert cipher.decrypt(cipher.encrypt(data, PLACE), PLACE) == data


@pytest.mark.parametrize(
    ("key", "data", "form"),
    [(None, b"x" * 900, PLAIN), (ONE, b"Lo", SEALED), (ONE, b"x" * 900, PACKED), (ONE, b"QUJD" * 9000, PACKED)],
    ids=["plain", "short", "same letters", "text"],
)
def test_form_says_how_it_is_stored(key: str | None, data: bytes, form: bytes) -> None:
    stored = Cipher(key).encrypt(data, PLACE)
    assert stored[:1] == form
    assert (len(stored) < len(data)) == (form == PACKED)


def test_value_costs_33_bytes() -> None:
    assert len(Cipher(ONE).encrypt(b"Eva", PLACE)) == 3 + 33


def test_same_value_is_never_stored_the_same() -> None:
    assert len({Cipher(ONE).encrypt(b"Eva", PLACE) for _ in range(50)}) == 50


def test_first_key_writes_and_all_read() -> None:
    stored = Cipher(ONE).encrypt(b"Eva", PLACE)
    both = Cipher(TWO, [ONE])
    assert both.decrypt(stored, PLACE) == b"Eva"
    assert Cipher(TWO).decrypt(both.encrypt(b"Eva", PLACE), PLACE) == b"Eva"


def test_plain_value_is_refused_once_there_is_a_key() -> None:
    with pytest.raises(ConfigurationError, match=r"learner\.full_name.*is not encrypted") as caught:
        Cipher(ONE).decrypt(PLAIN + b"Eva", PLACE)
    assert "old_encryption_keys" in str(caught.value)


def test_what_was_plain_is_read_where_it_is_listed() -> None:
    listed = Cipher(ONE, [ALSO_PLAIN])
    assert listed.decrypt(PLAIN + b"Eva", PLACE) == b"Eva"
    assert listed.encrypt(b"Eva", PLACE)[:1] == SEALED
    assert listed.token_hash("t") == Cipher(ONE).token_hash("t")


@pytest.mark.parametrize("other", [None, TWO], ids=["none", "other"])
def test_missing_key_is_told_by_its_id(other: str | None) -> None:
    stored = Cipher(ONE).encrypt(b"Eva", PLACE)
    with pytest.raises(ConfigurationError, match=f"another encryption_key.*{stored[1:5].hex()}") as caught:
        Cipher(other).decrypt(stored, PLACE)
    assert "old_encryption_keys" in str(caught.value)


def test_value_of_another_column_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"learner\.email .* not as mimis wrote it"):
        Cipher(ONE).decrypt(Cipher(ONE).encrypt(b"Eva", PLACE), "learner.email")


@given(st.integers(min_value=0), st.integers(1, 255), st.sampled_from([b"Eva", b"Eva" * 200]))
def test_any_changed_byte_is_found(position: int, change: int, data: bytes) -> None:
    stored = bytearray(Cipher(ONE).encrypt(data, PLACE))
    stored[position % len(stored)] ^= change
    with pytest.raises(ConfigurationError):
        Cipher(ONE).decrypt(bytes(stored), PLACE)


@pytest.mark.parametrize(
    "key", ["kort", "å" * 44, ONE[:-4], "  ", ALSO_PLAIN], ids=["word", "no base64", "30 bytes", "blank", "plain"]
)
@pytest.mark.parametrize("setting", ["encryption_key", "lookup_key"])
def test_key_of_another_form_is_told(key: str, setting: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{setting} is not 32 bytes"):
        Cipher(key) if setting == "encryption_key" else Cipher(ONE, lookup=key)


def test_fingerprint_folds_case_and_token_does_not() -> None:
    cipher = Cipher(None)
    assert cipher.fingerprint(" A@b.se") == cipher.fingerprint("a@B.SE")
    assert cipher.token_hash("Ab") != cipher.token_hash("ab")


def test_hashes_do_not_change_with_the_encryption_key() -> None:
    lookup = new_key()
    assert Cipher(ONE, lookup=lookup).token_hash("t") == Cipher(TWO, [ONE], lookup).token_hash("t")


def test_hashes_hang_on_the_oldest_key_without_a_lookup_key() -> None:
    assert Cipher(ONE).token_hash("t") == Cipher(TWO, [ONE]).token_hash("t") != Cipher(TWO).token_hash("t")


def test_keys_for_different_purposes_differ() -> None:
    assert len({derive(b"k" * 32, purpose) for purpose in ("columns", "lookup", "key id")}) == 3
