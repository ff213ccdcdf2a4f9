"""What every seal must do, and whoever verifies it."""

# ruff: noqa: D102  # fixtures are named to be set up; a test's name is its text

from __future__ import annotations

import re
from base64 import b64encode, urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mimis_core.errors import ConfigurationError, DataError
from mimis_core.kinds import Sealer, Signer, Verifier
from mimis_core.model import Document, Sealed, Trust, Verdict
from mimis_core.testing.suites.base import OpenedConformance, hostile, in_threads

PLACES = 60
"""Bytes of a sealed file that are changed, one at a time, spread over all of it."""
NEEDED = ("format", "seal", "owner")


def stranger() -> str:
    """An anchor that has nothing to do with anybody, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Stranger")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=9000)).not_valid_after(now + timedelta(days=9000))
    certificate = builder.add_extension(x509.BasicConstraints(True, None), critical=True).sign(key, hashes.SHA256())
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def layers(content: bytes) -> bytes:
    """A file and what its long base64url runs hold, one after another: headers are often wrapped so."""
    runs = re.findall(rb"[A-Za-z0-9_-]{60,}", content)
    return b"\n".join(
        [content, *(urlsafe_b64decode(run + b"=" * (-len(run) % 4)) for run in runs if len(run) % 4 != 1)]
    )


def status_of(verdict: Verdict, check: str) -> str | None:
    """How one check of a verdict ended; None when it was not made."""
    return next((one.status for one in verdict.checks if one.type == check), None)


class SealerConformance(OpenedConformance):
    """For a Sealer and its Verifier.

    Fixtures: ``sealer`` (open), ``signer`` (a key that it may use, made for practice), ``document`` (what is sealed),
    ``verifier``, ``trust`` (anchors of that key; ``offline``, so that nothing is asked). ``mark`` is what of the signer
    must stand in the file: the signing certificate, unless the key has none and the suite's subclass says otherwise.

    ``level`` is one that a sealed file can be raised to with the fixtures as they are, None for seals without levels.
    """

    adapter_type: ClassVar[type[Sealer[Any]]]
    level: ClassVar[str | None] = None

    @pytest.fixture
    def adapter(self, sealer: Sealer[Any]) -> Sealer[Any]:
        return sealer

    @pytest.fixture
    def made(self, sealer: Sealer[Any], document: Document, signer: Signer[Any]) -> Sealed:
        return sealer.seal(document, signer)

    @pytest.fixture
    def mark(self, signer: Signer[Any]) -> bytes:
        return b64encode(signer.chain()[0])

    def is_harmless(self, sealer: Sealer[Any], before: bytes, after: bytes) -> bool:
        """Whether a change touched nothing that the seal is over: white space, or the unused bits of a letter."""
        try:
            return self.level is not None and sealer.fixed(before) == sealer.fixed(after)
        except DataError:
            return False

    def test_seal_is_accepted_by_its_anchor(self, made: Sealed, verifier: Verifier, trust: Trust) -> None:
        verdict = verifier.verify(made.content, trust)
        assert {check: status_of(verdict, check) for check in NEEDED} == dict.fromkeys(NEEDED, "ok")
        assert verdict.verdict != "invalid"

    def test_sealed_file_says_what_it_is(self, made: Sealed, document: Document) -> None:
        assert (made.urn, made.format) == (document.urn, document.format)
        assert re.fullmatch(r"[\w.-]+\.\w+", made.filename)

    def test_seal_names_its_key(self, made: Sealed, mark: bytes) -> None:
        assert mark in layers(made.content)

    def test_every_changed_byte_is_found(
        self, sealer: Sealer[Any], made: Sealed, verifier: Verifier, trust: Trust
    ) -> None:
        verdicts = []
        for number in range(PLACES):
            place = number * len(made.content) // PLACES
            changed = bytearray(made.content)
            changed[place] ^= 1
            verdict = verifier.verify(bytes(changed), trust)
            verdicts.append(verdict.verdict)
            if status_of(verdict, "seal") == "ok":
                assert self.is_harmless(sealer, made.content, bytes(changed)), f"byte {place}"
        assert "valid" not in verdicts
        assert verdicts.count("invalid") > PLACES / 2

    def test_lost_byte_is_found(self, made: Sealed, verifier: Verifier, trust: Trust) -> None:
        half = len(made.content) // 2
        assert verifier.verify(made.content[:half] + made.content[half + 1 :], trust).verdict == "invalid"

    def test_no_key_is_trusted_by_default(self, made: Sealed, verifier: Verifier, trust: Trust) -> None:
        verdict = verifier.verify(made.content, Trust(offline=True, now=trust.now))
        assert verdict.verdict != "valid"
        assert status_of(verdict, "owner") != "ok"

    def test_other_anchor_does_not_help(self, made: Sealed, verifier: Verifier, trust: Trust) -> None:
        verdict = verifier.verify(made.content, trust.model_copy(update={"anchors": (stranger(),)}))
        assert verdict.verdict != "valid"
        assert status_of(verdict, "owner") != "ok"

    def test_what_cannot_be_asked_is_unknown(self, made: Sealed, verifier: Verifier, trust: Trust) -> None:
        verdict = verifier.verify(made.content, trust.model_copy(update={"offline": True}))
        assert (verdict.verdict, status_of(verdict, "revocation")) == ("unknown", "skipped")

    def test_every_check_gives_its_reason(self, made: Sealed, verifier: Verifier, trust: Trust) -> None:
        assert all(check.reason.strip() for check in verifier.verify(made.content, trust).checks)

    def test_hostile_file_is_a_verdict(self, made: Sealed, verifier: Verifier, trust: Trust) -> None:
        for content in hostile(made.content):
            verdict = verifier.verify(content, trust)
            assert verdict.checks
            assert verdict.verdict != "valid"

    def test_unsealed_document_is_not_valid(self, document: Document, verifier: Verifier, trust: Trust) -> None:
        assert verifier.verify(document.content, trust).verdict == "invalid"

    def test_threads_seal_and_verify(
        self, sealer: Sealer[Any], signer: Signer[Any], document: Document, verifier: Verifier, trust: Trust
    ) -> None:
        made = in_threads(lambda _: sealer.seal(document, signer).content, 8)
        verdicts = in_threads(lambda number: verifier.verify(made[number], trust), 8)
        assert {status_of(verdict, "seal") for verdict in verdicts} == {"ok"}

    def test_raised_file_keeps_what_was_sealed(
        self, sealer: Sealer[Any], made: Sealed, verifier: Verifier, trust: Trust
    ) -> None:
        if self.level is None:
            with pytest.raises(ConfigurationError):
                sealer.extend(made.content, "LTA")
            return
        raised = sealer.extend(made.content, self.level)
        assert sealer.fixed(raised) == sealer.fixed(made.content)
        assert not sealer.lacks(raised, self.level, timedelta())
        assert status_of(verifier.verify(raised, trust), "seal") == "ok"

    def test_foreign_file_is_never_raised(self, sealer: Sealer[Any]) -> None:
        for content in hostile():
            with pytest.raises((DataError, ConfigurationError)):
                sealer.extend(content, self.level or "LTA")
