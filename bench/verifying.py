"""Verifying sealed files in full on the public path, against nothing but the signature's verification."""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from mimis_seals.form.jws import decode, encode

from bench.measure import Result, Size, in_turn, rate
from bench.orders import Desk, one_core, open_desk
from bench.school import open_school, school_template
from mimis_core import Document
from mimis_core.services import Services
from mimis_core.testing import Answer, Request, Sandbox

ECDSA = ec.ECDSA(hashes.SHA256())
BYTES = 25_000
STATUS_LIFE = 86_400


class StatusService(Sandbox):
    """Answers for every credential that it is in force, signed, and to be kept for five minutes: as the portal does."""

    name = "bench-status"

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._chain = [b64encode(one).decode() for one in desk.signer.chain()[:1]]

    def handle(self, request: Request) -> Answer:
        """``/status/URN``."""
        now = int(datetime.now(UTC).timestamp())
        claims = {
            "sub": request.path.removeprefix("/status/"),
            "status": "active",
            "iat": now,
            "exp": now + STATUS_LIFE,
        }
        header = {"alg": "ES256", "typ": "mimis-status+jwt", "x5c": self._chain}
        text = ".".join(encode(json.dumps(part).encode()) for part in (header, claims))
        body = f"{text}.{encode(self._desk.signer.sign(text.encode(), 'ES256'))}".encode()
        return Answer(200, body, "application/jose", {"Cache-Control": "public, max-age=300"})


@dataclass(frozen=True)
class Signed:
    """What one seal signs, and the signature as ``cryptography`` writes it."""

    data: bytes
    signature: bytes


def measure(size: Size) -> Iterator[Result]:
    """The whole verdict on many files of one issuer; other libraries on the same documents, where installed."""
    with one_core(), school_template() as folder, open_desk(folder, "own") as desk, StatusService(desk) as status:
        _pin(folder, desk)
        with open_school(folder) as services:
            for name, languages in (("verify.full", ("sv",)), ("verify.two_languages", ("sv", "en"))):
                documents = [_document(desk, status, number, languages) for number in range(size.learners)]
                contents = [desk.sealer.seal(document, desk.signer).content for document in documents]
                _require_valid(services, contents)
                yield _full(name, services, desk, contents, size.rounds)
        yield from _others(desk, documents, size.rounds)


def _full(name: str, services: Services, desk: Desk, contents: list[bytes], rounds: int) -> Result:
    key, signed = _ec_key(desk).public_key(), [_signed(content) for content in contents]
    ours, bare = in_turn(
        rounds,
        lambda: [services.verify(content) for content in contents],
        lambda: [key.verify(one.signature, one.data, ECDSA) for one in signed],
    )
    what = (
        f"{rounds} rounds of {len(contents)} files of {len(contents[-1])} bytes, ES256 trial key; signature, chain "
        "(remembered), signed status answer (fetched and its signature verified once, kept as its "
        "Cache-Control allows), rule table; baseline: ES256 alone"
    )
    return rate(name, "files/s", len(contents), ours, bare, what)


def _require_valid(services: Services, contents: Sequence[bytes]) -> None:
    """Ask for every status once, and refuse to measure verdicts that are not valid."""
    for content in contents:
        verdict = services.verify(content)
        if verdict.verdict != "valid":
            raise RuntimeError(f"a file of the bench is not valid: {[check.reason for check in verdict.checks]}")


