"""Reading badges back: ours signed in each way, the official samples, and what is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimis_openbadges.badge import BadgeFormat
from mimis_openbadges.jose import encode
from mimis_openbadges.settings import BadgeSettings

from mimis_core import Achievement, DataError, Level
from tests.adapters.openbadges.conftest import ESCO, NOW, UUID, make_achievement

Json = dict[str, Any]
FORMAT = BadgeFormat("badge", BadgeSettings())


@pytest.mark.parametrize("kind", ["build", "proved", "token"])
def test_own_badge_reads_back(kind: str, request: pytest.FixtureRequest) -> None:
    facts = FORMAT.read(request.getfixturevalue(kind)().content)
    assert (facts.urn, facts.format) == (f"urn:uuid:{UUID}", "openbadge")
    assert (facts.title, facts.issuer_eidas) == ({"sv": "Samarbeta"}, "NTRSE-8020026509")
    assert (facts.learner_name, facts.level, facts.issued_at) == ("Åsa Öberg", 4, NOW)
    assert facts.valid_until is not None


def test_outcomes_keep_criteria_and_skills(build: Any) -> None:
    first, second = FORMAT.read(build().content).outcomes
    assert (first.title, first.criteria) == ({"sv": "Planera pass 1."}, {"sv": "Planen följs."})
    assert [skill.uri for skill in second.esco] == [f"{ESCO}00000002"]


def test_badge_of_older_form_reads(badge: Callable[..., Json]) -> None:
    old = badge()
    old["issuanceDate"], old["expirationDate"] = old.pop("validFrom"), old.pop("validUntil")
    content = ".".join(encode(json.dumps(part).encode()) for part in ({"alg": "RS256", "typ": "JWT"}, {"vc": old}))
    facts = FORMAT.read(f"{content}.AAAA".encode())
    assert (facts.issued_at, facts.title) == (NOW, {"sv": "Samarbeta"})


def test_skills_stand_for_outcomes_where_none_are_told(badge: Callable[..., Json]) -> None:
    document = badge()
    del document["credentialSubject"]["achievement"]["resultDescription"]
    titles = [one.title for one in FORMAT.read(json.dumps(document).encode()).outcomes]
    assert titles == [{"sv": "plan sessions 1"}, {"sv": "plan sessions 2"}]


def test_language_maps_of_compact_schema_read(badge: Callable[..., Json]) -> None:
    document = badge()
    document["credentialSubject"]["achievement"]["name"] = {"sv": "Samarbeta", "en": "Working together"}
    assert FORMAT.read(json.dumps(document).encode()).title == {"sv": "Samarbeta", "en": "Working together"}


def test_hashed_name_is_not_read(badge: Callable[..., Json]) -> None:
    document = badge()
    document["credentialSubject"]["identifier"][0] |= {"hashed": True, "identityHash": "sha256$abc"}
    assert FORMAT.read(json.dumps(document).encode()).learner_name is None


@pytest.mark.parametrize(("state", "level"), [("decided", 4), ("part_of_decided", 4), ("self_assessed", None)])
def test_only_decided_level_is_told(build: Any, state: Any, level: int | None) -> None:
    achievement: Achievement = make_achievement(level=Level(value=4, state=state))
    assert FORMAT.read(build(achievement=achievement).content).level == level


@pytest.mark.official
@pytest.mark.parametrize(
    ("name", "title", "issuer"),
    [
        ("ob30-simple", {"en": "Teamwork"}, {"en": "Example Corp"}),
        ("ob30-complete", {"en": "1EdTech University Degree"}, {"en": "1EdTech University"}),
        ("ob30-simple-eddsa-2022", {"en": "some name"}, {"sv": "Okänd utfärdare", "en": "Unknown issuer"}),
    ],
)
def test_official_sample_reads(shared: Path, name: str, title: Json, issuer: Json) -> None:
    facts = FORMAT.read((shared / "standards/openbadges/samples" / f"{name}.json").read_bytes())
    assert (facts.title, facts.issuer_name) == (title, issuer)


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"[]", b"{}", b"{", b'{"type":"VerifiableCredential"}', b'{"type":"OpenBadgeCredential"}',
     b'{"type":"OpenBadgeCredential","type":1}', b"eyJhbGciOiJSUzI1NiJ9ab.e30.AAAA", b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_badge_is_data_error(content: bytes) -> None:
    with pytest.raises(DataError) as caught:
        FORMAT.read(content)
    assert (caught.value.code, bool(caught.value.mend)) == ("not_badge", True)


MEMBERS = ["id", "type", "name", "identifier", "achievement", "alignment", "targetUrl", "resultDescription", "issuer"]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.text() | st.just(f"{ESCO}1"),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(MEMBERS), inner),
)


@given(subject=ANYTHING, issuer=ANYTHING, name=ANYTHING)
def test_any_json_reads_or_is_data_error(subject: Any, issuer: Any, name: Any) -> None:
    document = {"id": "urn:x:1", "type": ["OpenBadgeCredential"], "credentialSubject": subject, "issuer": issuer}
    assert FORMAT.read(json.dumps(document | {"name": name}).encode()).urn == "urn:x:1"
