"""The table of terms against the official contexts and PyLD: the same canonical N-Quads for whole documents."""

from __future__ import annotations

import contextlib
import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from mimis_openbadges import rdf
from mimis_openbadges.proof import proof_options
from mimis_openbadges.rdf import UndecidedError, canonical
from mimis_openbadges.terms import CONTEXTS, EVERYWHERE, EXTENSIONS, OF_TYPE, TYPES
from pyld import jsonld
from pyoxigraph import Literal, NamedNode, Quad

from mimis_core import Completion, CompletionKind, Grade, Mandate, Organisation
from tests.adapters.openbadges.conftest import NOW, make_achievement, make_completion, make_outcome

Json = dict[str, Any]
Canon = Callable[[Json], bytes]


@pytest.fixture(scope="session")
def official(shared: Path) -> Canon:
    """What PyLD makes of a document with the official contexts."""
    contexts: dict[str, Any] = {}
    for name in ("openbadges", "w3c"):
        folder = shared / "standards" / name
        index = json.loads((folder / "contexts-index.json").read_text("utf-8"))
        contexts |= {address: json.loads((folder / file).read_text("utf-8")) for address, file in index.items()}

    def load(address: str, options: object) -> Json:
        return {"contextUrl": None, "documentUrl": address, "document": contexts[address]}

    def canon(document: Json) -> bytes:
        wish = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load}
        return str(jsonld.normalize(document, wish)).encode()

    return canon


@pytest.fixture(scope="session")
def samples(shared: Path) -> dict[str, Json]:
    folder = shared / "standards" / "openbadges" / "samples"
    return {path.stem: json.loads(path.read_text("utf-8")) for path in folder.glob("ob30-*.json")}


def without_proofs(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_proofs(one) for key, one in value.items() if key != "proof"}
    return [without_proofs(one) for one in value] if isinstance(value, list) else value


def differing_proofs(value: Any, numbers: Any) -> Any:
    """The document with a value of its own in each proof."""
    if isinstance(value, dict):
        changed = {"proofValue": f"z{next(numbers)}"} if "proofValue" in value else {}
        return {key: differing_proofs(one, numbers) for key, one in value.items()} | changed
    return [differing_proofs(one, numbers) for one in value] if isinstance(value, list) else value


@pytest.mark.official
@pytest.mark.parametrize("name", ["ob30-simple", "ob30-complete"])
def test_official_sample_has_same_quads(name: str, official: Canon, samples: dict[str, Json]) -> None:
    plain = without_proofs(samples[name])
    assert canonical(plain) == official(plain)
    assert len(canonical(plain)) > 2000


@pytest.mark.official
def test_embedded_proofs_are_graphs(official: Canon, samples: dict[str, Json]) -> None:
    achievement = samples["ob30-complete"]["credentialSubject"]["achievement"]
    endorsements = [*achievement["creator"]["endorsement"], *achievement["endorsement"]]
    simple = samples["ob30-simple"]
    document = differing_proofs(simple | {"endorsement": endorsements}, iter(range(99)))
    document["@context"] = samples["ob30-complete"]["@context"]
    assert len(re.findall(rb"_:c14n\d+ \.\n", canonical(document))) > 20
    assert canonical(document) == official(document)


@pytest.mark.official
def test_alike_embedded_proofs_are_undecided(samples: dict[str, Json]) -> None:
    with pytest.raises(UndecidedError, match="look alike"):
        canonical(samples["ob30-complete"])


@pytest.mark.official
def test_older_sample_is_undecided(samples: dict[str, Json]) -> None:
    with pytest.raises(UndecidedError, match="vocabularies"):
        canonical(samples["ob30-simple-eddsa-2022"])


@pytest.mark.official
@pytest.mark.parametrize("status", ["revocation", "both"])
def test_own_badge_has_same_quads(badge: Callable[..., Json], official: Canon, status: str) -> None:
    document = badge({"status": status})
    assert canonical(document) == official(document)


@pytest.mark.official
def test_achievement_told_twice_is_twice(badge: Callable[..., Json], official: Canon) -> None:
    """The first is taken as it was written for another document; its nameless parts are not those of the second."""
    document = badge()
    document["evidence"] += [document["credentialSubject"]["achievement"]]
    assert canonical(document) == official(document) == canonical(document)
    assert canonical(document).count(b"AlignmentObject") == 2 * canonical(badge()).count(b"AlignmentObject")


