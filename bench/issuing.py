"""Issuing and verifying on the public path, against nothing but the signature under it."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12
from mimis_seals.trial import KEY_FILE, PASSWORD_FILE

from bench.measure import Result, Size, duration, rate, seconds
from bench.school import MemorySource, completion, open_school, school_template
from mimis_core.services import Services

ECDSA = ec.ECDSA(hashes.SHA256())


@dataclass(frozen=True)
class Signed:
    """What one seal signs, and the signature as ``cryptography`` writes it."""

    data: bytes
    signature: bytes


def measure(size: Size) -> Iterator[Result]:
    """The first credential of an achievement, the others, and checking them."""
    with school_template() as folder, open_school(folder) as services:
        key = _key_of(folder)
        ours, bare = _issue_round(services, key, 0, 1)
        yield duration("issue.first", [ours], [bare], "first credential of an achievement; baseline: ES256 signature")
        rounds = [
            _issue_round(services, key, 1 + number * size.learners, size.learners) for number in range(size.rounds)
        ]
        contents = [sealed.content for sealed in services.sealed_files()]
        ours_times, bare_times = zip(*rounds, strict=True)
        what = _describe(contents)
        total = f"{size.rounds} rounds of {size.learners}"
        yield rate("issue.throughput", "credentials/s", size.learners, ours_times, bare_times, f"{total} {what}")
        yield _verify(services, key.public_key(), contents[: size.learners], size.rounds, what)


def _issue_round(services: Services, key: ec.EllipticCurvePrivateKey, start: int, count: int) -> tuple[float, float]:
    """Times of issuing to ``count`` new learners, and of bare signatures over the very same bytes."""
    known = {sealed.urn for sealed in services.sealed_files()}
    MemorySource.pending = [completion(number) for number in range(start, start + count)]
    services.sync()
    ours = seconds(services.drain)
    fresh = [_signed(sealed.content) for sealed in services.sealed_files() if sealed.urn not in known]
    if len(fresh) != count:
        raise RuntimeError(f"{len(fresh)} credentials were issued, not {count}: {services.attention()[:1]}")
    return ours, seconds(lambda: [key.sign(one.data, ECDSA) for one in fresh])


def _verify(
    services: Services, key: ec.EllipticCurvePublicKey, contents: list[bytes], rounds: int, what: str
) -> Result:
    signed = [_signed(content) for content in contents]
    if services.verify(contents[0], offline=True).verdict == "invalid":
        raise RuntimeError("a sealed credential does not verify")
    ours, bare = [], []
    for _ in range(rounds):
        ours.append(seconds(lambda: [services.verify(content, offline=True) for content in contents]))
        bare.append(seconds(lambda: [key.verify(one.signature, one.data, ECDSA) for one in signed]))
    return rate(
        "verify.throughput", "files/s", len(contents), ours, bare, f"{rounds} rounds of {len(contents)} {what}, offline"
    )


def _describe(contents: list[bytes]) -> str:
    payload = json.loads(json.loads(contents[-1])["payload"])
    pictures = len(payload["displayParameter"]["individualDisplay"])
    return f"files of {len(contents[-1])} bytes with {pictures} pictures, ES256 trial key; baseline: ES256 alone"


def _key_of(folder: Path) -> ec.EllipticCurvePrivateKey:
    secrets = folder / "secrets"
    key = load_pkcs12((secrets / KEY_FILE).read_bytes(), (secrets / PASSWORD_FILE).read_bytes()).key
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the bench's seal is no ES256 key")
    return key


def _signed(content: bytes) -> Signed:
    outer = json.loads(content)
    (seal,) = outer["signatures"]
    raw = urlsafe_b64decode(seal["signature"] + "==")
    signature = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    return Signed(f"{seal['protected']}.{outer['payload']}".encode(), signature)
