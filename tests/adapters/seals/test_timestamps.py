"""Timestamps: what a token must say, what the authority's faults become, and an independent client's opinion."""

from __future__ import annotations

import hashlib
import logging
from base64 import b64decode
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mimis_seals.form.timestamps import TimestampClient, TimestampError, read_token
from mimis_seals.sandboxes.pki import PkiSandbox

from mimis_core import AuthenticationError, ConfigurationError, MimisError, PermanentError, TemporaryError
from mimis_core.http import Client
from mimis_core.testing import Answer, Request, Sandbox
from tests.adapters.seals.test_imprints import SAMPLE, opened

IMPRINT = hashlib.sha256(b"content").digest()


def stamp(url: str, login: tuple[str, str] | None = None) -> bytes:
    """One timestamp by a client of its own."""
    with closing(TimestampClient(url, login)) as client:
        return client.stamp(IMPRINT)


@pytest.fixture(scope="module")
def pki() -> Iterator[PkiSandbox]:
    with PkiSandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def token(pki: PkiSandbox) -> bytes:
    return stamp(pki.tsa_url)


def test_token_tells_time_and_chain(pki: PkiSandbox, token: bytes) -> None:
    read = read_token(token)
    assert (read.imprint, read.hash_algorithm) == (IMPRINT, "sha256")
    assert abs((read.gen_time - pki.now()).total_seconds()) < 60
    assert [read.signer, *read.chain[1:]] == [pki_der(pki, "tsa"), pki_der(pki, "tsa_root")]


def pki_der(pki: PkiSandbox, who: str) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return bytes(getattr(pki, who).certificate.public_bytes(Encoding.DER))


@pytest.mark.official
def test_tokens_of_official_sample_hold(shared: Path) -> None:
    import json

    seal = json.loads((shared / SAMPLE).read_bytes())["signatures"][0]
    last = opened(seal["header"]["etsiU"][-1])["arcTst"]
    for holder in (opened(seal["protected"])["adoTst"], opened(seal["header"]["etsiU"][0])["sigTst"], last):
        read = read_token(b64decode(holder["tstTokens"][0]["val"]))
        assert (read.gen_time.date().isoformat(), len(read.chain)) == ("2023-09-27", 2)


def test_independent_client_verifies_sandbox(pki: PkiSandbox) -> None:
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, VerifierBuilder, decode_timestamp_response

    request = TimestampRequestBuilder().data(b"content").hash_algorithm(HashAlgorithm.SHA256).build()
    client = Client(pki.tsa_url, system="TSA")
    headers = {"Content-Type": "application/timestamp-query"}
    answer = client.send("POST", pki.tsa_url, data=request.as_bytes(), headers=headers).content
    client.close()
    verifier = VerifierBuilder.from_request(request).add_root_certificate(pki.tsa_root.certificate).build()
    assert verifier.verify_message(decode_timestamp_response(answer), b"content")


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        ("wrong_nonce", PermanentError, "something else than what was asked"),
        ("wrong_imprint", PermanentError, "something else than what was asked"),
        ("broken_signature", PermanentError, "signature is wrong"),
        ("wrong_binding", PermanentError, "not bound"),
        ("no_certificate", PermanentError, "does not carry its certificate"),
        ("expired_tsa", PermanentError, "expired"),
        ("rejection", PermanentError, "unaccepted_policy"),
        ("busy", TemporaryError, "busy"),
        ("not_a_token", TemporaryError, "something else than a timestamp"),
        ("html", TemporaryError, "something else than a timestamp"),
        ("truncated", TemporaryError, "something else than a timestamp"),
        ("skew", ConfigurationError, "clock"),
        ("no_zone", PermanentError, "does not say its time"),
        ("year_zero", PermanentError, "does not say its time"),
        ("503", TemporaryError, "answered 503"),
        ("drop", TemporaryError, "did not answer"),
    ],
)
def test_fault_becomes_error_with_reason(
    pki: PkiSandbox, fault: str, error: type[MimisError], words: str, caplog: pytest.LogCaptureFixture
) -> None:
    times = 2 if fault in ("503", "drop") else 1
    pki.fail(fault, times=times)
    with caplog.at_level(logging.DEBUG), pytest.raises(error, match=words):
        stamp(pki.tsa_url)
    assert "<html>" not in caplog.text


@pytest.mark.parametrize("fault", ["503", "drop"])
def test_one_fault_is_survived(pki: PkiSandbox, fault: str) -> None:
    pki.fail(fault)
    assert read_token(stamp(pki.tsa_url)).imprint == IMPRINT


def test_granted_with_mods_is_a_timestamp(pki: PkiSandbox) -> None:
    pki.fail("granted_with_mods")
    assert read_token(stamp(pki.tsa_url)).imprint == IMPRINT


def test_login_is_sent_where_asked() -> None:
    with PkiSandbox(login=("school", "pass-word")) as pki:
        assert stamp(pki.tsa_url, ("school", "pass-word"))
        with pytest.raises(AuthenticationError) as caught:
            stamp(pki.tsa_url, ("school", "wrong-one"))
    assert "wrong-one" not in str(caught.value)


class Flood(Sandbox):
    name = "flood"

    def handle(self, request: Request) -> Answer:
        return Answer(200, bytes(2_000_000), "application/timestamp-reply")


def test_endless_answer_is_cut_off() -> None:
    with Flood() as flood, pytest.raises(TemporaryError, match="far too much"):
        stamp(flood.url)


@pytest.mark.filterwarnings("ignore:Parsed a serial number")  # cryptography's word on what RFC 5280 forbids
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_changed_byte_is_never_believed(token: bytes, data: Any) -> None:
    place = data.draw(st.integers(0, len(token) - 1))
    changed = token[:place] + bytes([token[place] ^ data.draw(st.integers(1, 255))]) + token[place + 1 :]
    try:
        read = read_token(changed)
    except TimestampError:
        return
    honest = read_token(token)
    assert (read.imprint, read.gen_time, read.signer) == (honest.imprint, honest.gen_time, honest.signer)


@given(st.binary(max_size=200))
def test_any_bytes_are_token_or_reason(content: bytes) -> None:
    with pytest.raises(TimestampError):
        read_token(content)
