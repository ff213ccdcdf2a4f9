"""``mimis verify``: three verdicts, three exit codes, with and without a configuration."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from mimis_core.cli.serve import PageServer, listen
from mimis_core.services import open_services
from mimis_core.settings import load_settings
from tests.command import Ended, Mimis

TYPES = ["format", "seal", "owner", "accreditation", "revocation", "expiry"]


@pytest.fixture
def file(folder: Path, mimis: Mimis, credential: str, tmp_path: Path) -> Path:
    """A sealed file of the school."""
    path = tmp_path / "bevis.jsonld"
    mimis("credentials", "show", credential, "--output", path, "--config", folder)
    return path


@pytest.fixture
def pages(folder: Path) -> Iterator[None]:
    """The school's pages, which answer about the status of what is issued while they are up."""
    bound = listen("127.0.0.1", 0)
    config = folder / "mimis.toml"
    address = f"http://127.0.0.1:{bound.getsockname()[1]}"
    config.write_text(config.read_text("utf-8").replace("http://127.0.0.1:9", address), "utf-8")
    with open_services(load_settings(folder)) as services:
        server = PageServer(services, bound)
        server.start()
        yield
        server.stop()


def failed(ended: Ended) -> list[str]:
    return [check["type"] for check in ended.json["checks"] if check["status"] == "error"]


def test_valid_file_exits_zero(pages: None, folder: Path, file: Path, mimis: Mimis) -> None:
    ended = mimis("verify", file, "--config", folder, "--json")
    assert (ended.code, ended.json["verdict"]) == (0, "valid")
    assert [check["type"] for check in ended.json["checks"]] == TYPES


def test_revoked_file_exits_one(pages: None, folder: Path, file: Path, mimis: Mimis, credential: str) -> None:
    mimis("credentials", "revoke", credential, "--yes", "--reason", "Fel person.", "--config", folder)
    ended = mimis("verify", file, "--config", folder, "--json")
    assert (ended.code, failed(ended)) == (1, ["revocation"])


def test_unasked_status_exits_three(folder: Path, file: Path, mimis: Mimis) -> None:
    ended = mimis("verify", file, "--config", folder, "--offline", "--json")
    assert (ended.code, ended.json["verdict"]) == (3, "unknown")
    assert {check["type"]: check["status"] for check in ended.json["checks"]}["revocation"] == "skipped"


def test_silent_address_is_never_valid(folder: Path, file: Path, mimis: Mimis) -> None:
    assert mimis("verify", file, "--config", folder).code == 3


def test_trial_seal_without_anchor_is_unknown_issuer(file: Path, mimis: Mimis, tmp_path: Path) -> None:
    ended = mimis("verify", file, "--config", tmp_path, "--offline", "--json")
    (owner,) = [check for check in ended.json["checks"] if check["type"] == "owner"]
    assert (ended.code, ended.json["verdict"], owner["status"]) == (3, "unknown", "skipped")
    assert "unknown issuer" in owner["reason"].lower()


@pytest.mark.parametrize("content", [b"", b"{}", b"%PDF-1.7", b"\xff\xfe", b'{"payload": "x", "signatures": []}'])
def test_other_files_are_invalid(content: bytes, mimis: Mimis, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(content)
    ended = mimis("verify", tmp_path / "x", "--json", "--config", tmp_path)
    assert (ended.code, failed(ended)) == (1, ["format"])


def test_standard_input_is_read(folder: Path, file: Path, mimis: Mimis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(file.read_bytes())))
    assert mimis("verify", "-", "--config", folder, "--offline").code == 3


def test_missing_file_is_usage_error(mimis: Mimis, tmp_path: Path) -> None:
    ended = mimis("verify", tmp_path / "borta.jsonld")
    assert (ended.code, "borta.jsonld" in ended.err) == (2, True)


def test_named_configuration_must_exist(file: Path, mimis: Mimis, tmp_path: Path) -> None:
    ended = mimis("verify", file, "--config", tmp_path / "borta", "--offline")
    assert (ended.code, "borta" in ended.err) == (2, True)


def test_table_ends_with_verdict(folder: Path, file: Path, mimis: Mimis) -> None:
    ended = mimis("verify", file, "--config", folder, "--offline")
    assert ended.out.endswith("verdict: unknown\n")
    assert "Öberg" not in ended.out
