"""Hooks of this adapter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mimis_core import hookimpl

if TYPE_CHECKING:
    from mimis_seals.keys import Pkcs12Signer
    from mimis_seals.sealer import JadesSealer
    from mimis_seals.verifier import JadesVerifier


@hookimpl
def mimis_signers() -> tuple[type[Pkcs12Signer], ...]:
    """The key file that providers and the trial key maker give out."""
    from mimis_seals.keys import Pkcs12Signer

    return (Pkcs12Signer,)


@hookimpl
def mimis_sealers() -> tuple[type[JadesSealer], ...]:
    """The seal of European Digital Credentials."""
    from mimis_seals.sealer import JadesSealer

    return (JadesSealer,)


@hookimpl
def mimis_verifier(content: bytes) -> JadesVerifier | None:
    """Take files that look like a JSON Web Signature around a credential, whole or damaged."""
    from mimis_seals.jws import looks_sealed

    if not looks_sealed(content):
        return None
    from mimis_seals.verifier import JadesVerifier

    return JadesVerifier()


@hookimpl
def mimis_commands() -> tuple[tuple[str, str, str], ...]:
    """``mimis seals``: make a trial key."""
    return (("seals", "Make a trial seal for practice", "mimis_seals.commands:app"),)
