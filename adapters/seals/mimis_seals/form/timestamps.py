"""Timestamps (RFC 3161): reading a token as far as it vouches for itself, and asking an authority for one.

Read with asn1crypto, because a token must be read where it is stored, without the answer that it came in;
rfc3161-client reads answers alone and refuses ``grantedWithMods``, which RFC 3161 section 2.4.2 calls a token. Whether
the authority is to be trusted is not judged here: the verifier and the caller hold :attr:`TimestampToken.chain` to
their anchors.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from asn1crypto import cms, core, tsp
from asn1crypto.parser import emit
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from mimis_core import ConfigurationError, PermanentError, TemporaryError
from mimis_core.http import Client, Response
from mimis_seals.form.limits import LARGEST_TOKEN
from mimis_seals.keys.certificates import DAMAGE, utc_now
from mimis_seals.keys.chains import ordered

HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
"""Digests that are accepted in a token; SHA-1 is not, except where it only names a certificate."""

REPEATED = "mimis tries again."
LARGEST_SKEW = timedelta(minutes=5)
"""Further apart than this, the school's clock or the authority's is wrong, and the seal would contradict itself."""

BUSY = frozenset({"time_not_available", "add_info_not_available", "system_failure"})
"""Refusals of RFC 3161 section 2.4.2 that pass by themselves."""

_DAMAGE = (*DAMAGE, KeyError, IndexError, AttributeError, OverflowError, RecursionError)
"""What asn1crypto raises, at loading or later, for bytes that are no token."""


class TimestampError(ValueError):
    """The token is damaged or does not hold; the text is a sentence for people."""


@dataclass(frozen=True)
class TimestampToken:
    """What a token says, after its own signature was found good. ``chain``: the unit's certificate first, as DER."""

    imprint: bytes
    hash_algorithm: str
    gen_time: datetime
    chain: tuple[bytes, ...]
    nonce: int | None
    policy: str

    @property
    def signer(self) -> bytes:
        """Certificate of the time-stamping unit, as DER."""
        return self.chain[0]


def read_token(der: bytes) -> TimestampToken:
    """Read a token and check what it says about itself: signature, digest, and the binding to its certificate.

    Raises TimestampError with a sentence (RFC 3161 section 2.4.2, RFC 5816). The caller compares ``imprint`` and
    judges ``chain``.
    """
    try:
        return _read(der)
    except TimestampError:
        raise
    except _DAMAGE:
        raise TimestampError("The timestamp is damaged.") from None


class TimestampClient:
    """Asks one time-stamping authority. Safe to use from many threads."""

    def __init__(
        self,
        url: str,
        login: tuple[str, str] | None = None,
        *,
        seconds: float = 15.0,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        authorise = None if login is None else lambda renew: _basic(*login)
        self._seconds = seconds
        self._now = now
        self._client = Client(
            url,
            system="The time-stamping authority",
            headers={"Accept": "application/timestamp-reply", "Accept-Encoding": "identity"},
            repeat=frozenset({"POST"}),
            retries=1,
            timeout=(5.0, seconds),
            authorise=authorise,
        )
        self._url = url

    def stamp(self, imprint: bytes) -> bytes:
        """A token over a SHA-256 imprint, as DER, checked as far as :func:`read_token` does and against the request.

        Raises TemporaryError when the authority is away or busy, PermanentError when it refuses or answers wrongly,
        AuthenticationError for a wrong login, and ConfigurationError when its clock and ours are far apart.
        """
        der, token = self.ask(imprint)
        if abs(token.gen_time - self._now()) > LARGEST_SKEW:
            raise ConfigurationError(
                f"The time-stamping authority's clock says {token.gen_time:%Y-%m-%d %H:%M:%S} UTC, mimis' own another.",
                mend="Let the server set its clock from the network (NTP); else ask the authority.",
            )
        return der

    def ask(self, imprint: bytes) -> tuple[bytes, TimestampToken]:
        """Like :meth:`stamp`, whatever the time it says."""
        nonce = secrets.randbits(63)
        answer = self._post(_request(imprint, nonce))
        der = _granted(answer)
        try:
            token = read_token(der)
        except TimestampError as error:
            raise PermanentError(f"The time-stamping authority's answer cannot be used. {error}") from None
        if token.nonce != nonce or (token.hash_algorithm, token.imprint) != ("sha256", imprint):
            raise PermanentError("The time-stamping authority answered for something else than what was asked.")
        certificate = x509.load_der_x509_certificate(token.signer)
        if not certificate.not_valid_before_utc <= token.gen_time <= certificate.not_valid_after_utc:
            raise PermanentError(
                "The time-stamping authority signs with a certificate that has expired.",
                mend="Tell the authority, or choose another under [sealer] tsa.",
            )
        return der, token

    def close(self) -> None:
        """Close connections."""
        self._client.close()

    def _post(self, body: bytes) -> bytes:
        headers = {"Content-Type": "application/timestamp-query"}
        with self._client.ask(
            "POST", self._url, data=body, headers=headers, stream=True, allow_redirects=False
        ) as response:
            if response.status_code != 200:
                raise self._client.error(response)
            return _bounded(response, self._seconds)


def _bounded(response: Response, seconds: float) -> bytes:
    """The answer's body, cut off by size and time."""
    deadline, body = time.monotonic() + seconds, bytearray()
    chunks: Iterator[bytes] = response.iter_content(4096)
    try:
        for chunk in chunks:
            body += chunk
            if len(body) > LARGEST_TOKEN or time.monotonic() > deadline:
                raise TemporaryError("The time-stamping authority sent far too much, or too slowly.", mend=REPEATED)
    except OSError:
        raise TemporaryError("The time-stamping authority broke off in the middle.", mend=REPEATED) from None
    return bytes(body)


def _request(imprint: bytes, nonce: int) -> bytes:
    request = {
        "version": "v1",
        "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": imprint},
        "nonce": nonce,
        "cert_req": True,
    }
    return bytes(tsp.TimeStampReq(request).dump())


