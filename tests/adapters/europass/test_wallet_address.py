"""Where a delivery address leads, for any text that a person may write."""

from __future__ import annotations

from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st
from mimis_europass.wallet.address import deposit_path

from mimis_core import PermanentError


@given(
    user_id=st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True),
    prefix=st.from_regex(r"[a-z0-9.]{0,9}", fullmatch=True),
)
def test_wallet_address_gives_its_id(user_id: str, prefix: str) -> None:
    assert deposit_path(f"e{prefix}/{user_id}") == f"wallets/{user_id}/credentials"


@given(address=st.emails())
def test_mail_address_stays_one_segment(address: str) -> None:
    try:
        parts = deposit_path(address).split("/")
    except PermanentError:
        assert "/" in address
        return
    assert parts[:2] == ["wallets", "email"]
    assert parts[3:] == ["credentials"]
    assert unquote(parts[2]) == address


@given(text=st.text(max_size=60) | st.text(alphabet="a@/.?#%\\\r\n: ", max_size=12))
def test_any_text_is_path_or_refusal(text: str) -> None:
    try:
        path = deposit_path(text)
    except PermanentError:
        return
    assert path.isascii()
    assert path.count("/") == (3 if path.startswith("wallets/email/") else 2)
    assert not {".", "..", ""} & set(path.split("/"))
    assert not set("?#\\ ") & set(path)
