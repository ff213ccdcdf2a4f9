"""The file for uploading by hand at the EDC issuer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mimis_europass.upload import make_upload

from mimis_core import DataError, MimisError, PermanentError

from .wallet_fixtures import MAIL, credential

WALLET = "europass.eu/abc"


def test_upload_carries_wallet_address() -> None:
    upload = json.loads(make_upload(json.dumps(credential()).encode(), WALLET))
    assert list(upload) == ["credential", "deliveryDetails"]
    assert upload["credential"] == credential()
    assert upload["deliveryDetails"] == {"walletAddress": WALLET}


def test_upload_needs_no_address() -> None:
    upload = make_upload(json.dumps(credential(title="Kök å ä ö"), ensure_ascii=False).encode())
    assert json.loads(upload)["deliveryDetails"] == {}
    assert "Kök å ä ö" in upload.decode()


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
