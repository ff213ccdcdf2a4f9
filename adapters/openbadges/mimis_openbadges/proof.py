"""The proof ``eddsa-rdfc-2022``: what is hashed and signed, and checking it.

Data Integrity EdDSA Cryptosuites v1.0, section 3.2; the form of the proof by Verifiable Credential Data Integrity 1.0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from mimis_openbadges.jose import Json, SealError
from mimis_openbadges.multikey import decode_multibase, read_multikey
from mimis_openbadges.rdf import UndecidedError, canonical

SUITE = "eddsa-rdfc-2022"


def proof_options(method: str, created: datetime) -> Json:
    """A proof of this suite before it is signed."""
    return {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }


def hash_data(document: Mapping[str, Any], options: Json) -> bytes:
    """What is signed: the hash of the proof's options, then that of the document without its proof.

    Raises UndecidedError when either cannot be turned into RDF.
    """
    bare = {key: value for key, value in document.items() if key != "proof"}
    settled = {"@context": document.get("@context"), **options}
    return b"".join(hashlib.sha256(canonical(one)).digest() for one in (settled, bare))


def proof_of(document: Json) -> Json:
    """The one proof of this suite. Raises UndecidedError when there is none, or more than one proof."""
    proofs = document.get("proof")
    listed: list[object] = proofs if isinstance(proofs, list) else [proofs]
    proof = listed[0] if len(listed) == 1 else None
    if not isinstance(proof, dict):
        raise UndecidedError("it must carry exactly one proof")
    if proof.get("type") != "DataIntegrityProof" or proof.get("cryptosuite") != SUITE:
        raise UndecidedError("its proof is of a kind that mimis does not know")
    return dict(proof)


def method_of(proof: Json) -> str:
    """Where the proof says that its key is found; empty when it does not say."""
    method = proof.get("verificationMethod")
    return method if isinstance(method, str) else ""


def named_key(proof: Json) -> Ed25519PublicKey | None:
    """The key that stands in the fragment of the proof's method, as with did:key; None when only its place is told."""
    try:
        return read_multikey(method_of(proof).rpartition("#")[2])
    except ValueError:
        return None


def check_proof(document: Json, proof: Json, keys: tuple[Ed25519PublicKey, ...]) -> Ed25519PublicKey:
    """The one of the keys that made the proof. Raises SealError when none did, UndecidedError when RDF fails."""
    if proof.get("proofPurpose") != "assertionMethod":
        raise SealError("The proof was not made to state a credential.")
    try:
        signature = decode_multibase(proof.get("proofValue"))
    except ValueError:
        raise SealError("The proof's signature is damaged.") from None
    data = hash_data(document, {key: value for key, value in proof.items() if key != "proofValue"})
    for key in keys:
        try:
            key.verify(signature, data)
        except InvalidSignature:
            continue
        return key
    raise SealError("The proof does not hold: the file has been changed after it was signed.")
