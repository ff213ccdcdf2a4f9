"""``mimis credentials download``: the file as it was sealed, and in a further format."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command import Mimis
from tests.school import HandSource, done, page

TABLE = '\n[formats.badge]\nkind = "openbadge"\nsealer = { kind = "vc-jwt" }\n'


@pytest.fixture
def credential_id(folder: Path, mimis: Mimis) -> str:
    """A credential of a school that also makes badges."""
    with (folder / "mimis.toml").open("a", encoding="utf-8") as file:
        file.write(TABLE)
    HandSource.pages = [page(done("course:1"))]
    mimis("sync", "--config", folder)
    (row,) = mimis("credentials", "list", "--config", folder, "--json").json["credentials"]
    return str(row["id"])


def test_sealed_file_is_saved(folder: Path, mimis: Mimis, credential_id: str, tmp_path: Path) -> None:
    output = tmp_path / "bevis.jsonld"
    ended = mimis("credentials", "download", credential_id, "--output", output, "--config", folder)
    assert (ended.code, ended.out) == (0, "")
    assert "payload" in json.loads(output.read_bytes())


def test_badge_is_made_and_verifies(folder: Path, mimis: Mimis, credential_id: str, tmp_path: Path) -> None:
    output = tmp_path / "badge.jwt"
    make = "credentials", "download", credential_id, "--format", "badge", "--output", output
    ended = mimis(*make, "--config", folder, "--json")
    assert ended.json == {"written": str(output), "format": "openbadge", "media_type": "application/jwt"}
    verdict = mimis("verify", output, "--offline", "--config", folder, "--json")
    assert "The file is an Open Badge 3.0." in verdict.out


@pytest.mark.parametrize(("format_", "word"), [("nothing", "No further format"), (None, "There is no credential")])
def test_what_is_not_there_is_told(
    folder: Path, mimis: Mimis, credential_id: str, tmp_path: Path, format_: str | None, word: str
) -> None:
    wanted = credential_id if format_ else "nobody"
    more = ("--format", format_) if format_ else ()
    ended = mimis("credentials", "download", wanted, "--output", tmp_path / "x", *more, "--config", folder)
    assert (ended.code, word in ended.err, (tmp_path / "x").exists()) == (2, True, False)


def test_unwritable_output_is_told(folder: Path, mimis: Mimis, credential_id: str, tmp_path: Path) -> None:
    ended = mimis("credentials", "download", credential_id, "--output", tmp_path / "a" / "b", "--config", folder)
    assert (ended.code, "cannot be written" in ended.err) == (2, True)


def test_check_looks_at_further_formats(folder: Path, mimis: Mimis) -> None:
    with (folder / "mimis.toml").open("a", encoding="utf-8") as file:
        file.write(f'{TABLE}signer = {{ kind = "ed25519", file = "absent.pem" }}\n')
    found = {one["subject"]: one["status"] for one in mimis("check", "--config", folder, "--json").json["findings"]}
    assert found["format formats.badge"] == found["sealer formats.badge"] == "ok"
    assert found["signer formats.badge"] == "error"
