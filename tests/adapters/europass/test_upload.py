"""The file for uploading by hand at the EDC issuer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mimis_europass.commands import upload
from mimis_europass.upload import make_upload

from mimis_core import DataError, MimisError, PermanentError, UserError

from .wallet_fixtures import MAIL, credential

WALLET = "europass.eu/abc"


def test_upload_carries_wallet_address() -> None:
    made = json.loads(make_upload(json.dumps(credential()).encode(), WALLET))
    assert list(made) == ["credential", "deliveryDetails"]
    assert made["credential"] == credential()
    assert made["deliveryDetails"] == {"walletAddress": WALLET}


def test_upload_needs_no_address() -> None:
    made = make_upload(json.dumps(credential(title="Kök å ä ö"), ensure_ascii=False).encode())
    assert json.loads(made)["deliveryDetails"] == {}
    assert "Kök å ä ö" in made.decode()


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"payload": "{}", "signatures": []}'])
def test_upload_refuses_other_files(content: bytes) -> None:
    with pytest.raises(DataError):
        make_upload(content, WALLET)


@pytest.mark.parametrize(("to", "error"), [(MAIL, DataError), ("abc", PermanentError)])
def test_upload_refuses_other_addresses(to: str, error: type[MimisError]) -> None:
    with pytest.raises(error) as caught:
        make_upload(json.dumps(credential()).encode(), to)
    assert caught.value.code == "address"


@pytest.mark.official
def test_official_sample_fits_upload(shared: Path) -> None:
    sample = (shared / "elm/samples/Sample-MC-Annex1-unsigned.jsonld").read_bytes()
    assert json.loads(make_upload(sample, WALLET))["credential"] == json.loads(sample)


@pytest.mark.parametrize("sealed", [True, False])
def test_command_writes_upload(tmp_path: Path, sealed: bool) -> None:
    text = json.dumps(credential())
    (tmp_path / "in.jsonld").write_text(json.dumps({"payload": text, "signatures": []}) if sealed else text)
    upload(tmp_path / "in.jsonld", tmp_path / "out.json", WALLET)
    assert json.loads((tmp_path / "out.json").read_bytes())["credential"] == credential()


def test_command_says_which_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"in\.jsonld"):
        upload(tmp_path / "in.jsonld", tmp_path / "out.json")
