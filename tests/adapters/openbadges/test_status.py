"""Status lists: asked only of a confirmed issuer, believed only when it signed them, and unknown otherwise."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from mimis_openbadges.jose import encode, jwk_of
from mimis_openbadges.status import LARGEST_ANSWER

from mimis_core import Sealed, Verdict
from mimis_core.testing import Answer, Request, Sandbox
from tests.adapters.openbadges.conftest import NOW, CertifiedSigner, make_signer, reason, results
from tests.adapters.openbadges.test_verifier import resign

Json = dict[str, Any]
Verify = Callable[..., Verdict]


class ListServer(Sandbox):
    """An issuer's status lists; the tests change who signs, what stands in the list, and what is answered instead."""

    name = "lists"

    def __init__(self, signer: CertifiedSigner) -> None:
        super().__init__()
        self.signer = signer
        self.taken: dict[str, list[int]] = {"revocation": [], "suspension": []}
        self.changes: Json = {}
        self.subject: Json = {}
        self.canned: Answer | None = None
        self.form = "x5c"
        self.away: str | None = None

    def handle(self, request: Request) -> Answer:
        if self.away and request.path.endswith(self.away):
            return Answer(503)
        return self.canned or Answer(200, self.signed(request.path.rpartition("/")[2]), "application/vc+jwt")

    def signed(self, purpose: str) -> bytes:
        chain = [b64encode(one).decode() for one in self.signer.chain()]
        header: Json = {"alg": self.signer.algorithms[0], "typ": "vc+jwt", "x5c": chain}
        if self.form == "jwk":
            header = {"alg": "ES256", "typ": "JWT", "jwk": jwk_of(self.signer.key.public_key())}
        text = ".".join(encode(json.dumps(part).encode()) for part in (header, self.claims(purpose)))
        return f"{text}.{encode(self.signer.sign(text.encode(), self.signer.algorithms[0]))}".encode()

    def claims(self, purpose: str) -> Json:
        subject = {"type": "BitstringStatusList", "statusPurpose": purpose, "encodedList": self.encoded(purpose)}
        whole = {
            "id": f"{self.url}/status/list/1/{purpose}",
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "validFrom": NOW.isoformat(),
            "validUntil": (NOW + timedelta(days=2)).isoformat(),
            "credentialSubject": {**subject, **self.subject},
        }
        return {**whole, **self.changes}

    def encoded(self, purpose: str) -> str:
        bits = bytearray(16384)
        for index in self.taken[purpose]:
            bits[index // 8] |= 0x80 >> index % 8
        return f"u{encode(gzip.compress(bytes(bits)))}"


@pytest.fixture
def lists(certified: CertifiedSigner) -> Iterator[ListServer]:
    with ListServer(certified) as server:
        yield server


@pytest.fixture(params=["proved", "token"])
def ask(request: pytest.FixtureRequest, lists: ListServer, verify: Verify) -> Callable[..., tuple[str, str, str]]:
    """Status and sentence of the revocation check, and the verdict, for a badge in the server's list."""
    make = request.getfixturevalue(request.param)

    def run(status: str = "both", **changes: Any) -> tuple[str, str, str]:
        trust = {"offline": False, **changes.pop("trust", {})}
        sealed: Sealed = make({"status": status}, **{"status_list_url": f"{lists.url}/status/list/1", **changes})
        verdict = verify(sealed.content, **trust)
        return results(verdict)["revocation"], reason(verdict, "revocation"), verdict.verdict

    return run


def test_badge_in_force_is_valid(ask: Any, lists: ListServer) -> None:
    assert ask() == ("ok", "The issuer's status list says that the badge is in force.", "valid")
    assert [request.path for request in lists.requests] == [
        "/status/list/1/revocation",
        "/status/list/1/suspension",
    ]


@pytest.mark.parametrize(("purpose", "word"), [("revocation", "revoked"), ("suspension", "suspended")])
def test_set_bit_is_an_error(ask: Any, lists: ListServer, purpose: str, word: str) -> None:
    lists.taken[purpose] = [94567]
    status, sentence, verdict = ask()
    assert (status, verdict) == ("error", "invalid")
    assert word in sentence


@pytest.mark.parametrize(("said", "away"), [("revocation", "suspension"), ("suspension", "revocation")])
def test_one_list_is_enough_to_refuse(ask: Any, lists: ListServer, said: str, away: str) -> None:
    """What one list says stands, though the other is away: who attacks it cannot soften a revocation."""
    lists.taken[said] = [94567]
    lists.away = away
    assert ask()[::2] == ("error", "invalid")


def test_one_list_is_too_little_to_accept(ask: Any, lists: ListServer) -> None:
    lists.away = "suspension"
    assert ask()[::2] == ("skipped", "unknown")


@pytest.mark.parametrize("index", [94566, 94568, 94560])
def test_neighbours_bits_are_not_its_own(ask: Any, lists: ListServer, index: int) -> None:
    lists.taken["revocation"] = [index]
    assert ask()[0] == "ok"


@pytest.mark.parametrize("purpose", ["revocation", "suspension"])
def test_only_named_list_is_asked(ask: Any, lists: ListServer, purpose: str) -> None:
    lists.taken = {"revocation": [94567], "suspension": [94567], purpose: []}
    assert ask(purpose)[0] == "ok"
    assert [request.path for request in lists.requests] == [f"/status/list/1/{purpose}"]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"id": "https://other.example/list"}, "another list"),
        ({"type": ["VerifiableCredential"]}, "something else"),
        ({"validUntil": (NOW - timedelta(days=1)).isoformat()}, "out of date"),
        ({"validFrom": (NOW + timedelta(days=9)).isoformat()}, "out of date"),
        ({"validUntil": "no date"}, "out of date"),
        ({"validFrom": 7}, "out of date"),
        ({"exp": int(NOW.timestamp())}, "out of date"),
        ({"exp": "never"}, "out of date"),
        ({"type": "BitstringStatusListCredential"}, "something else"),
    ],
)
def test_list_must_be_the_right_one(ask: Any, lists: ListServer, changes: Json, word: str) -> None:
    lists.changes = changes
    status, sentence, verdict = ask()
    assert (status, verdict) == ("skipped", "unknown")
    assert word in sentence


