"""Every single bit of sealed files is turned: each change is seen, or it touched nothing that the seal is over.

20,000 flips drawn by a fixed seed over a file of level B and one of level LTA; all of them with MIMIS_LONG=1.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from mimis_seals.form.jws import decode, read_envelope
from mimis_seals.keys.pkcs12 import Pkcs12Signer
from mimis_seals.sandboxes.pki import PkiSandbox
from mimis_seals.sealing.sealer import JadesSealer
from mimis_seals.settings import JadesSettings, Pkcs12Settings
from mimis_seals.verifying.verifier import JadesVerifier

from mimis_core import Document, Organisation, Trust

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LONG = os.environ.get("MIMIS_LONG") == "1"
DRAWN = 10_000
"""Of each file; its bits are split among workers by eighths so that one failure names few positions."""


class Case:
    """A sealed file and how it is judged, as plain functions."""

    def __init__(self, content: bytes, trust: Trust) -> None:
        self.content = content
        self.trust = trust
        self.verifier = JadesVerifier()
        self.honest = self.essence(content)

    def essence(self, content: bytes) -> tuple[str, str, bytes]:
        """What the seal is over, and its value."""
        envelope = read_envelope(content)
        return envelope.payload, envelope.protected, decode(envelope.signature, "The signature")

    def is_seen(self, content: bytes) -> bool:
        """Whether the seal or the form is called wrong."""
        verdict = self.verifier.verify(content, self.trust)
        return verdict.verdict == "invalid" and verdict.checks[2].status == "skipped"

    def proved(self, content: bytes) -> set[str]:
        """What a file is said to prove by its timestamps: those of authorities outside the seal's own bytes."""
        checks = self.verifier.verify(content, self.trust).checks
        return {check.reason for check in checks if check.type == "custom" and check.status == "ok"}

    def flips(self) -> list[int]:
        bits = len(self.content) * 8
        return list(range(bits)) if LONG else random.Random(4711).sample(range(bits), min(DRAWN, bits))


@pytest.fixture(scope="module")
def pki() -> Iterator[PkiSandbox]:
    with PkiSandbox(now=lambda: NOW) as sandbox:
        yield sandbox


@pytest.fixture(scope="module", params=["B", "LTA"])
def case(request: Any, pki: PkiSandbox, organisation: Organisation, document: Document, tmp_path_factory: Any) -> Case:
    file: Path = tmp_path_factory.mktemp("flips") / "seal.p12"
    key = pki.issue_seal(organisation)
    file.write_bytes(key.pkcs12)
    settings = Pkcs12Settings.model_validate({"file": str(file), "password": key.password})
    signer = Pkcs12Signer("signer", settings, now=lambda: NOW)
    table = {"level": request.param, "tsa": {"url": pki.tsa_url}}
    sealed = JadesSealer("sealer", JadesSettings.model_validate(table), now=lambda: NOW).seal(document, signer)
    return Case(sealed.content, Trust(anchors=(pki.anchor_pem, pki.tsa_anchor_pem), now=NOW, offline=True))


@pytest.mark.parametrize("part", range(8))
def test_every_turned_bit_is_seen_or_harmless(case: Case, part: int) -> None:
    assert not case.is_seen(case.content)
    for bit in case.flips()[part::8]:
        changed = bytearray(case.content)
        changed[bit // 8] ^= 1 << bit % 8
        if not case.is_seen(bytes(changed)):
            assert case.essence(bytes(changed)) == case.honest, f"bit {bit}"


def test_turned_bits_of_payload_and_signature_are_all_seen(case: Case) -> None:
    value = json.loads(case.content)
    places = [case.content.index(value["signatures"][0][name].encode()) for name in ("protected", "signature")]
    for place in (*places, case.content.index(b"fullName")):
        for position in range(place, place + 60):
            changed = bytearray(case.content)
            changed[position] ^= 2
            assert case.is_seen(bytes(changed)), position


def test_turned_bits_of_timestamps_prove_nothing_new(case: Case) -> None:
    header = json.loads(case.content)["signatures"][0].get("header", {})
    for entry in header.get("etsiU", []):
        place = case.content.index(entry.encode())
        for position in range(place, place + len(entry), 97):
            changed = bytearray(case.content)
            changed[position] ^= 1
            assert case.proved(bytes(changed)) <= case.proved(case.content), position
