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
from mimis_europass.rules.codes import MORE, SNB, list_name
from mimis_europass.rules.sentences import SENTENCES, key_of
from mimis_europass.rules.table import load_table

from mimis_core import Achievement
from tests.command import Mimis

MODE = f"{SNB}learning-assessment/nothing"


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
    [("sv", ("titel saknas.", "nyckeln rubbish är okänd", "datum för utfärdandet ska vara en tidpunkt med")),
     ("en", ("title is missing.", "the key rubbish is unknown", "date of issue must be a moment with"))],
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


PLAIN = {
    "duration": (
        "specifiedBy",
        "volumeOfLearning",
        "50 timmar",
        "omfattning ska vara en tidslängd, till exempel PT50H",
    ),
    "class": ("specifiedBy", "additionalNote", {"id": "u:a", "type": "Address"}, "av typen Anteckning (Note)"),
    "language": (
        "specifiedBy",
        "title",
        {"toolonglanguage": "x"},
        "titel har en text vars språk inte är någon språkkod",
    ),
    "code": ("specifiedBy", "mode", {"id": MODE, "type": "Concept"}, f"Begrepp {MODE}: listan former för deltagande"),
    "list": ("specifiedBy", "thematicArea", {"id": MODE, "type": "Concept"}, "ur listan ämnesområden (isced-f)"),
}


@pytest.mark.parametrize("name", PLAIN)
def test_fault_is_told_in_plain_words(mimis: Mimis, good: Path, name: str) -> None:
    holder, key, value, sentence = PLAIN[name]
    document = json.loads(good.read_text("utf-8"))
    document["credentialSubject"]["hasClaim"][holder][key] = value
    good.write_text(json.dumps(document), "utf-8")
    assert sentence in mimis("europass", "validate", good).out


def test_one_fault_is_told_once(mimis: Mimis, good: Path) -> None:
    document = json.loads(good.read_text("utf-8"))
    document["credentialSubject"]["hasClaim"]["specifiedBy"]["volumeOfLearning"] = "50 timmar"
    good.write_text(json.dumps(document), "utf-8")
    assert mimis("europass", "validate", good).out.count("PT50H") == 1


def test_every_list_and_datatype_has_a_name() -> None:
    names = json.loads((files("mimis_europass.rules") / "fields.json").read_text("utf-8"))
    table = load_table()
    plans = [*(rules for plan in table.profiles.values() for rules in plan.values()), *table.nodes.values()]
    rules = [rule for rules in plans for rule in rules]
    codes = json.loads((files("mimis_europass.rules") / "codes.json").read_text("utf-8"))
    lists = {list_name(address) for address in (*codes, *MORE, *(rule.value for rule in rules if rule.value))}
    assert lists <= set(names["lists"])
    kinds = {rule.datatype.rsplit("#", 1)[-1] for rule in rules if rule.datatype}
    assert kinds - {"langString"} <= set(names["datatypes"])


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
        assert all(text.endswith(".") and text[0] in "{DTRM" for text in both.values())