@pytest.mark.parametrize(
    "subject",
    [
        {"statusPurpose": "refresh"},
        {"encodedList": "u"},
        {"encodedList": 7},
        {"encodedList": f"u{encode(b'no gzip')}"},
        {"encodedList": f"u{encode(gzip.compress(bytes(16384))[:-9])}"},
        {"encodedList": f"u{encode(gzip.compress(bytes(10_000_000)))}"},
        {"encodedList": f"u{encode(gzip.compress(bytes(16)))}"},
        {"encodedList": f"u{encode(gzip.compress(bytes(16383)))}"},
        {"encodedList": encode(gzip.compress(bytes(16384)))},
    ],
    ids=["purpose", "empty", "number", "no gzip", "cut", "bomb", "short", "one too short", "no multibase"],
)
def test_damaged_list_is_unknown(ask: Any, lists: ListServer, subject: Json) -> None:
    lists.subject = subject
    assert ask()[::2] == ("skipped", "unknown")


@pytest.mark.parametrize(
    "signer",
    [make_signer(), make_signer(eidas="NTRSE-5560000001")],
    ids=["same number below another root", "another organisation"],
)
def test_strangers_list_is_not_believed(ask: Any, lists: ListServer, signer: CertifiedSigner) -> None:
    lists.signer = signer
    lists.taken["revocation"] = [94567]
    assert ask()[::2] == ("skipped", "unknown")


def test_trusted_stranger_speaks_for_itself_only(ask: Any, lists: ListServer, anchors: tuple[str, ...]) -> None:
    lists.signer = make_signer(eidas="NTRSE-5560000001")
    assert "not signed by the issuer" in ask(trust={"anchors": (*anchors, lists.signer.anchor)})[1]