def _document(desk: Desk, status: StatusService, number: int, languages: tuple[str, ...]) -> Document:
    """One learner's document; its pictures are cut until the sealed file has 25 kB, or nothing of them is left."""
    order = desk.order(number)
    built = desk.format.build(
        order.model_copy(update={"status_url": f"{status.url}/status/{order.urn}", "languages": languages})
    )
    document = json.loads(built.content)
    images = list(_images(document["displayParameter"]))
    over = len(desk.sealer.seal(built, desk.signer).content) - BYTES
    for image in images:
        whole = image["content"]
        kept = max(4, (len(whole) - over // len(images)) // 4 * 4)
        image["content"] = whole[:kept]
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return built.model_copy(update={"content": text.encode()})


def _images(value: Any) -> Iterator[dict[str, Any]]:
    """The pictures in a display, wherever they stand."""
    if isinstance(value, dict) and value.get("type") == "MediaObject":
        yield value
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for member in members:
        yield from _images(member)


def _pin(folder: Path, desk: Desk) -> None:
    """Let the school trust the desk's own seal."""
    anchor = next(folder.glob("secrets/*anchor*"))
    certificate = b64encode(desk.signer.chain()[-1]).decode()
    anchor.write_text(f"-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n", encoding="ascii")


def _others(desk: Desk, documents: list[Document], rounds: int) -> Iterator[Result]:
    """The verify calls of other libraries. They read no JAdES: the same documents are signed as VC-JWT for them."""
    for module, name, prepare in (
        ("openvc", "verify.openvc_core", _openvc),
        ("openbadgeslib", "verify.openbadgeslib", _openbadgeslib),
    ):
        if find_spec(module) is None:
            sys.stderr.write(f"{name}: left out, {module} is not installed\n")
            continue
        verify, tokens = prepare(_ec_key(desk), documents)
        yield _other(name, verify, tokens, _ec_key(desk).public_key(), rounds)


def _other(
    name: str, verify: Callable[[str], Any], tokens: list[str], key: ec.EllipticCurvePublicKey, rounds: int
) -> Result:
    signed = [_signed_compact(token) for token in tokens]
    theirs, bare = in_turn(
        rounds,
        lambda: [verify(token) for token in tokens],
        lambda: [key.verify(one.signature, one.data, ECDSA) for one in signed],
    )
    what = f"{rounds} rounds of {len(tokens)} VC-JWTs of {len(tokens[-1])} bytes, no chain, no status, no shapes"
    return rate(name, "files/s", len(tokens), theirs, bare, f"{what}; baseline: ES256 alone")


def _openvc(key: ec.EllipticCurvePrivateKey, documents: list[Document]) -> tuple[Callable[[str], Any], list[str]]:
    from openvc import verify_credential

    numbers = key.public_key().public_numbers()
    point = {"x": encode(numbers.x.to_bytes(32)), "y": encode(numbers.y.to_bytes(32))}
    did = f"did:jwk:{encode(json.dumps({'kty': 'EC', 'crv': 'P-256', **point}).encode())}"
    tokens = [_compact(key, did, {"issuer": {"id": did}}, document) for document in documents]
    return verify_credential, tokens


def _openbadgeslib(
    key: ec.EllipticCurvePrivateKey, documents: list[Document]
) -> tuple[Callable[[str], Any], list[str]]:
    from openbadgeslib.ob3 import OB3Verifier

    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    achievement = {
        "id": "urn:a",
        "type": ["Achievement"],
        "name": "A",
        "criteria": {"narrative": "A"},
        "description": "A",
    }
    subject = {"id": "urn:s", "type": ["AchievementSubject"], "achievement": achievement}
    changes = {
        "issuer": {"id": "urn:i", "type": ["Profile"], "name": "A"},
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "credentialSubject": subject,
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
    }
    tokens = [_compact(key, "urn:i", changes, document, native=True) for document in documents]
    return OB3Verifier(pem).verify, tokens


def _compact(
    key: ec.EllipticCurvePrivateKey, issuer: str, changes: dict[str, Any], document: Document, native: bool = False
) -> str:
    """A VC-JWT around a document with some members changed; ``native`` has no ``vc`` claim (Open Badges 3.0, 8.2.4.1).

    What is replaced stays in ``displayParameter``, for the size.
    """
    content = json.loads(document.content)
    rest = {"displayParameter": {**content["displayParameter"], "replaced": {name: content[name] for name in changes}}}
    vc = {**content, **rest, **changes}
    claims = {"iss": issuer, "jti": vc["id"], "sub": vc["credentialSubject"]["id"], "nbf": 1_700_000_000}
    header = {"alg": "ES256", "typ": "JWT", "kid": f"{issuer}#0"}
    parts = (header, {**vc, **claims} if native else {**claims, "vc": vc})
    text = ".".join(encode(json.dumps(part, ensure_ascii=False).encode()) for part in parts)
    r, s = decode_dss_signature(key.sign(text.encode(), ECDSA))
    return f"{text}.{encode(r.to_bytes(32) + s.to_bytes(32))}"


def _ec_key(desk: Desk) -> ec.EllipticCurvePrivateKey:
    if not isinstance(desk.key, ec.EllipticCurvePrivateKey):
        raise TypeError("the bench's seal is no ES256 key")
    return desk.key


def _signed(content: bytes) -> Signed:
    outer = json.loads(content)
    (seal,) = outer["signatures"]
    return Signed(f"{seal['protected']}.{outer['payload']}".encode(), _der(seal["signature"]))


def _signed_compact(token: str) -> Signed:
    text, _, signature = token.rpartition(".")
    return Signed(text.encode(), _der(signature))


def _der(signature: str) -> bytes:
    raw = decode(signature, "The signature")
    return encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
