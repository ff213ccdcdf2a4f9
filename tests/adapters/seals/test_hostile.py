"""Files that are made to harm: each is refused with a reason, in bounded time and memory."""

from __future__ import annotations

import json
import time
import tracemalloc
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mimis_seals.form import limits
from mimis_seals.form.jws import encode
from mimis_seals.form.unsigned import read_unsigned
from mimis_seals.verifying.verifier import JadesVerifier

from mimis_core import Trust, Verdict

Verify = Callable[..., Verdict]
Failing = Callable[[Verdict], list[str]]

SECONDS = 10.0
"""Generous for a busy machine; what is not bounded takes minutes."""


def envelope(payload: str, **holder: Any) -> bytes:
    seal = {"protected": "e30", "signature": "AAAA", **holder}
    return json.dumps({"payload": payload, "signatures": [seal]}).encode()


BOMBS = {
    "too large": lambda: envelope("{" + " " * limits.LARGEST_FILE + "}"),
    "deep file": lambda: b'{"payload":' + b"[" * 5_000_000,
    "deep document": lambda: envelope("[" * 500_000),
    "deep valid document": lambda: envelope('{"a":' * 150 + "1" + "}" * 150),
    "many objects": lambda: envelope('{"a":[' + "{}," * 250_000 + "{}]}"),
    "many members": lambda: envelope('{"a":[' + "1," * 1_100_000 + "1]}"),
    "long number": lambda: envelope('{"a":' + "9" * 1_000_000 + "}"),
    "long exponent": lambda: envelope('{"a":1e' + "9" * 100_000 + "}"),
    "large header": lambda: envelope("{}", protected=encode(b'{"alg":"' + b"a" * 1_500_000 + b'"}')),
    "not UTF-8": lambda: b'{"payload":"\xff\xfe","signatures":[]}',
    "half characters": lambda: envelope('{"a":"\ud800"}'),
    "compact of dots": lambda: b"eyJhbGciOiJFUzI1NiJ9." * 500_000,
    "compact that is long": lambda: b"ey" + b"A" * 19_000_000 + b".A.A",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bomb_is_refused_in_bounded_time(name: str) -> None:
    content = BOMBS[name]()
    start = time.perf_counter()
    verdict = JadesVerifier().verify(content, Trust(offline=True))
    assert (verdict.verdict, verdict.checks[0].status) == ("invalid", "error")
    assert time.perf_counter() - start < SECONDS
    assert verdict.checks[0].reason.endswith(".")


@pytest.mark.parametrize("name", ["many objects", "deep document", "long number"])
def test_bomb_is_refused_in_bounded_memory(name: str) -> None:
    content = BOMBS[name]()
    tracemalloc.start()
    try:
        JadesVerifier().verify(content, Trust(offline=True))
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()


def test_greatest_allowed_file_is_read_in_bounded_time(forge: Any, verify: Verify) -> None:
    content = forge.changed(filler=["x" * 900] * 20_000)
    start = time.perf_counter()
    assert verify(content).checks[1].status == "ok"
    assert time.perf_counter() - start < SECONDS


def test_deep_document_is_named_as_such(forge: Any, verify: Verify) -> None:
    nested: Any = 1
    for _ in range(limits.DEEPEST + 5):
        nested = [nested]
    check = verify(forge.changed(filler=nested)).checks[0]
    assert (check.status, "too deeply" in check.reason) == ("error", True)


@pytest.mark.parametrize("size", [limits.LARGEST_CERTIFICATE + 1, 700_000])
def test_absurd_certificate_is_seal_error(forge: Any, verify: Verify, failing: Failing, size: int) -> None:
    changes = {"x5c": [b64encode(b"\x30" * size).decode()]}
    assert failing(verify(forge.general(changes))) == ["seal"]


def test_another_schools_certificate_is_seal_error(
    forge: Any, verify: Verify, failing: Failing, rsa_signer: Any
) -> None:
    from mimis_seals.keys.certificates import thumbprint

    other = rsa_signer.chain()[0]
    changes = {"x5c": [b64encode(other).decode()], "x5t#S256": thumbprint(other)}
    assert failing(verify(forge.general(changes))) == ["seal"]


def test_swapped_payload_is_seal_error(forge: Any, verify: Verify, failing: Failing) -> None:
    ours, theirs = json.loads(forge.general()), json.loads(forge.changed(id="urn:credential:other"))
    swapped = {**ours, "payload": theirs["payload"]}
    assert failing(verify(json.dumps(swapped).encode())) == ["seal"]


@pytest.mark.parametrize("b64", [True, None])
def test_payload_in_both_spellings_is_refused(forge: Any, verify: Verify, failing: Failing, b64: bool | None) -> None:
    text = encode(forge.text.encode())
    header = forge.header({"b64": b64, "crit": ["b64", "sigT"] if b64 else ["sigT"]})
    honest = {"payload": text, "signatures": [forge.sign(text, header)]}
    assert failing(verify(json.dumps(honest).encode())) == []
    for changed in (text + "=", text[:-1] + "\n", " " + text, forge.text):
        assert verify(json.dumps({**honest, "payload": changed}).encode()).verdict == "invalid"


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["sigTst", "arcTst", "xVals", "rVals", "tstVD", "tstTokens", "x"]),
        st.recursive(
            st.none() | st.text(max_size=8) | st.binary(max_size=30).map(lambda raw: b64encode(raw).decode()),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["tstTokens", "val", "x509Cert", "crlVals", "ocspVals", "xVals", "rVals"]), inner
                )
            ),
            max_leaves=6,
        ),
    )
)
def test_odd_additions_never_raise(forge: Any, verify: Verify, members: dict[str, Any]) -> None:
    seal = forge.sign(forge.text, forge.header({}))
    seal["header"] = {"etsiU": [encode(json.dumps(members).encode())]}
    verdict = verify(json.dumps({"payload": forge.text, "signatures": [seal]}).encode())
    assert verdict.checks[0].status == "ok"
    assert (verdict.checks[1].status == "error") == (verdict.verdict == "invalid")


def test_nothing_added_is_nothing_found() -> None:
    found = read_unsigned({})
    assert (found.tokens, found.certificates, found.crls, found.ocsps) == (0, [], [], [])