def test_same_key_signs_without_certificate(token: Any, lists: ListServer, verify: Verify) -> None:
    lists.form = "jwk"
    verdict = verify(token(status_list_url=f"{lists.url}/status/list/1").content, offline=False)
    assert results(verdict)["revocation"] == "ok"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404),
        Answer(302, b"", "text/plain", {"Location": "http://127.0.0.1:9/"}),
        Answer(200, b"<html>", "text/html"),
        Answer(200, b"x" * (LARGEST_ANSWER + 1), "application/vc+jwt"),
        Answer(200, b"eyJhbGciOiJub25lIn0ab.e30.AAAA", "application/vc+jwt"),
    ],
    ids=["none", "redirect", "html", "huge", "unsigned"],
)
def test_strange_answer_is_unknown(ask: Any, lists: ListServer, answer: Answer) -> None:
    lists.canned = answer
    assert ask()[::2] == ("skipped", "unknown")


@pytest.mark.parametrize("fault", ["500", "drop", "truncated"])
def test_fault_is_unknown(ask: Any, lists: ListServer, fault: str) -> None:
    lists.fail(fault, times=9)
    assert ask()[::2] == ("skipped", "unknown")


def test_offline_asks_nobody(ask: Any, lists: ListServer) -> None:
    assert ask(trust={"offline": True})[::2] == ("skipped", "unknown")
    assert lists.requests == []


def test_strangers_badge_asks_nobody(ask: Any, lists: ListServer) -> None:
    assert ask(trust={"anchors": ()})[::2] == ("skipped", "unknown")
    assert lists.requests == []


def test_badge_without_list_is_unknown(ask: Any) -> None:
    assert ask(status_list_url=None)[::2] == ("skipped", "unknown")


@pytest.mark.parametrize("address", ["ftp://a.example/list", "http://127.0.0.1:9/list"])
def test_address_that_cannot_be_asked_is_unknown(ask: Any, address: str) -> None:
    assert ask(status_list_url=address)[::2] == ("skipped", "unknown")


def entry(**changes: Any) -> Json:
    whole = {
        "type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListIndex": "94567",
        "statusListCredential": "LIST/revocation",
    }  # fmt: skip
    return {**whole, **changes}


@pytest.mark.parametrize(
    "status",
    [
        entry(statusPurpose=["revocation"]),
        entry(statusPurpose={}),
        entry(statusPurpose="refresh"),
        entry(statusPurpose=None),
        entry(type="1EdTechRevocationList"),
        entry(type=["BitstringStatusListEntry"]),
        entry(statusSize=2),
        entry(statusListIndex="-1"),
        entry(statusListIndex=True),
        entry(statusListIndex="9" * 5000),
        entry(statusListIndex="131072"),
        entry(statusListCredential=["LIST/revocation"]),
        entry(statusListCredential="http://[bad"),
        "LIST/revocation",
        ["LIST/suspension", entry()],
        [entry(), entry(type="Other")],
        [entry(), None],
        [],
    ],
)
def test_odd_entry_is_unknown(
    token: Any, certified: CertifiedSigner, lists: ListServer, verify: Verify, status: Any
) -> None:
    """Signed by the issuer, but not what the standard says: never passed over, never an error of ours."""
    status = json.loads(json.dumps(status).replace("LIST", f"{lists.url}/status/list/1"))
    verdict = verify(resign(token(), certified, credentialStatus=status), offline=False)
    assert (results(verdict)["revocation"], verdict.verdict) == ("skipped", "unknown")


@pytest.mark.parametrize(("count", "asked"), [(4, 4), (5, 0), (500, 0)])
def test_badge_names_few_lists(
    token: Any, certified: CertifiedSigner, lists: ListServer, verify: Verify, count: int, asked: int
) -> None:
    """Each list may take five seconds; somebody waits."""
    one = entry(statusListCredential=f"{lists.url}/status/list/1/revocation")
    verdict = verify(resign(token(), certified, credentialStatus=[one] * count), offline=False)
    assert (results(verdict)["revocation"] == "ok", len(lists.requests)) == (asked > 0, asked)
