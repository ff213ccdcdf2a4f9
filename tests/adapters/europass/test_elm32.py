"""Our documents in the form of ELM 3.2, held against EBSI's JSON Schema of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from mimis_europass.exports.elm32 import convert
from referencing import Registry, Resource

from mimis_core import Achievement, Completion, DataError, LevelState, Organisation
from tests.command import Mimis

from .rich import INSTITUTION, LEVELS, LINKED, MANDATE, rich_fields, work

Document = dict[str, Any]
Entry = Callable[..., Achievement]
Built = Callable[..., Document]
DRAFT = "https://json-schema.org/draft/2020-12/schema"


@cache
def schema(shared: Path) -> Document:
    file = shared / "standards" / "eudi" / "dc4eu-edc_schema-elm-3.2.json"
    content: Document = json.loads(file.read_text("utf-8"))
    return content


def violations(shared: Path, document: Document) -> list[str]:
    """What the schema says. EBSI's schema of attestations in general, which it points at, is not published here."""
    whole = schema(shared)
    elsewhere = whole["allOf"][0]["$ref"]
    registry = Registry().with_resource(elsewhere, Resource.from_contents({"$schema": DRAFT}))
    return [error.json_path for error in Draft202012Validator(whole, registry=registry).iter_errors(document)]


@pytest.fixture
def document(built: Built, achievement: Entry) -> Document:
    return built(achievement())


@pytest.fixture
def fullest(
    achievement: Entry, built: Built, completion: Callable[..., Completion], school: Organisation
) -> Callable[[str], Document]:
    """Builds a document with everything in it, with a level in the given state."""

    def make(state: str) -> Document:
        entry = achievement(**{**rich_fields(achievement()), "level": LEVELS[LevelState(state)]})
        owner, issuer = (
            school.model_copy(update={"id": name, "accreditations": (INSTITUTION,)}) for name in ("annan", "skolan")
        )
        evidence = (work(completion), work(completion, key="2", document=LINKED))
        return built(entry, evidence=evidence, mandate=MANDATE, owner=owner, issuer=issuer)

    return make


@pytest.mark.official
def test_ideas_are_valid(shared: Path, ideas: dict[str, Any], from_idea: Entry, built: Built) -> None:
    for idea in list(ideas.values())[::3]:
        conversion = convert(built(from_idea(idea)))
        assert violations(shared, conversion.document) == []
        assert conversion.lost == ()


@pytest.mark.official
@pytest.mark.parametrize("state", LEVELS)
def test_fullest_document_is_valid(shared: Path, fullest: Callable[[str], Document], state: str) -> None:
    document = fullest(state)
    assert violations(shared, document) == ["$.type"]
    conversion = convert(document)
    assert (violations(shared, conversion.document), conversion.lost) == ([], ())


@pytest.mark.official
@pytest.mark.parametrize("name", ["signed", "minimal"])
def test_samples_become_valid(shared: Path, samples: dict[str, Document], name: str) -> None:
    assert violations(shared, samples[name]) == ["$.type"]
    assert violations(shared, convert(samples[name]).document) == []


@pytest.mark.official
def test_only_type_differs_for_ours(shared: Path, document: Document) -> None:
    assert violations(shared, document) == ["$.type"]
    converted = convert(document).document
    assert converted.pop("type") == ["VerifiableCredential", "VerifiableAttestation", "EuropeanDigitalCredential"]
    assert converted == {key: value for key, value in document.items() if key != "type"}


@pytest.mark.official
def test_table_equals_the_schema(shared: Path) -> None:
    table = json.loads((Path(convert.__code__.co_filename).parent / "elm32.json").read_text("utf-8"))
    assert table["classes"] == dict(classes(schema(shared)["$defs"]))
    assert set(table["types"]) == set(
        schema(shared)["$defs"]["EuropeanDigitalCredentialType"]["properties"]["type"]["items"]["enum"]
    )


def classes(definitions: Document) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Properties of each class, by whether they hold one value or many. IssuerNode is used by nothing."""
    for name, definition in definitions.items():
        properties = definition.get("properties", {})
        if not properties or "!" in name or name == "IssuerNodeType":
            continue
        keys = sorted(properties.keys() - {"id", "type", "@context"})
        many = [key for key in keys if "Many!" in str(properties[key])]
        yield name.removesuffix("Type"), {"one": [key for key in keys if key not in many], "many": many}


@pytest.mark.official
@pytest.mark.parametrize(
    "spoil",
    [
        lambda claim: claim.update(awardedBy=[claim["awardedBy"]]),
        lambda claim: claim.update(title={"sv-SE": "Titel"}),
        lambda claim: claim["specifiedBy"].update(type=[claim["specifiedBy"]["type"]]),
        lambda claim: claim.update(
            creditReceived={
                "id": "urn:epass:creditPoint:1",
                "type": "CreditPoint",
                "framework": claim["provenBy"][0]["idVerification"],
                "point": 3,
            }
        ),
    ],
)
def test_json_forms_are_mended(shared: Path, document: Document, spoil: Callable[[Document], None]) -> None:
    spoil(document["credentialSubject"]["hasClaim"])
    untouched = {**document, "type": convert(document).document["type"]}
    assert violations(shared, untouched)
    assert violations(shared, convert(document).document) == []


def test_what_has_no_room_is_told(document: Document) -> None:
    names = [{"id": f"urn:epass:identifier:{n}", "type": "Identifier", "notation": str(n)} for n in (91, 92)]
    document["credentialSubject"]["hasClaim"]["identifier"] = names
    conversion = convert(document)
    assert conversion.document["credentialSubject"]["hasClaim"]["identifier"] == names[0]
    assert conversion.lost == ("LearningAchievement.identifier",)


def test_unknown_property_is_told(document: Document) -> None:
    document["credentialSubject"]["shoeSize"] = "38"
    conversion = convert(document)
    assert "shoeSize" not in conversion.document["credentialSubject"]
    assert conversion.lost == ("Person.shoeSize",)


def test_document_itself_stays_as_it_is(document: Document) -> None:
    before = json.dumps(document)
    convert(document)
    assert json.dumps(document) == before


def test_not_conforming_is_refused(document: Document) -> None:
    del document["issued"]
    with pytest.raises(DataError, match=r"3\.1"):
        convert(document)


@pytest.mark.parametrize("sealed", [True, False])
def test_command_writes_unsealed_document(
    tmp_path: Path, document: Document, sealed: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    text = json.dumps(document)
    content = json.dumps({"payload": text, "signatures": []}) if sealed else text
    (tmp_path / "in.jsonld").write_text(content, "utf-8")
    ended = Mimis(capsys)("europass", "convert", tmp_path / "in.jsonld", "--output", tmp_path / "out.json", "--json")
    assert ended.json == {"written": str(tmp_path / "out.json"), "elm": "3.2", "sealed": False, "lost": []}
    assert "VerifiableAttestation" in json.loads((tmp_path / "out.json").read_bytes())["type"]
