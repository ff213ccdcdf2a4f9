"""The time-stamping unit of the sandbox: answers RFC 3161 requests with real tokens, or with faulty ones."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from mimis_seals.sandboxes.certificates import Identity

POLICY = "1.3.6.1.4.1.55555.1.1"

STAMP_FAULTS = frozenset(
    {
        "wrong_nonce",
        "wrong_imprint",
        "broken_signature",
        "wrong_binding",
        "no_certificate",
        "skew",
        "no_zone",
        "year_zero",
    }
)
"""Faults inside a token: the answer is well formed, and must not be believed."""


def refusal(status: str, fail_info: str) -> bytes:
    """An answer without a token."""
    info = tsp.PKIStatusInfo(
        {"status": status, "status_string": ["The request was not granted."], "fail_info": {fail_info}}
    )
    return bytes(core.SequenceOf([core.Any(info)], spec=core.Any).dump())


def read_request(body: bytes) -> Any | None:
    """A TimeStampReq; None when the bytes are none."""
    try:
        asked = tsp.TimeStampReq.load(body, strict=True)
        return asked if asked.native["message_imprint"] else None
    except (ValueError, TypeError):
        return None


def grant(asked: Any, unit: Identity, others: tuple[bytes, ...], now: datetime, fault: str, status: str) -> bytes:
    """An answer with a token over the request's imprint."""
    content = _info(asked, unit, now, fault).dump()
    certificate = x509.Certificate.load(unit.certificate.public_bytes(Encoding.DER))
    signed = cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(content)},
            "signer_infos": [_signer_info(content, unit, certificate, now, fault)],
        }
    )
    if asked["cert_req"].native and fault != "no_certificate":
        # The root comes too, as in the tokens of the EU's samples.
        signed["certificates"] = [*(x509.Certificate.load(one) for one in others), certificate]
    token = cms.ContentInfo({"content_type": "signed_data", "content": signed})
    return bytes(tsp.TimeStampResp({"status": {"status": status}, "time_stamp_token": token}).dump())


def _info(asked: Any, unit: Identity, now: datetime, fault: str) -> Any:
    imprint = asked["message_imprint"].native
    value = hashlib.sha256(b"another").digest() if fault == "wrong_imprint" else imprint["hashed_message"]
    moment = now + timedelta(hours=1) if fault == "skew" else now
    info: dict[str, Any] = {
        "version": "v1",
        "policy": POLICY,
        "message_imprint": {"hash_algorithm": imprint["hash_algorithm"], "hashed_message": value},
        "serial_number": secrets.randbits(126),
        "gen_time": _odd_time(fault) or moment.replace(microsecond=0),
        "accuracy": {"seconds": 1},
    }
    nonce = asked["nonce"].native
    if nonce is not None:
        info["nonce"] = nonce + 1 if fault == "wrong_nonce" else nonce
    return tsp.TSTInfo(info)


def _odd_time(fault: str) -> Any | None:
    """A time that ASN.1 knows and RFC 3161 does not: without its zone, or in the year 0."""
    texts = {"no_zone": b"20261124120000", "year_zero": b"00000101000000Z"}
    return core.GeneralizedTime.load(b"\x18" + bytes([len(texts[fault])]) + texts[fault]) if fault in texts else None


def _signer_info(content: bytes, unit: Identity, certificate: Any, now: datetime, fault: str) -> Any:
    encoded = _attributes(content, certificate, unit, now, fault).dump()
    signature = _sign(encoded if fault != "broken_signature" else b"other", unit)
    return cms.SignerInfo(
        {
            "version": "v1",
            "sid": {"issuer_and_serial_number": _issuer_and_serial(certificate)},
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": cms.CMSAttributes.load(encoded),
            "signature_algorithm": _signature_algorithm(unit),
            "signature": signature,
        }
    )


def _attributes(content: bytes, certificate: Any, unit: Identity, now: datetime, fault: str) -> Any:
    bound = hashlib.sha256(b"another" if fault == "wrong_binding" else certificate.dump()).digest()
    binding = {"certs": [{"cert_hash": bound}]}
    protection = {"digest_algorithm": {"algorithm": "sha256"}, "signature_algorithm": _signature_algorithm(unit)}
    values: dict[str, Any] = {
        "content_type": "tst_info",
        "signing_time": cms.Time(name="utc_time", value=core.UTCTime(now.replace(microsecond=0))),
        "message_digest": hashlib.sha256(content).digest(),
        "cms_algorithm_protection": protection,
        "signing_certificate_v2": binding,
    }
    return cms.CMSAttributes([{"type": name, "values": [value]} for name, value in values.items()])


def _issuer_and_serial(certificate: Any) -> dict[str, Any]:
    return {"issuer": certificate.issuer, "serial_number": certificate.serial_number}


def _signature_algorithm(unit: Identity) -> Any:
    rsa_key = isinstance(unit.key, rsa.RSAPrivateKey)
    return algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa" if rsa_key else "sha256_ecdsa"})


def _sign(data: bytes, unit: Identity) -> bytes:
    if isinstance(unit.key, rsa.RSAPrivateKey):
        return unit.key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    return unit.key.sign(data, ec.ECDSA(hashes.SHA256()))
