"""The signer ``ed25519``: a key file without a certificate, for Data Integrity proofs."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.x509.oid import NameOID

from mimis_core import ConfigurationError, Finding, Organisation, Signer
from mimis_openbadges.multikey import did_key
from mimis_openbadges.settings import Ed25519Settings

ANCHOR_LIFE = timedelta(days=3653)
KEY_FILE, ANCHOR_FILE = "badge-key.pem", "badge-anchor.pem"


class Ed25519Signer(Signer[Ed25519Settings]):
    """Signs with a key file. The file is opened at first use and kept; signing works from many threads."""

    kind = "ed25519"
    proven = "third-party reports: its proofs are verified by openbadgeslib"
    Settings = Ed25519Settings

    @property
    def algorithms(self) -> tuple[str, ...]:
        """``EdDSA`` alone."""
        return ("EdDSA",)

    @property
    def trial(self) -> bool:
        """Never: the key says nothing about itself, and a verifier trusts it only where it is pinned."""
        return False

    @property
    def public_key(self) -> Ed25519PublicKey:
        """The public key, which no certificate carries. Raises ConfigurationError when the file does not open."""
        return self._key.public_key()

    def sign(self, data: bytes, algorithm: str) -> bytes:
        """Sign; raises ConfigurationError when another algorithm is asked for or the file does not open."""
        if algorithm != "EdDSA":
            raise ConfigurationError(
                f"{self.settings.file}: an Ed25519 key signs EdDSA, not {algorithm}.",
                mend="Use a key of another kind, or the sealer data-integrity.",
            )
        return self._key.sign(data)

    def chain(self) -> tuple[bytes, ...]:
        """Nothing: there is no certificate."""
        return ()

    def check(self) -> Iterable[Finding]:
        """Say whether the key file opens, and which key it is."""
        try:
            message = f"The key is {did_key(self.public_key)}."
        except ConfigurationError as error:
            return (Finding(subject=self.name, status="error", message=error.message, mend=error.mend),)
        return (Finding(subject=self.name, status="ok", message=message),)

    @classmethod
    def make_trial(cls, organisation: Organisation, folder: Path) -> dict[str, str]:
        """Write a new key and its trust anchor into ``folder``, and return the ``signer`` table as plain file names.

        ``anchor`` says where the trust anchor went. Raises ConfigurationError rather than write over an earlier key.
        """
        write_key(organisation, folder / KEY_FILE, folder / ANCHOR_FILE)
        return {"kind": cls.kind, "file": KEY_FILE, "anchor": ANCHOR_FILE}

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        secret = self.settings.password
        return open_key(Path(self.settings.file), secret.get_secret_value() if secret else None)


def open_key(file: Path, password: str | None) -> Ed25519PrivateKey:
    """Open a key file. Raises ConfigurationError saying what is wrong with it and what mends that."""
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), password.encode() if password else None)
    except OSError:
        raise ConfigurationError(
            f"{file}: the key file cannot be read.", mend="Make one with: mimis openbadges key --output FILE"
        ) from None
    except (ValueError, TypeError):
        raise ConfigurationError(
            f"{file}: the password does not open the file, or it is no key in PKCS#8 PEM.",
            mend="Correct password in the table signer, or make a new key with: mimis openbadges key --output FILE",
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigurationError(
            f"{file}: the key is not an Ed25519 key.", mend="Make one with: mimis openbadges key --output FILE"
        )
    return key


def write_key(organisation: Organisation, file: Path, anchor: Path, now: datetime | None = None) -> Ed25519PublicKey:
    """Write a new key and a self-signed certificate by which verifiers may pin it, for their owner's eyes only.

    The certificate ties the key to the organisation's eIDAS identifier and starts a day before ``now`` (today).
    Raises ConfigurationError when a file is there.
    """
    for path in (file, anchor):
        if path.exists():
            raise ConfigurationError(f"{path} is there already and is not written over.", mend="Choose another name.")
    key = Ed25519PrivateKey.generate()
    _write(
        file,
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )
    _write(anchor, _certificate(key, organisation, now or datetime.now(UTC)).public_bytes(serialization.Encoding.PEM))
    return key.public_key()


def _write(path: Path, content: bytes) -> None:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}.", mend="Give another path.") from None


def _certificate(key: Ed25519PrivateKey, organisation: Organisation, now: datetime) -> x509.Certificate:
    name = organisation.legal_name
    attributes: list[x509.NameAttribute[Any]] = [
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, next(iter(name.values()))[:64]),
        x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, organisation.eidas),
    ]
    subject = x509.Name(attributes)
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + ANCHOR_LIFE)
    builder = builder.add_extension(usage, critical=True)
    return builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True).sign(key, None)
