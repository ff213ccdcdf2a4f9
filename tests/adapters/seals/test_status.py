"""Asking for the current status: believed only when the issuer signed it, unknown when nobody answers."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from mimis_seals.revocation import fetching
from mimis_seals.verifying import status as module
from mimis_seals.verifying.verifier import JadesVerifier

from mimis_core import Check, Sealed, Trust, Verdict
from mimis_core.testing import Answer


@pytest.fixture
def asked(sealed: Sealed, trust: Trust, status: Any) -> Callable[..., tuple[str, Check]]:
    """Verify online; gives the verdict's word and the revocation check."""

    def ask(content: bytes = sealed.content) -> tuple[str, Check]:
        verdict: Verdict = JadesVerifier().verify(content, trust)
        return verdict.verdict, next(check for check in verdict.checks if check.type == "revocation")

    return ask


Asked = Callable[..., tuple[str, Check]]


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is remembered from one test to the next."""
    monkeypatch.setattr(module, "_memory", module._Memory())


def test_active_credential_is_valid(asked: Asked, status: Any) -> None:
    assert asked()[0] == "valid"
    assert [request.path for request in status.requests] == ["/status/4711"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [("revoked", "revoked"), ("suspended", "for now"), ("superseded", "newer"), ("expired", "has expired")],
)
def test_taken_back_is_invalid(asked: Asked, status: Any, answer: str, words: str) -> None:
    status.claims["status"] = answer
    verdict, check = asked()
    assert (verdict, check.status) == ("invalid", "error")
    assert words in check.reason


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"exp": 1795521600 - 1}, "out of date"),
        ({"iat": 1795521600 + 3600}, "out of date"),
        ({"sub": "urn:credential:other"}, "another credential"),
        ({"status": "fine"}, "cannot be understood"),
        ({"status": ["active"]}, "cannot be understood"),
        ({"exp": "2030"}, "cannot be understood"),
        ({"exp": True}, "cannot be understood"),
    ],
)
def test_unfit_answer_is_unknown(asked: Asked, status: Any, claims: dict[str, Any], words: str) -> None:
    status.claims.update(claims)
    verdict, check = asked()
    assert (verdict, check.status) == ("unknown", "skipped")
    assert words in check.reason


def test_other_kind_of_token_is_unknown(asked: Asked, status: Any) -> None:
    status.typ = "JWT"
    assert asked()[0] == "unknown"


def test_answer_of_unknown_signer_is_unknown(asked: Asked, status: Any, rsa_signer: Any) -> None:
    status.signer = rsa_signer
    verdict, check = asked()
    assert verdict == "unknown"
    assert "not signed by the issuer" in check.reason


def test_answer_of_other_school_is_unknown(
    sealed: Sealed, trust: Trust, status: Any, keys: Any, organisation: Any
) -> None:
    other = keys.make(organisation.model_copy(update={"eidas": "NTRSE-2120001124"}))
    status.signer = keys.open(other)
    both = trust.model_copy(update={"anchors": (*trust.anchors, other.anchor_pem)})
    assert JadesVerifier().verify(sealed.content, both).verdict == "unknown"


def test_renewed_seal_of_issuer_is_believed(
    sealed: Sealed, trust: Trust, status: Any, keys: Any, organisation: Any
) -> None:
    renewed = keys.make(organisation.model_copy(update={"eidas": "NTRSE-802002-6509"}))
    status.signer = keys.open(renewed)
    both = trust.model_copy(update={"anchors": (*trust.anchors, renewed.anchor_pem)})
    assert JadesVerifier().verify(sealed.content, both).verdict == "valid"


@pytest.mark.parametrize("fault", ["500", "503", "429", "html", "truncated", "drop"])
def test_faulty_service_is_unknown(asked: Asked, status: Any, fault: str) -> None:
    status.fail(fault)
    verdict, check = asked()
    assert (verdict, check.status) == ("unknown", "skipped")
    assert "<html>" not in check.reason


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404),
        Answer(302, headers={"Location": "http://127.0.0.1:9/"}),
        Answer(200, b"a" * 70_000, "application/jose"),
        Answer(200, b"a.b.c", "application/jose"),
        Answer(200, b"\xff\xfe", "application/jose"),
        Answer(200, b"", "application/jose"),
    ],
    ids=["missing", "redirect", "huge", "short", "binary", "empty"],
)
def test_odd_answer_is_unknown(asked: Asked, status: Any, answer: Answer) -> None:
    status.canned = answer
    assert asked()[0] == "unknown"
    assert len(status.requests) == 1


def test_changed_answer_is_unknown(asked: Asked, status: Any) -> None:
    status.claims["status"] = "revoked"
    honest = status.signed()
    header, _, signature = honest.split(b".")
    status.claims["status"] = "active"
    status.canned = Answer(200, b".".join((header, status.signed().split(b".")[1], signature)), "application/jose")
    assert asked()[0] == "unknown"


def test_slow_service_is_cut_off(asked: Asked, status: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = itertools.count(step=2.0)
    monkeypatch.setattr(fetching, "time", SimpleNamespace(monotonic=lambda: next(ticks)))
    status.canned = Answer(200, b"a" * 65_000)
    verdict, check = asked()
    assert (verdict, "does not answer" in check.reason) == ("unknown", True)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://127.0.0.1:9/status", "does not answer"),
        ("ftp://school.example/status", "not a web address"),
        ("file:///etc/passwd", "not a web address"),
        ("http://[", "not a web address"),
        ("https://", "not a web address"),
        ("http://a..b\u0000/", "does not answer"),
    ],
)
def test_unfit_address_is_unknown(asked: Asked, forge: Any, address: str, words: str) -> None:
    identifier = {"schemeName": "mimis-status", "notation": address}
    verdict, check = asked(forge.changed(identifier=identifier))
    assert (verdict, check.status) == ("unknown", "skipped")
    assert words in check.reason


@pytest.mark.parametrize("identifier", [None, {"schemeName": "other", "notation": "http://127.0.0.1:9/"}, "x"])
def test_no_address_is_unknown(asked: Asked, forge: Any, identifier: Any) -> None:
    verdict, check = asked(forge.changed(identifier=identifier))
    assert verdict == "unknown"
    assert "does not say where" in check.reason


@pytest.mark.parametrize(("title", "verdict"), [("Current status", "valid"), ("Syllabus", "unknown")])
def test_status_page_of_claim_is_asked(asked: Asked, forge: Any, status: Any, title: str, verdict: str) -> None:
    page = {"title": {"sv": "Aktuell status", "en": title}, "contentURL": f"{status.url}/status/4711"}
    subject = {"hasClaim": [{"supplementaryDocument": page}]}
    assert asked(forge.changed(identifier=None, credentialSubject=subject))[0] == verdict


def test_offline_check_asks_nobody(sealed: Sealed, verify: Callable[..., Verdict], status: Any) -> None:
    verdict = verify(sealed.content)
    assert (verdict.verdict, status.requests) == ("unknown", [])
    assert "offline" in verdict.checks[4].reason


def test_broken_seal_asks_nobody(asked: Asked, sealed: Sealed, status: Any) -> None:
    value = json.loads(sealed.content)
    value["payload"] = value["payload"].replace("Ek", "Ep", 1)
    assert asked(json.dumps(value).encode())[0] == "invalid"
    assert status.requests == []


@pytest.mark.parametrize(
    ("control", "asked_again"),
    [
        ("public, max-age=300", False),
        ("max-age=99999", False),
        ("no-store, max-age=300", True),
        ("max-age=0", True),
        ("max-age=x", True),
        ("", True),
    ],
)
def test_answer_is_kept_as_its_sender_allows(asked: Asked, status: Any, control: str, asked_again: bool) -> None:
    status.canned = Answer(200, status.signed(), "application/jose", {"Cache-Control": control} if control else {})
    assert asked()[0] == "valid"
    status.canned = Answer(404)
    assert (asked()[0] == "unknown") == asked_again


def test_kept_answer_is_asked_anew_after_five_minutes(sealed: Sealed, trust: Trust, status: Any) -> None:
    status.canned = Answer(200, status.signed(), "application/jose", {"Cache-Control": "max-age=99999"})
    verifier, start = JadesVerifier(), trust.now
    assert start is not None
    for minutes, count in ((0, 1), (4, 1), (6, 2), (7, 2)):
        moment = start + timedelta(minutes=minutes)
        assert verifier.verify(sealed.content, trust.model_copy(update={"now": moment})).verdict == "valid"
        assert len(status.requests) == count


def test_kept_answer_of_other_credential_says_nothing(asked: Asked, status: Any, forge: Any) -> None:
    status.canned = Answer(200, status.signed(), "application/jose", {"Cache-Control": "max-age=300"})
    assert asked()[0] == "valid"
    verdict, check = asked(forge.changed(id="urn:credential:other"))
    assert (verdict, "another credential" in check.reason) == ("unknown", True)


def test_fresh_question_is_not_answered_from_memory(sealed: Sealed, trust: Trust, status: Any) -> None:
    status.canned = Answer(200, status.signed(), "application/jose", {"Cache-Control": "max-age=300"})
    assert JadesVerifier().verify(sealed.content, trust).verdict == "valid"
    status.canned = None
    status.claims["status"] = "suspended"
    assert JadesVerifier().verify(sealed.content, trust).verdict == "valid"
    asked_anew = JadesVerifier().verify(sealed.content, trust.model_copy(update={"fresh": True}))
    assert asked_anew.verdict == "invalid"
