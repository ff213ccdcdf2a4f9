"""``mimis europass validate``: what it says, in which language, and how it ends."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from mimis_europass.rules.sentences import SENTENCES, key_of
from mimis_europass.rules.table import load_table

from mimis_core import Achievement
from tests.command import Mimis


@pytest.fixture
def mimis(capsys: pytest.CaptureFixture[str]) -> Mimis:
    return Mimis(capsys)


@pytest.fixture
def good(built: Callable[..., dict[str, Any]], achievement: Callable[..., Achievement], tmp_path: Path) -> Path:
    """A document of our own in a file, not sealed."""
    path = tmp_path / "good.jsonld"
    path.write_text(json.dumps(built(achievement())), "utf-8")
    return path


@pytest.fixture
def bad(good: Path) -> Path:
    """The same, sealed, without a title of the claim, with a lost key and a bare date."""
    document = json.loads(good.read_text("utf-8"))
    del document["credentialSubject"]["hasClaim"]["title"]
    document["credentialSubject"]["hasClaim"]["rubbish"] = 1
    document["issued"] = "2026-06-01"
    path = good.with_name("bad.jsonld")
    path.write_text(json.dumps({"payload": json.dumps(document), "signatures": []}), "utf-8")
    return path


def test_conforming_file_ends_with_zero(mimis: Mimis, good: Path) -> None:
    done = mimis("europass", "validate", good)
    assert (done.code, done.out) == (0, f"{good}: följer profilen och bilaga I.\n")


@pytest.mark.parametrize(
    ("language", "sentences"),
    [("sv", ("titel saknas.", "nyckeln rubbish är okänd", "datum för utfärdandet är inte skrivet")),
     ("en", ("title is missing.", "the key rubbish is unknown", "date of issue is not written"))],
)  # fmt: skip
def test_findings_are_explained_in_language(mimis: Mimis, bad: Path, language: str, sentences: tuple[str, ...]) -> None:
    done = mimis("europass", "validate", bad, "--language", language)
    assert done.code == 1
    assert all(sentence in done.out for sentence in sentences)


def test_json_is_one_line_a_file(mimis: Mimis, good: Path, bad: Path) -> None:
    done = mimis("europass", "validate", good, bad, "--json")
    first, second = map(json.loads, done.out.splitlines())
    assert first == {
        "file": str(good),
        "shapes": {"conforms": True, "properties": []},
        "strict": {"conforms": True, "findings": []},
    }
    assert second["shapes"] == {"conforms": False, "properties": ["http://purl.org/dc/terms/title"]}
    assert [finding["code"] for finding in second["strict"]["findings"]] == ["key", "lexical", "annex"]


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b'{"payload": 5}', b'"text"', None])
def test_damaged_file_stops_no_other(mimis: Mimis, good: Path, content: bytes | None) -> None:
    damaged = good.with_name("damaged.jsonld")
    if content is not None:
        damaged.write_bytes(content)
    done = mimis("europass", "validate", damaged, good, "--json")
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert done.code == 2
    assert ["error" in line for line in lines] == [True, False]


def test_undecided_file_tells_why(mimis: Mimis, good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mimis_europass.rules.shacl", None)
    document = json.loads(good.read_text("utf-8"))
    document["issuer"] = {"@set": [document["issuer"]]}
    good.write_text(json.dumps(document), "utf-8")
    assert "mimis[shacl]" in mimis("europass", "validate", good).out
    done = mimis("europass", "validate", good, "--json")
    assert (done.code, done.json["shapes"]["conforms"]) == (1, None)


def test_every_field_has_a_name() -> None:
    names = json.loads((files("mimis_europass.rules") / "fields.json").read_text("utf-8"))
    table = load_table()
    paths = {rule.path for plan in table.profiles.values() for rules in plan.values() for rule in rules}
    keys = {key_of(path) for path in paths}
    assert {key for key in keys if ":" not in key} <= set(names["fields"])
    classes = {key for key, term in table.terms.items() if not term.how and key[0].isupper()}
    assert {key for key in classes if not re.search(r"20\d\d", key) or key.startswith("Shacl")} <= set(names["classes"])


def test_every_sentence_is_whole_in_both() -> None:
    for both in SENTENCES.values():
        assert set(both) == {"sv", "en"}
        assert all(text.endswith(".") and text[0] in "{DTRC" for text in both.values())