@pytest.mark.official
def test_achievement_without_id_stays_the_same(badge: Callable[..., Json], official: Canon) -> None:
    document = badge()
    del document["credentialSubject"]["achievement"]["id"]
    assert {canonical(document) for _ in range(4)} == {official(document)}


SMALL = st.sampled_from(["a", "b"])
ALIGNED = st.fixed_dictionaries(
    {"type": st.just("Alignment")}, optional={"targetName": SMALL, "alignment": st.just({"type": "Alignment"})}
)
ALIKE = st.lists(
    st.fixed_dictionaries({"type": st.just("Evidence"), "alignment": st.lists(ALIGNED, min_size=1, max_size=3)}),
    min_size=1,
    max_size=3,
)


@pytest.mark.official
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(evidence=ALIKE)
def test_nodes_that_look_alike_are_named_alike(
    badge: Callable[..., Json], official: Canon, evidence: list[Json]
) -> None:
    document = badge() | {"evidence": evidence}
    with contextlib.suppress(UndecidedError):
        assert canonical(document) == official(document)


@pytest.mark.official
def test_proof_options_have_same_quads(official: Canon, did: str) -> None:
    options = {"@context": list(CONTEXTS), **proof_options(f"{did}#{did[8:]}", NOW)}
    assert canonical(options) == official(options)
    assert canonical(options).count(b"\n") == 5


@pytest.mark.official
@pytest.mark.parametrize("kind", sorted(TYPES))
def test_every_term_of_type_is_proved(kind: str, official: Canon) -> None:
    """Each term with a text, and with an object, which JSON-LD reads in other ways."""
    scope = EVERYWHERE | OF_TYPE.get(kind, {})
    for name, term in scope.items():
        text = {"id": "https://a.example/b", "purpose": "assertionMethod"}.get(term.kind, "ett värde")
        for value in (text, {"id": "urn:x:1", "name": "B"}):
            if term.kind not in ("graph", "purpose") or isinstance(value, dict) is (term.kind == "graph"):
                document = {"@context": [*CONTEXTS], "id": "urn:x:0", "type": kind, name: value}
                assert canonical(document) == official(document), name


@pytest.mark.official
@pytest.mark.parametrize("value", [True, False, 0, -3, 42, 1.0, 1.5, 0.1, 1e-7, 123456.789, 2**40, -0.25])
@pytest.mark.parametrize("term", ["creditsAvailable", "version"])
def test_numbers_are_written_alike(value: Any, term: str, official: Canon) -> None:
    document = {"@context": [*CONTEXTS], "id": "urn:x:0", "type": ["Achievement"], term: value}
    assert canonical(document) == official(document)


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=40)
GRADES = st.one_of(
    st.none(),
    st.builds(Grade, text=TEXTS),
    st.builds(Grade, value=st.floats(0, 100), minimum=st.none() | st.just(0.0), maximum=st.none() | st.just(100.0)),
)
ITEMS = st.builds(
    make_completion, title=TEXTS, kind=st.sampled_from(CompletionKind), grade=GRADES, by=st.none() | TEXTS
)
OWNERS = st.sampled_from([None, "https://skapare.example"])
MANDATES = st.none() | st.builds(Mandate, owner=st.just("a"), statement=TEXTS, decided_by=TEXTS, decided_on=st.dates())


@pytest.mark.official
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(title=TEXTS, count=st.integers(1, 5), evidence=st.lists(ITEMS, max_size=3), home=OWNERS, mandate=MANDATES)
def test_any_own_badge_has_same_quads(
    badge: Callable[..., Json],
    official: Canon,
    organisation: Organisation,
    title: str,
    count: int,
    evidence: list[Completion],
    home: str | None,
    mandate: Mandate | None,
) -> None:
    achievement = make_achievement(
        title={"sv": title}, outcomes=tuple(make_outcome(number) for number in range(count)), homepage=home
    )
    owner = organisation.model_copy(update={"id": "annan", "homepage": home, "eidas": "NTRSE-5560000001"})
    document = badge(achievement=achievement, evidence=tuple(evidence), owner=owner, mandate=mandate, name=title + "x")
    assert canonical(document) == official(document)


