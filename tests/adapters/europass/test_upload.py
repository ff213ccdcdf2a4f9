"""The file for uploading by hand at the EDC issuer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from mimis_europass.commands.upload import upload
from mimis_europass.exports.upload import make_upload

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
    upload([tmp_path / "in.jsonld"], tmp_path / "out.json", WALLET)
    assert json.loads((tmp_path / "out.json").read_bytes())["credential"] == credential()


def test_command_says_which_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"in\.jsonld"):
        upload([tmp_path / "in.jsonld"], tmp_path / "out.json")


@pytest.fixture
def three(tmp_path: Path) -> list[Path]:
    """Two credentials, one of them sealed, and a file that is none."""
    text = json.dumps(credential())
    contents = {"a": text, "b": json.dumps({"payload": text, "signatures": []}), "c": "no JSON"}
    for name, content in contents.items():
        (tmp_path / f"{name}.jsonld").write_text(content)
    return [tmp_path / f"{name}.jsonld" for name in contents]


def test_command_writes_one_file_each(three: list[Path], tmp_path: Path) -> None:
    upload(three[:2], tmp_path / "out")
    made = {path.name: json.loads(path.read_bytes()) for path in (tmp_path / "out").iterdir()}
    assert made == {name: {"credential": credential(), "deliveryDetails": {}} for name in ("a.json", "b.json")}


def test_command_goes_on_after_bad_file(three: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as caught:
        upload(three, tmp_path / "out", json_=True)
    told = capsys.readouterr()
    assert caught.value.exit_code == 3
    assert len(json.loads(told.out)["written"]) == 2
    assert "c.jsonld: The file is not JSON." in told.err


def test_command_fails_without_good_file(three: list[Path], tmp_path: Path) -> None:
    (tmp_path / "d.jsonld").write_text("[]")
    with pytest.raises(typer.Exit) as caught:
        upload([three[2], tmp_path / "d.jsonld"], tmp_path / "out")
    assert caught.value.exit_code == 1


@pytest.mark.parametrize("case", ["wallet for many", "same name twice", "output is a file"])
def test_command_refuses_before_writing(three: list[Path], tmp_path: Path, case: str) -> None:
    files = [three[0], three[0]] if case == "same name twice" else three[:2]
    output = three[2] if case == "output is a file" else tmp_path / "out"
    with pytest.raises(UserError):
        upload(files, output, WALLET if case == "wallet for many" else None)
    assert not (tmp_path / "out").exists()