def _granted(answer: bytes) -> bytes:
    """The token in an answer. asn1crypto's own TimeStampResp cannot read a refusal, which has none."""
    try:
        parts = core.SequenceOf.load(answer, spec=core.Any, strict=True)
        info = parts[0].parse(spec=tsp.PKIStatusInfo)
        status, reasons = info["status"].native, info["fail_info"].native or set()
        token = bytes(parts[1].dump()) if len(parts) > 1 else b""
    except _DAMAGE:
        raise TemporaryError(
            "The time-stamping authority's address answered with something else than a timestamp.",
            mend="mimis tries again; if it stays, check [sealer] tsa url in mimis.toml.",
        ) from None
    if status in {"granted", "granted_with_mods"} and token:
        return token
    code = ", ".join(sorted(reasons)) or str(status)
    if status == "waiting" or reasons & BUSY:
        raise TemporaryError("The time-stamping authority is busy.", mend=REPEATED, code=code)
    raise PermanentError(
        f"The time-stamping authority refused ({code}).", mend="Ask the authority, or choose another.", code=code
    )


@lru_cache(maxsize=64)
def _read(der: bytes) -> TimestampToken:
    """Remembered: who stamps a seal reads each token when it comes, and again for its chain."""
    content = cms.ContentInfo.load(der, strict=True)
    if content["content_type"].native != "signed_data":
        raise TimestampError("The timestamp is of another kind than RFC 3161.")
    signed = content["content"]
    inner = signed["encap_content_info"]
    if inner["content_type"].native != "tst_info" or len(signed["signer_infos"]) != 1:
        raise TimestampError("The timestamp is of another kind than RFC 3161.")
    encoded = inner["content"].contents
    signer_info = signed["signer_infos"][0]
    certificates = [one.chosen.dump() for one in signed["certificates"] if one.name == "certificate"]
    signer = _signer(signer_info["sid"], certificates)
    # What was signed is the attributes as a SET (RFC 5652 section 5.4); in the token their tag is [0]. Taken before
    # asn1crypto looks into them: after that it would write them anew, slowly and not always octet by octet.
    signed_data = emit(0, 1, 17, signer_info["signed_attrs"].contents)
    _check_attributes(signer_info, encoded, signer)
    _check_signature(signer_info, signer, signed_data)
    return _token(tsp.TSTInfo.load(encoded, strict=True), ordered(signer, certificates))


def _token(info: Any, chain: tuple[bytes, ...]) -> TimestampToken:
    imprint = info["message_imprint"]
    return TimestampToken(
        imprint=imprint["hashed_message"].native,
        hash_algorithm=imprint["hash_algorithm"]["algorithm"].native,
        gen_time=_moment(info["gen_time"]),
        chain=chain,
        nonce=info["nonce"].native,
        policy=info["policy"].native,
    )