QUADS = st.sampled_from(
    ['_:p1 <urn:x> "y" .\n', "_:c14n0", "\\u0041", '\\"', "\u2028", "<urn:x>", "\ud7ff", "{}", "\0"]
)
NAMES = st.lists(QUADS | TEXTS, min_size=1, max_size=4).map("".join).filter(lambda name: name.strip("\0").strip())


@pytest.mark.official
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=NAMES, evidence=st.lists(ITEMS, max_size=2), index=st.integers(0, 10**6))
def test_kept_achievement_is_as_if_written_anew(
    badge: Callable[..., Json], official: Canon, name: str, evidence: list[Completion], index: int
) -> None:
    """One achievement, any learner: the part that is kept from others' badges changes nothing."""
    document = badge(name=f"{name}x", evidence=tuple(evidence), status_index=index)
    canonical(document)
    before = rdf._written.cache_info().hits
    kept = canonical(document)
    assert rdf._written.cache_info().hits == before + 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rdf, "LARGEST_PART", -1)
        assert canonical(document) == kept
    assert rdf._written.cache_info().hits == before + 1
    assert official(document) == kept


@pytest.mark.official
@pytest.mark.parametrize("count", [0, 1, 2])
def test_repeated_vocabulary_changes_nothing(badge: Callable[..., Json], official: Canon, count: int) -> None:
    """An object may name the vocabularies once more; to the official contexts too that says nothing new."""
    document = badge({"status": "both"})
    plain = canonical(document)
    for path in ("issuer", "credentialSubject", "credentialSubject/achievement", "evidence/0", "credentialStatus/0"):
        repeated = copy.deepcopy(document)
        place(repeated, path)["@context"] = list(CONTEXTS[:count])
        assert canonical(repeated) == official(repeated) == plain, path


def place(document: Json, path: str) -> Json:
    for key in path.split("/") if path else ():
        document = document[int(key)] if isinstance(document, list) else document[key]
    return document


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        ("", "color", "blue"),
        ("", "achievementType", "Badge"),
        ("credentialSubject", "email", "a@b.example"),
        ("credentialSubject/achievement", "@type", "Achievement"),
        ("credentialSubject/achievement", "type", ["Achievement", "Course"]),
        ("credentialSubject/achievement", "type", 7),
        ("credentialSubject/achievement", "name", {"@value": "x", "@language": "sv"}),
        ("credentialSubject/achievement", "name", None),
        ("credentialSubject/achievement", "tag", []),
        ("credentialSubject/achievement", "tag", [["a"]]),
        ("credentialSubject/achievement", "id", "relative"),
        ("credentialSubject/achievement", "id", "_:b0"),
        ("credentialSubject/achievement", "id", "https://a.example/a b"),
        ("credentialSubject/achievement", "id", "https://a.example/\ud800"),
        ("credentialSubject/achievement", "image", 7),
        ("credentialSubject/achievement", "creditsAvailable", 10**18),
        ("issuer", "@context", {"name": "https://schema.org/email"}),
        ("issuer", "@context", None),
        ("issuer", "@context", [CONTEXTS[1]]),
        ("", "@included", [{"id": "urn:x:1"}]),
        ("issuer", "@reverse", {"creator": {"id": "urn:x:1"}}),
        ("", "@context", [*CONTEXTS, {"color": "https://schema.org/color"}]),
        ("", "@context", list(reversed(CONTEXTS))),
        ("", "@context", None),
        ("", "proof", "yes"),
    ],
)
def test_unknown_is_refused_not_dropped(badge: Callable[..., Json], path: str, key: str, value: Any) -> None:
    document = badge()
    place(document, path)[key] = value
    with pytest.raises(UndecidedError):
        canonical(document)


@given(st.text(st.characters(exclude_categories=["Cs"])))
@example("".join(map(chr, range(0x100))) + "\u2028\u2029\u0085\ufffe\uffff\U0010ffff")
def test_texts_are_written_as_the_canonicaliser_does(text: str) -> None:
    """What has no nameless node does not pass through it, so it must look as if it had."""
    document = {"@context": [*CONTEXTS], "id": "urn:x:0", "name": text}
    written = str(Quad(NamedNode("urn:x:0"), NamedNode("https://schema.org/name"), Literal(text)))
    assert canonical(document).decode() == f"{written} .\n"
    nameless = {key: value for key, value in document.items() if key != "id"}
    assert canonical(nameless).decode() == f"{written.replace('<urn:x:0>', '_:c14n0')} .\n"


