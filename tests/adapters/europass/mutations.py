"""Seeded changes of a document at every depth, as careless or hostile hands make them."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

Document = dict[str, Any]
Place = tuple[Any, Any]
Change = Callable[[random.Random, Document, Place], None]
FULL = {
    "title": "http://purl.org/dc/terms/title", "prefLabel": "skos:prefLabel", "legalName": "rov:legalName",
    "dcType": "dc:type", "hasClaim": "elm:hasClaim", "location": "http://data.europa.eu/snb/model/elm/location",
    "notation": "skos:notation", "inScheme": "skos:inScheme", "contentURL": "elm:contentUrl", "issuer": "cred:issuer",
    "language": "http://purl.org/dc/terms/language", "specifiedBy": "elm:specifiedBy", "page": "elm:page",
    "displayParameter": "elm:displayParameter", "awardedBy": "elm:awardedBy", "issued": "cred:issued",
}  # fmt: skip
DATATYPES = ("xsd:dateTime", "xsd:string", "xsd:anyURI", "http://www.w3.org/2001/XMLSchema#duration", "xsd:integer",
             "xsd:positiveInteger", "xsd:decimal", "xsd:boolean", "dc:nothing")  # fmt: skip
SCALARS = ("", "x", "2026-06-01", "2026-06-01T08:00:00Z", "PT5H", 0, 1, 7, -3, 7.5, True, False, None, "true", "007",
           "https://a.example/1", "urn:epass:stranger:1", "not absolute", "#part", "101", "1_0",
           "2026-13-40T00:00:00Z")  # fmt: skip
TYPES = ("Organisation", "Person", "Agent", "Concept", "ConceptScheme", "Note", "Qualification", "Claim", "Nothing",
         "LearningAchievement", "LearningAssessment", "WebResource", "LegalIdentifier", "Identifier", "elm:Agent",
         "http://data.europa.eu/snb/model/elm/Organisation", "VerifiableCredential",
         "EuropeanDigitalCredential")  # fmt: skip
KEYS = ("title", "hasClaim", "issuer", "credentialStatus", "termsOfUse", "description", "nonsense", "dateModified",
        "page", "evidence", "levelOfCompletion", "homepage", "notation", "descriptionHtml", "expirationDate",
        "accreditation", "identifier", "isPartialQualification", "inScheme", "count", "creator", "altLabel",
        "grade", "hasPart", "proof")  # fmt: skip
LANGUAGES = ("sv", "SV", "en-GB", "x", "", "not a tag", "toolonglanguage", "@none", "en")


def places(item: Any) -> Iterator[Place]:
    """Every holder and key in the document but its context, from the root down."""
    pairs = enumerate(item) if isinstance(item, list) else item.items() if isinstance(item, dict) else ()
    for key, value in pairs:
        if key != "@context":
            yield item, key
            yield from places(value)


def objects(document: Document) -> list[Document]:
    return [document, *(holder[key] for holder, key in places(document) if isinstance(holder[key], dict))]


def delete(_: random.Random, __: Document, place: Place) -> None:
    del place[0][place[1]]


def empty(rng: random.Random, _: Document, place: Place) -> None:
    place[0][place[1]] = rng.choice(("", [], {}, None, [[]], [None], {"sv": None}))


def double(rng: random.Random, _: Document, place: Place) -> None:
    holder, key = place
    twin = copy.deepcopy(holder[key])
    if isinstance(twin, dict) and rng.random() < 0.7:
        twin["id"] = f"urn:epass:twin:{rng.randrange(3)}"
    holder[key] = [holder[key], twin]


def retype(rng: random.Random, _: Document, place: Place) -> None:
    holder, key = place
    value = holder[key]
    ways = [rng.choice(SCALARS), {"id": "urn:epass:other:1"}, {"sv": "x"}, [value], {"value": value}, [[value], value],
            {"id": "urn:epass:n:1", "type": rng.choice(TYPES)}]  # fmt: skip
    holder[key] = copy.deepcopy(rng.choice(ways))


def reclass(rng: random.Random, document: Document, _: Place) -> None:
    kinds: list[Any] = [rng.choice(TYPES), [rng.choice(TYPES), rng.choice(TYPES)], [], "", 5, rng.choice(TYPES)]
    rng.choice(objects(document))["type"] = rng.choice(kinds)


def rename(rng: random.Random, _: Document, place: Place) -> None:
    holder, key = place
    if isinstance(holder, dict):
        holder[rng.choice((f"{key}x", key.lower(), *KEYS))] = holder.pop(key)


def scalar(rng: random.Random, document: Document, _: Place) -> None:
    leaves = [place for place in places(document) if not isinstance(place[0][place[1]], dict | list)]
    holder, key = rng.choice(leaves)
    holder[key] = rng.choice(SCALARS)


def collide(rng: random.Random, document: Document, _: Place) -> None:
    first, second = rng.sample([item for item in objects(document) if "id" in item], 2)
    first["id"] = second["id"]


def stub(rng: random.Random, document: Document, _: Place) -> None:
    item = rng.choice([item for item in objects(document)[1:] if "id" in item])
    kept = ("id", "type") if rng.random() < 0.6 else ("id",)
    for key in [key for key in item if key not in kept]:
        del item[key]


def refer(_: random.Random, __: Document, place: Place) -> None:
    holder, key = place
    if isinstance(holder[key], dict) and "id" in holder[key]:
        holder[key] = holder[key]["id"]


def anonymous(rng: random.Random, document: Document, _: Place) -> None:
    item = rng.choice([item for item in objects(document) if "id" in item])
    item["id"] = rng.choice(("_:b1", "", "claim-1", "urn:a b", "elm:thing", "urn:new:1", 7, None, ["urn:x:1"]))
    if rng.random() < 0.4:
        del item["id"]


def alias(rng: random.Random, document: Document, _: Place) -> None:
    item = rng.choice([item for item in objects(document) if "type" in item])
    key = rng.choice(("id", "type", *(key for key in item if key in FULL)))
    if key in item:
        item[FULL.get(key, f"@{key}")] = item[key] if rng.random() < 0.1 else item.pop(key)


def wrap(rng: random.Random, _: Document, place: Place) -> None:
    holder, key = place
    value = holder[key] if isinstance(holder[key], str | int | float) else "x"
    if rng.random() < 0.15:
        value = rng.choice(SCALARS)
    wrapped: Document = {"@value": value}
    if rng.random() < 0.5:
        wrapped[rng.choice(("@type", "type"))] = rng.choice(DATATYPES)
    if rng.random() < 0.4:
        wrapped["@language"] = rng.choice(LANGUAGES)
    holder[key] = wrapped


def speak(rng: random.Random, document: Document, _: Place) -> None:
    maps = [item for item in objects(document) if item and all(len(key) == 2 and key != "id" for key in item)]
    texts = rng.choice(maps)
    language = rng.choice(list(texts))
    change = rng.choice(LANGUAGES)
    value = rng.choice((texts[language], [texts[language], "another"], [texts[language]] * 2, 5, None, ["x", None]))
    if rng.random() < 0.7:
        del texts[language]
    texts[change] = value


def add(rng: random.Random, document: Document, _: Place) -> None:
    source = rng.choice(list(places(document)))
    value = rng.choice((source[0][source[1]], rng.choice(SCALARS), {"sv": "x"}))
    rng.choice(objects(document))[rng.choice(KEYS)] = copy.deepcopy(value)


CHANGES: tuple[Change, ...] = (
    delete, empty, double, retype, reclass, rename, scalar, collide, stub, refer, anonymous, alias, wrap, speak, add,
)  # fmt: skip


def mutate(document: Document, seed: int) -> Document:
    """The document after one change, sometimes two or three; the same for the same seed."""
    rng = random.Random(seed)
    changed = copy.deepcopy(document)
    change = CHANGES[seed % len(CHANGES)]
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        change(rng, changed, rng.choice(list(places(changed))))
        change = rng.choice(CHANGES)
    return changed


def with_tiny_pictures(item: Any) -> Any:
    """A copy in which every long text is a short one, so that a document is quick to judge."""
    if isinstance(item, dict):
        return {key: with_tiny_pictures(value) for key, value in item.items()}
    if isinstance(item, list):
        return [with_tiny_pictures(value) for value in item]
    return "iVBORw0KGgo=" if isinstance(item, str) and len(item) > 5000 else item