def _moment(encoded: Any) -> datetime:
    """The token's time, in UTC as RFC 3161 section 2.4.2 wants it. ASN.1 also knows times of no zone, and a year 0.

    Its signature does not make it harmless: in a stranger's file it may be made by anybody.
    """
    moment = encoded.native
    if not isinstance(moment, datetime) or not encoded.contents.endswith(b"Z"):
        raise TimestampError("The timestamp does not say its time as timestamps do.")
    return moment


def _signer(sid: Any, certificates: list[bytes]) -> bytes:
    """The certificate that the signature names. Its binding is checked apart, so that a look-alike is found out."""
    for der in certificates:
        certificate = cms.Certificate.load(der)
        if sid.name == "issuer_and_serial_number":
            named = sid.chosen["issuer"].dump() == certificate.issuer.dump()
            if named and sid.chosen["serial_number"].native == certificate.serial_number:
                return der
        elif sid.chosen.native == certificate.key_identifier:
            return der
    raise TimestampError("The timestamp does not carry its certificate.")


def _check_attributes(signer_info: Any, encoded: bytes, signer: bytes) -> None:
    values = {one["type"].native: one["values"] for one in signer_info["signed_attrs"]}
    if len(values) != len(signer_info["signed_attrs"]) or any(len(one) != 1 for one in values.values()):
        raise TimestampError("The timestamp says the same thing twice.")
    digest = hashlib.new(_hash_name(signer_info["digest_algorithm"]["algorithm"].native), encoded).digest()
    if values["content_type"][0].native != "tst_info" or values["message_digest"][0].native != digest:
        raise TimestampError("The timestamp has been changed after it was made.")
    if not _bound(values, signer):
        raise TimestampError("The timestamp is not bound to the certificate that it carries.")


def _bound(values: dict[str, Any], signer: bytes) -> bool:
    """Whether ESSCertID (RFC 2634) or ESSCertIDv2 (RFC 5035) names the signer's certificate first."""
    if "signing_certificate_v2" in values:
        first = values["signing_certificate_v2"][0]["certs"][0]
        name = _hash_name(first["hash_algorithm"]["algorithm"].native)
        return bool(first["cert_hash"].native == hashlib.new(name, signer).digest())
    first = values["signing_certificate"][0]["certs"][0]
    return bool(first["cert_hash"].native == hashlib.sha1(signer, usedforsecurity=False).digest())


def _hash_name(name: str) -> str:
    if name not in HASHES:
        raise TimestampError("The timestamp uses a digest that is not accepted.")
    return name


def _check_signature(signer_info: Any, signer: bytes, data: bytes) -> None:
    certificate = x509.load_der_x509_certificate(signer)
    values = [one.value for one in certificate.extensions]
    if not any(ExtendedKeyUsageOID.TIME_STAMPING in one for one in values if isinstance(one, x509.ExtendedKeyUsage)):
        raise TimestampError("The timestamp's certificate is not one for timestamps.")
    try:
        _verify(certificate.public_key(), signer_info, data)
    except InvalidSignature:
        raise TimestampError("The timestamp's signature is wrong.") from None


def _verify(key: object, signer_info: Any, data: bytes) -> None:
    algorithm, signature = signer_info["signature_algorithm"], signer_info["signature"].native
    digest = _digest(algorithm, signer_info)
    if isinstance(key, rsa.RSAPublicKey) and algorithm.signature_algo == "rsassa_pss":
        salt = algorithm["parameters"]["salt_length"].native
        key.verify(signature, data, padding.PSS(padding.MGF1(digest), salt), digest)
    elif isinstance(key, rsa.RSAPublicKey) and algorithm.signature_algo == "rsassa_pkcs1v15":
        key.verify(signature, data, padding.PKCS1v15(), digest)
    elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm.signature_algo == "ecdsa":
        key.verify(signature, data, ec.ECDSA(digest))
    else:
        raise TimestampError("The timestamp uses a method of signing that is not accepted.")


def _digest(algorithm: Any, signer_info: Any) -> hashes.HashAlgorithm:
    if algorithm["algorithm"].native == "rsassa_pkcs1v15":
        return HASHES[_hash_name(signer_info["digest_algorithm"]["algorithm"].native)]
    return HASHES[_hash_name(algorithm.hash_algo)]


def _basic(user: str, password: str) -> str:
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"
