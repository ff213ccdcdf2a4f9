"""Reading credentials of any issuer, and the check of the format."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimis_europass import plugin
from mimis_europass.document.read import read_facts
from mimis_europass.elm import ElmFormat
from mimis_europass.rules.judge import CONTEXT

from mimis_core import Achievement, CredentialFacts, DataError, IssueOrder, Level, LevelState

Make = Callable[..., Achievement]
Order = Callable[..., IssueOrder]
MINIMAL = {"id": "urn:credential:1", "type": ["VerifiableCredential", "EuropeanDigitalCredential"]}


def read(document: object) -> CredentialFacts:
    return read_facts(json.dumps(document).encode())


def test_own_document_reads_back(elm: ElmFormat, achievement: Make, order: Order) -> None:
    entry = achievement(level=Level(value=4, state=LevelState.DECIDED))
    facts = elm.read(elm.build(order(entry)).content)
    assert (facts.title, facts.learner_name, facts.level) == (entry.title, "Åsa Öberg", 4)
    assert (facts.status_url, facts.workload) == ("https://mimis.example/status/abc123", "PT20H")
    assert facts.issuer_eidas == "NTRSE-8020026509"
    assert facts.issued_at == order(entry).issued_at


def test_own_outcomes_read_back(elm: ElmFormat, from_idea: Make, order: Order, ideas: dict[str, Any]) -> None:
    entry = from_idea(ideas["verktygsvana"])
    assert elm.read(elm.build(order(entry)).content).outcomes == entry.outcomes


@pytest.mark.official
@pytest.mark.parametrize(("name", "issuer"), [("signed", "ORGANIZACION TEST"), ("unsigned", "University of Zed")])
def test_official_samples_are_read(shared: Path, name: str, issuer: str) -> None:
    facts = read_facts((shared / "elm" / "samples" / f"Sample-MC-Annex1-{name}.jsonld").read_bytes())
    assert facts.title == {"en": "Digital micro-credential creation"}
    assert (facts.issuer_name["en"], facts.learner_name) == (issuer, "Ana Andromeda")
    assert (facts.level, facts.workload, facts.status_url) == (6, "PT60H", None)
    assert [len(outcome.esco) for outcome in facts.outcomes] == [3, 1]


@pytest.mark.parametrize("wrap", [lambda text: text, lambda text: base64.urlsafe_b64encode(text.encode()).decode()])
def test_sealed_payload_is_opened(wrap: Callable[[str], str]) -> None:
    assert read({"payload": wrap(json.dumps(MINIMAL)), "signatures": []}).urn == "urn:credential:1"


def test_upload_form_is_opened() -> None:
    assert read({"credential": MINIMAL, "deliveryDetails": {}}).urn == "urn:credential:1"


INNER = {**MINIMAL, "id": "urn:credential:forged"}


def test_document_inside_sealed_one_is_not_taken() -> None:
    assert read({"payload": json.dumps({**MINIMAL, "credential": INNER})}).urn == "urn:credential:1"
    with pytest.raises(DataError):
        read({"payload": json.dumps({"credential": INNER})})


def test_lists_read_like_single_values() -> None:
    person = {
        "givenName": [{"fr": "Zoé"}],
        "familyName": {"fr": ["Blanc"]},
        "hasClaim": [{"type": "LearningAchievement"}],
    }
    document = {**MINIMAL, "credentialSubject": [person], "issuer": [{"legalName": {"fr": "École"}}]}
    assert (read(document).learner_name, read(document).issuer_name) == ("Zoé Blanc", {"fr": "École"})


def test_parts_give_their_outcomes() -> None:
    spec = {"learningOutcome": {"title": {"en": "Weld"}}}
    part = {"type": "LearningAchievement", "specifiedBy": spec}
    claim = {"type": "LearningAchievement", "title": {"en": "Whole"}, "hasPart": part}
    (outcome,) = read({**MINIMAL, "credentialSubject": {"hasClaim": claim}}).outcomes
    assert (outcome.title, outcome.type) == ({"en": "Weld"}, "skill")
    assert outcome.criteria["en"] == "The document states no criteria."


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff\xfe", b"[]", b"3", b"{}", b'{"type": "VerifiableCredential"}', b'{"payload": 3}',
        b'{"payload": "not base64!"}', b'{"type": ["EuropeanDigitalCredential"]}', b"[" * 100_000,
    ],
    ids=range(10),
)  # fmt: skip
def test_other_files_are_refused(content: bytes) -> None:
    with pytest.raises(DataError) as caught:
        read_facts(content)
    assert (caught.value.code, bool(caught.value.mend)) == ("not_edc", True)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = ("issuer", "credentialSubject", "displayParameter", "identifier", "issued", "validUntil")


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, json_values)))
def test_odd_documents_never_break_reader(members: dict[str, Any]) -> None:
    assert read({**MINIMAL, **members}).urn == "urn:credential:1"


@given(json_values, st.sampled_from(["learningOutcome", "eqfLevel", "volumeOfLearning"]))
def test_odd_specifications_never_break_reader(value: Any, key: str) -> None:
    claim = {"type": "LearningAchievement", "specifiedBy": {key: value}}
    assert read({**MINIMAL, "credentialSubject": {"hasClaim": claim}}).urn == "urn:credential:1"


def test_check_accepts_own_document(elm: ElmFormat, achievement: Make, order: Order) -> None:
    (check,) = plugin.mimis_checks(elm.build(order(achievement())).content, None)
    assert (check.type, check.status) == ("format", "ok")


def test_check_names_first_faults_only() -> None:
    (check,) = plugin.mimis_checks(json.dumps({**MINIMAL, "@context": CONTEXT}).encode(), None)
    assert check.status == "error"
    assert check.reason.endswith("more)")


def test_check_skips_other_profile_versions() -> None:
    (check,) = plugin.mimis_checks(json.dumps(MINIMAL).encode(), None)
    assert check.status == "skipped"


def test_check_forgives_lost_keys(elm: ElmFormat, achievement: Make, order: Order) -> None:
    document = json.loads(elm.build(order(achievement())).content)
    (check,) = plugin.mimis_checks(json.dumps({**document, "other": "x"}).encode(), None)
    assert check.status == "ok"


@pytest.mark.official
def test_check_accepts_sealed_sample(shared: Path) -> None:
    content = (shared / "elm" / "samples" / "Sample-MC-Annex1-signed.jsonld").read_bytes()
    (check,) = plugin.mimis_checks(content, None)
    assert check.status == "ok"


def test_check_leaves_other_files_alone() -> None:
    assert plugin.mimis_checks(b"%PDF-1.7", None) == ()


def test_plugin_offers_format_and_sandbox() -> None:
    assert plugin.mimis_formats() == (ElmFormat,)
    assert plugin.mimis_sandboxes() == (("europass", "mimis_europass.wallet.sandbox:WalletSandbox"),)
