"""A school asks, an employer signs with a key of its own, and the school takes it in: all by commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command import Mimis

ENTRY, OTHER = "digitala-arbetsmiljoer", "verktygsvana"
WORDS = "Vi anställer gärna den som kan det här."
SIGNER = '\n[signer]\nkind = "ed25519"\nfile = "nyckel.pem"\n'


@pytest.fixture
def employer(tmp_path: Path, mimis: Mimis) -> Path:
    """The folder of an employer that has made a key, as docs/arbetsgivare.md says."""
    folder = tmp_path / "employer"
    mimis("init", folder, "--role", "employer", "--name", "Verkstad AB", "--registration", "556036-0793")
    mimis("openbadges", "key", "--output", folder / "nyckel.pem", "--config", folder)
    with (folder / "mimis.toml").open("a", encoding="utf-8") as file:
        file.write(SIGNER)
    return folder


@pytest.fixture
def request_file(folder: Path, mimis: Mimis, tmp_path: Path) -> Path:
    """What the school sends to the employer."""
    file = tmp_path / "request.json"
    ended = mimis("catalogue", "ask-endorsement", ENTRY, "--output", file, "--config", folder, "--json")
    assert ended.json == {"written": str(file)}
    return file


@pytest.fixture
def signed(employer: Path, request_file: Path, mimis: Mimis, tmp_path: Path) -> Path:
    """What the employer sends back."""
    file = tmp_path / "endorsement.jwt"
    told = ("--words", WORDS, "--until", "2099-12-31", "--output", file, "--config", employer)
    assert mimis("openbadges", "endorse", request_file, *told).code == 0
    return file


def endorse(mimis: Mimis, folder: Path, file: Path, *more: str, entry: str = ENTRY) -> tuple[int, str]:
    ended = mimis("catalogue", "endorse", entry, file, "--by", "Rektor", "--config", folder, "--json", *more)
    return ended.code, ended.out or ended.err


def test_request_names_the_entry_and_nothing_else(request_file: Path) -> None:
    asked = json.loads(request_file.read_text("utf-8"))
    assert (asked.keys(), asked["subject"][:9]) == ({"subject", "title"}, "urn:uuid:")


def test_file_is_taken_in_listed_and_withdrawn(folder: Path, signed: Path, mimis: Mimis) -> None:
    code, out = endorse(mimis, folder, signed, "--confirmed")
    made = json.loads(out)
    assert (code, made["name"], made["words"], made["confirmed"]) == (0, "Verkstad AB", WORDS, True)
    assert made["until"].startswith("2099-12-31T23:59:59")
    told = ("--reason", "Företaget finns inte mer.", "--by", "Rektor", "--config", folder)
    assert mimis("catalogue", "withdraw-endorsement", made["id"], *told).code == 0
    (listed,) = mimis("catalogue", "endorsements", ENTRY, "--config", folder, "--json").json
    assert (listed["id"], listed["withdrawn_at"] is None) == (made["id"], False)


def test_signature_of_a_stranger_needs_a_person(folder: Path, signed: Path, mimis: Mimis) -> None:
    code, said = endorse(mimis, folder, signed)
    assert (code, "whose the signature is" in said) == (2, True)
    assert mimis("catalogue", "endorsements", ENTRY, "--config", folder, "--json").json == []


def test_signature_of_a_trusted_employer_needs_nobody(folder: Path, employer: Path, signed: Path, mimis: Mimis) -> None:
    config = folder / "mimis.toml"
    (folder / "employer.pem").write_bytes((employer / "nyckel-anchor.pem").read_bytes())
    config.write_text(config.read_text("utf-8").replace("anchors = [", 'anchors = ["employer.pem", '), "utf-8")
    code, out = endorse(mimis, folder, signed)
    assert (code, json.loads(out)["confirmed"]) == (0, False)


def test_file_about_another_entry_is_refused(folder: Path, signed: Path, mimis: Mimis) -> None:
    code, said = endorse(mimis, folder, signed, "--confirmed", entry=OTHER)
    assert (code, "something else" in said) == (2, True)


def test_file_that_is_not_there_is_told(folder: Path, mimis: Mimis, tmp_path: Path) -> None:
    code, said = endorse(mimis, folder, tmp_path / "none.jwt")
    assert (code, "none.jwt cannot be read" in said) == (2, True)


def test_unknown_entry_is_told(folder: Path, mimis: Mimis, tmp_path: Path) -> None:
    ended = mimis("catalogue", "ask-endorsement", "finns-inte", "--output", tmp_path / "none.json", "--config", folder)
    assert (ended.code, "finns-inte" in ended.err, (tmp_path / "none.json").exists()) == (2, True, False)


def test_place_that_cannot_be_written_is_told(folder: Path, mimis: Mimis, tmp_path: Path) -> None:
    ended = mimis("catalogue", "ask-endorsement", ENTRY, "--output", tmp_path / "none" / "x.json", "--config", folder)
    assert (ended.code, "cannot be written" in ended.err) == (2, True)


@pytest.mark.parametrize("text", ["{}", "en text"], ids=["empty", "text"])
def test_what_is_no_request_is_not_signed(employer: Path, mimis: Mimis, tmp_path: Path, text: str) -> None:
    (tmp_path / "request.json").write_text(text, "utf-8")
    told = ("--words", WORDS, "--output", tmp_path / "out.jwt", "--config", employer)
    ended = mimis("openbadges", "endorse", tmp_path / "request.json", *told)
    assert (ended.code, (tmp_path / "out.jwt").exists()) == (2, False)


def test_place_where_the_endorsement_cannot_be_written_is_told(
    employer: Path, request_file: Path, mimis: Mimis, tmp_path: Path
) -> None:
    told = ("--words", WORDS, "--output", tmp_path / "none" / "out.jwt", "--config", employer)
    ended = mimis("openbadges", "endorse", request_file, *told)
    assert (ended.code, "cannot be written" in ended.err) == (2, True)


def test_words_are_needed(employer: Path, request_file: Path, mimis: Mimis, tmp_path: Path) -> None:
    told = ("--words", " ", "--output", tmp_path / "out.jwt", "--config", employer)
    assert mimis("openbadges", "endorse", request_file, *told).code == 2
