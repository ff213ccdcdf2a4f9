"""Hooks of this adapter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mimis_core import hookimpl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mimis_core import Format, Sealer, Signer, Verifier


@hookimpl
def mimis_formats() -> Sequence[type[Format[Any]]]:
    """Open Badges 3.0."""
    from mimis_openbadges.badge import BadgeFormat

    return (BadgeFormat,)


@hookimpl
def mimis_sealers() -> Sequence[type[Sealer[Any]]]:
    """The two proofs that the specification knows."""
    from mimis_openbadges.sealers import DataIntegritySealer, JwtSealer

    return (JwtSealer, DataIntegritySealer)


@hookimpl
def mimis_signers() -> Sequence[type[Signer[Any]]]:
    """The kind of key that Data Integrity proofs need."""
    from mimis_openbadges.keys import Ed25519Signer

    return (Ed25519Signer,)


@hookimpl
def mimis_verifier(content: bytes) -> Verifier | None:
    """Take Open Badges 3.0, signed in whichever way or not signed."""
    from mimis_openbadges.read import looks_like_badge

    if not looks_like_badge(content):
        return None
    from mimis_openbadges.verifier import BadgeVerifier

    return BadgeVerifier()


@hookimpl
def mimis_commands() -> Sequence[tuple[str, str, str]]:
    """``mimis openbadges``: make a key, endorse."""
    return (("openbadges", "Make a key that signs badges; endorse an achievement.", "mimis_openbadges.commands:app"),)
