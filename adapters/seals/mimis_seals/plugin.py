"""Hooks of this adapter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mimis_core import hookimpl

if TYPE_CHECKING:
    from mimis_core import Signer
    from mimis_seals.sealing.sealer import JadesSealer
    from mimis_seals.verifying.verifier import JadesVerifier


@hookimpl
def mimis_signers() -> tuple[type[Signer[Any]], ...]:
    """A key file, a key in hardware, and a key at a remote signing service."""
    from mimis_seals.keys.csc import CscSigner
    from mimis_seals.keys.pkcs11 import Pkcs11Signer
    from mimis_seals.keys.pkcs12 import Pkcs12Signer

    return (Pkcs12Signer, Pkcs11Signer, CscSigner)


@hookimpl
def mimis_sealers() -> tuple[type[JadesSealer], ...]:
    """The seal of European Digital Credentials."""
    from mimis_seals.sealing.sealer import JadesSealer

    return (JadesSealer,)


@hookimpl
def mimis_verifier(content: bytes) -> JadesVerifier | None:
    """Take files that look like a JSON Web Signature around a credential, whole or damaged."""
    from mimis_seals.form.jws import looks_sealed

    if not looks_sealed(content) or _is_other_credential(content):
        return None
    from mimis_seals.verifying.verifier import JadesVerifier

    return JadesVerifier()


@hookimpl
def mimis_commands() -> tuple[tuple[str, str, str], ...]:
    """``mimis seals``: make a trial key; fetch the EU's trusted lists."""
    return (("seals", "Trial seals, and the EU's trusted lists", "mimis_seals.commands.root:app"),)


@hookimpl
def mimis_sandboxes() -> tuple[tuple[str, str], ...]:
    """The stand-ins of a trust service provider, of a remote signing service, and of the EU's trusted lists."""
    return (
        ("pki", "mimis_seals.sandboxes.pki:PkiSandbox"),
        ("csc", "mimis_seals.sandboxes.csc:CscSandbox"),
        ("trustlists", "mimis_seals.sandboxes.lists:TrustListSandbox"),
    )


def _is_other_credential(content: bytes) -> bool:
    """Whether a token holds a credential of another kind, such as a badge: its own adapter answers for that."""
    from base64 import urlsafe_b64decode

    pieces = content.strip().split(b".")
    if len(pieces) != 3:
        return False
    try:
        payload = urlsafe_b64decode(pieces[1] + b"==")
    except ValueError:
        return False
    return b'"VerifiableCredential"' in payload and b"EuropeanDigitalCredential" not in payload
