"""A learner's credentials as a Europass CV."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from mimis_europass.exports.cv import make_cv

from mimis_core import Achievement, Completion, DataError, Level, MimisError, UserError
from tests.command import Mimis, plugins_with_hand
from tests.school import HandSource, done, page

from .rich import rich_fields, work

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
Document = dict[str, Any]
Entry = Callable[..., Achievement]
Built = Callable[..., Document]


class Catalog(etree.Resolver):
    """Gives the files of the schema that it names by addresses on the web."""

    def __init__(self, folder: Path) -> None:
        self.files = {url: folder / name for url, name in json.loads((folder / "catalog.json").read_text()).items()}

    def resolve(self, url: str, public_id: str, context: Any) -> Any:
        return self.resolve_filename(str(self.files[url]), context) if url in self.files else None


@cache
def schema(shared: Path) -> etree.XMLSchema:
    folder = shared / "standards" / "europass-cv" / "skillspassport-v3.4.1"
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Catalog(folder))
    return etree.XMLSchema(etree.parse(folder / "EuropassSchema.xsd", parser))


def cv(*documents: Document, language: str = "sv") -> etree._Element:
    return etree.fromstring(make_cv([json.dumps(one).encode() for one in documents], language, NOW))


def violations(shared: Path, root: etree._Element) -> list[str]:
    judge = schema(shared)
    judge.validate(root)
    return [f"{error.line}: {error.message}" for error in judge.error_log]


def texts(root: etree._Element, name: str) -> list[str]:
    return [element.text or "" for element in root.iter(f"{{*}}{name}")]


@pytest.fixture
def document(built: Built, achievement: Entry) -> Document:
    return built(achievement(level=Level(value=4, state="decided", decision="MYH 1")))


@pytest.mark.official
@pytest.mark.parametrize("language", ["sv", "en"])
def test_cv_of_ideas_is_valid(
    shared: Path, ideas: dict[str, Any], from_idea: Entry, built: Built, language: str
) -> None:
    root = cv(*[built(from_idea(idea)) for idea in list(ideas.values())[:3]], language=language)
    assert violations(shared, root) == []
    assert len(texts(root, "Education")) == 3


@pytest.mark.official
@pytest.mark.parametrize("name", ["signed", "minimal"])
def test_cv_of_samples_is_valid(shared: Path, samples: dict[str, Document], name: str) -> None:
    assert violations(shared, cv(samples[name])) == []


@pytest.mark.official
def test_schema_sees_a_wrong_level(shared: Path, document: Document) -> None:
    root = cv(document)
    assert violations(shared, root) == []
    next(root.iter("{*}Level"))[0].text = "9"
    assert violations(shared, root)


def test_cv_says_what_credential_says(document: Document) -> None:
    root = cv(document)
    assert texts(root, "Title") == ["Samarbeta i en arbetsgrupp"]
    assert "Exempel" in texts(root, "Name")[0]
    assert texts(root, "Code") == ["4"]
    assert [dict(day.attrib) for day in root.iter("{*}To")] == [{"day": "---24", "month": "--11", "year": "2026"}]
    activities = texts(root, "Activities")[0]
    assert activities.startswith("<ul><li>Planera ett pass.</li></ul><p>Omfattning: 20 h</p>")
    assert "Kontrollera beviset: https://mimis.example/c/abc123" in activities


@pytest.mark.official
def test_fullest_document_is_valid(
    shared: Path, built: Built, achievement: Entry, completion: Callable[..., Completion]
) -> None:
    root = cv(built(achievement(**rich_fields(achievement())), evidence=(work(completion),), show_birth_date=True))
    assert violations(shared, root) == []
    assert [dict(day.attrib) for day in root.iter("{*}From")] == [{"day": "---05", "month": "--10", "year": "2026"}]
    assert "Resultat: VG" in texts(root, "Activities")[0]
    assert next(root.iter("{*}Birthdate")).get("year") == "1999"


def test_english_cv_is_in_english(document: Document) -> None:
    root = cv(document, language="en")
    assert root.get("locale") == "en"
    assert texts(root, "Title") == ["Working in a group"]
    assert "Workload: 20 h" in texts(root, "Activities")[0]


def test_cv_holds_no_address(document: Document) -> None:
    person = document["credentialSubject"]
    person["contactPoint"] = {"type": "ContactPoint", "emailAddress": {"id": "mailto:asa@example.org"}}
    assert b"@" not in etree.tostring(cv(document))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"fullName": {"sv": "Åsa Öberg"}}, (["Åsa Öberg"], [])),
        ({"givenName": {"sv": "Åsa"}, "familyName": {"sv": "Öberg"}}, (["Åsa"], ["Öberg"])),
        ({"fullName": {"sv": "Åsa Öberg"}, "givenName": {"sv": "Åsa"}}, (["Åsa Öberg"], [])),
        ({}, ([], [])),
    ],
)
def test_name_is_never_guessed(document: Document, names: Document, expected: tuple[list[str], list[str]]) -> None:
    person = document["credentialSubject"]
    for key in ("fullName", "givenName", "familyName"):
        person.pop(key, None)
    person |= names
    root = cv(document)
    assert (texts(root, "FirstName"), texts(root, "Surname")) == expected


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\ufffe", "\uffff", "\ud800"])
def test_unwritable_character_is_dropped(document: Document, character: str) -> None:
    document["credentialSubject"]["hasClaim"]["title"] = {"sv": f"Kö{character}k"}
    assert texts(cv(document), "Title")[0].replace(" ", "") == "Kök"


def test_latest_credential_stands_first(document: Document) -> None:
    older = json.loads(json.dumps(document))
    claim = older["credentialSubject"]["hasClaim"]
    claim["title"], claim["awardedBy"]["awardingDate"] = {"sv": "Äldre"}, "2020-01-01T00:00:00Z"
    assert texts(cv(older, document), "Title") == ["Samarbeta i en arbetsgrupp", "Äldre"]


def test_two_people_make_no_cv(document: Document, built: Built, achievement: Entry) -> None:
    with pytest.raises(UserError, match="different people"):
        cv(document, built(achievement(), name="Bo Ek"))


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"payload": "{}"}'])
def test_other_files_make_no_cv(content: bytes) -> None:
    with pytest.raises(DataError):
        make_cv([content], "sv", NOW)


def test_unreadable_date_is_told(document: Document) -> None:
    document["credentialSubject"]["hasClaim"]["awardedBy"]["awardingDate"] = "igår"
    with pytest.raises(DataError, match="date"):
        cv(document)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document, but for its context and types, which make it a credential at all."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    found = [(*path, key) for key, _ in inner if key not in ("@context", "type")]
    return found + [deeper for key, value in inner for deeper in places(value, (*path, key))]


JUNK = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just([]) | st.just({}) | st.just([[{}], 1])


@pytest.mark.official
@given(data=st.data(), junk=JUNK)
def test_junk_in_documents_breaks_nothing(shared: Path, data: st.DataObject, junk: Any) -> None:
    text = (shared / "elm" / "minimal-microcredential.jsonld").read_text("utf-8")
    document = json.loads(text)
    *path, last = data.draw(st.sampled_from(places(document)))
    holder = document
    for key in path:
        holder = holder[key]
    holder[last] = junk
    try:
        root = cv(document)
    except MimisError:
        return
    assert violations(shared, root) == []


def test_command_writes_files(tmp_path: Path, document: Document, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.jsonld").write_text(json.dumps(document), "utf-8")
    ended = Mimis(capsys)(
        "europass", "export-cv", tmp_path / "a.jsonld", "--output", tmp_path / "cv.xml", "--language", "en", "--json"
    )
    assert (ended.code, ended.json["credentials"]) == (0, 1)
    assert b"Working in a group" in (tmp_path / "cv.xml").read_bytes()


@pytest.mark.parametrize("arguments", [[], ["a.jsonld", "--learner", "1"]])
def test_command_takes_files_or_learner(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    ended = Mimis(capsys)("europass", "export-cv", *arguments, "--output", tmp_path / "cv.xml")
    assert ended.code == 2
    assert "--learner" in ended.err


def test_command_takes_learners_active_credentials(
    school_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("mimis_core.services.load_plugins", plugins_with_hand)
    HandSource.pages = [page(done("course:1"))]
    mimis, config = Mimis(capsys), ("--config", school_folder)
    assert mimis("sync", *config).code == 0
    listed = mimis("credentials", "list", *config, "--json").json["credentials"]
    ended = mimis("europass", "export-cv", "--learner", listed[0]["learner"], *config, "--output", tmp_path / "cv.xml")
    assert ended.code == 0
    assert texts(etree.fromstring((tmp_path / "cv.xml").read_bytes()), "FirstName") == ["Åsa Öberg 1"]
    mimis("credentials", "revoke", listed[0]["id"], "--reason", "Fel", "--yes", *config)
    ended = mimis("europass", "export-cv", "--learner", listed[0]["learner"], *config, "--output", tmp_path / "cv.xml")
    assert (ended.code, "no credential" in ended.err) == (2, True)
