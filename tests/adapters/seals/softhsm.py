"""A token of SoftHSM2 for one test run: a hardware security module in software, from Debian's packages."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12
from mimis_seals.keys.trial import TrialKey

MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
)
PIN = "471147"


@dataclass(frozen=True)
class Token:
    """One initialised token."""

    module: str
    label: str

    def settings(self, **changes: Any) -> dict[str, Any]:
        return {"module": self.module, "label": self.label, "pin": PIN, **changes}

    def hold(self, key: TrialKey, object_id: str, label: str) -> None:
        """Put a seal's key and certificates into the token."""
        import pkcs11

        content = load_pkcs12(key.pkcs12, key.password.encode())
        assert content.key is not None
        assert content.cert is not None
        _import_key(self, content.key, object_id, label)
        token = pkcs11.lib(self.module).get_token(token_label=self.label)
        with token.open(rw=True, user_pin=PIN) as session:
            for number, one in enumerate((content.cert, *content.additional_certs)):
                session.create_object(_certificate(one.certificate, object_id if number == 0 else f"f{number}"))


def make_token(folder: Path, label: str) -> Token:
    """A new token; skips the test where SoftHSM2 is absent, and fails there in CI."""
    module = next((one for one in MODULES if Path(one).exists()), None)
    if module is None or shutil.which("softhsm2-util") is None:
        sentence = "SoftHSM2 is not installed: apt-get install softhsm2 to run the tests of keys in hardware"
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    (folder / "tokens").mkdir(exist_ok=True)
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    _run("--init-token", "--free", "--label", label, "--so-pin", "12345678", "--pin", PIN)
    return Token(module, label)


def _run(*words: str) -> None:
    subprocess.run(["softhsm2-util", *words], check=True, capture_output=True, timeout=60)


def _import_key(token: Token, key: Any, object_id: str, label: str) -> None:
    file = Path(os.environ["SOFTHSM2_CONF"]).parent / f"{object_id}.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    _run("--import", str(file), "--token", token.label, "--label", label, "--id", object_id, "--pin", PIN)
    file.unlink()


def _certificate(certificate: x509.Certificate, object_id: str) -> dict[Any, Any]:
    from pkcs11 import Attribute
    from pkcs11.util.x509 import decode_x509_certificate

    attributes: dict[Any, Any] = decode_x509_certificate(certificate.public_bytes(Encoding.DER))
    return {**attributes, Attribute.TOKEN: True, Attribute.ID: bytes.fromhex(object_id)}