def test_order_and_repetition_change_nothing(badge: Callable[..., Json]) -> None:
    document = badge()
    turned = dict(reversed(document.items()))
    turned["evidence"] = list(reversed(document["evidence"]))
    turned["issuer"] = {**document["issuer"], "@context": list(CONTEXTS)}
    assert canonical(turned) == canonical(document)


def test_extension_types_need_their_context(badge: Callable[..., Json]) -> None:
    document = badge() | {"credentialSchema": [{"id": "urn:x:1", "type": "1EdTechJsonSchemaValidator2019"}]}
    with pytest.raises(UndecidedError, match="type"):
        canonical(document)
    document["@context"] = [*CONTEXTS, EXTENSIONS]
    assert b"1EdTechJsonSchemaValidator2019" in canonical(document)


@pytest.mark.parametrize("count", [5, 300])
def test_puzzle_of_alike_nodes_is_refused(badge: Callable[..., Json], count: int) -> None:
    document = badge()
    document["evidence"] = [{"type": ["Evidence"], "alignment": [{"type": "Alignment"}] * count}] * 2
    with pytest.raises(UndecidedError, match="look alike"):
        canonical(document)


def test_deep_nesting_is_refused(badge: Callable[..., Json]) -> None:
    document: Json = badge()
    inner: Json = {"type": "Profile"}
    for _ in range(100):
        inner = {"type": "Profile", "parentOrg": inner}
    document["issuer"] = inner
    with pytest.raises(UndecidedError, match="deep"):
        canonical(document)


def test_every_member_is_covered(badge: Callable[..., Json]) -> None:
    """Whatever text of a badge is changed, what is signed changes."""
    document = badge({"status": "both"})
    whole, unchanged = canonical(document), []
    for path, holder, key in texts_of(document):
        before = holder[key]
        holder[key] = f"{before}x" if "type" not in path and "@context" not in path else "Course"
        with contextlib.suppress(UndecidedError):
            unchanged += [path] if canonical(document) == whole else []
        holder[key] = before
    assert unchanged == []
    assert canonical(document) == whole


def texts_of(value: Any, path: str = "") -> list[tuple[str, Any, Any]]:
    found = []
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in list(pairs):
        here = f"{path}/{key}"
        found += [(here, value, key)] if isinstance(one, str) else []
        found += texts_of(one, here) if isinstance(one, dict | list) else []
    return found


def test_document_is_left_as_it_was(badge: Callable[..., Json]) -> None:
    document = badge()
    before = copy.deepcopy(document)
    canonical(document)
    assert document == before


KEYS = st.sampled_from(
    ["@context", "@id", "@type", "@graph", "@included", "@reverse", "@nest", "@index", "@value", "@list", "@vocab"]
) | st.sampled_from(sorted({name for scope in (EVERYWHERE, *OF_TYPE.values()) for name in scope} | {"id", "type"}))
VALUES = st.recursive(
    st.sampled_from([None, True, 0, "", "x", "urn:x:1", *CONTEXTS, "Achievement", [], {}, list(CONTEXTS)]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=2),
    max_leaves=4,
)


def inside(value: Any) -> list[Json]:
    """All objects of a document."""
    found = [value] if isinstance(value, dict) else []
    parts = value.values() if isinstance(value, dict) else value
    return found + [one for part in parts if isinstance(part, dict | list) for one in inside(part)]


@pytest.mark.official
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
@example(place=1, key="@context", value=None)
@given(place=st.integers(0, 10**4), key=KEYS, value=VALUES)
def test_what_we_read_the_contexts_read_alike(
    badge: Callable[..., Json], official: Canon, place: int, key: str, value: Any
) -> None:
    """Any member put anywhere: refused, or the same statements as by the official contexts."""
    document = badge()
    held = inside(document)
    held[place % len(held)][key] = value
    try:
        found = canonical(document)
    except UndecidedError:
        return
    assert found == official(document)
