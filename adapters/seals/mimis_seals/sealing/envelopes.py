"""A seal as it is written, and the unprotected parts that levels add to it (facts 5.1)."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Self

from mimis_seals.form.jws import encode
from mimis_seals.sealing.evidence import Values


@dataclass(frozen=True)
class SealParts:
    """Content, header and signature as they stand, and the ``etsiU`` strings in their order."""

    payload: bytes
    protected: str
    signature: str
    unsigned: tuple[str, ...] = ()

    def added(self, *parts: dict[str, Any]) -> Self:
        """The same seal with further unprotected parts; what stands is left as it is."""
        return replace(self, unsigned=(*self.unsigned, *(encode(compact(part)) for part in parts)))

    def signed(self) -> dict[str, Any]:
        """The one member of ``signatures``, in the order of the EU's samples."""
        member: dict[str, Any] = {"protected": self.protected}
        if self.unsigned:
            member["header"] = {"etsiU": list(self.unsigned)}
        return {**member, "signature": self.signature}

    def file(self) -> bytes:
        """The sealed file: ``payload`` first and on one line, because Europass tells a sealed file by that."""
        return compact({"payload": self.payload.decode(), "signatures": [self.signed()]})


def stamps(name: str, token: bytes) -> dict[str, Any]:
    """A part that holds one timestamp: ``sigTst``, ``arcTst`` or, in the protected header, ``adoTst``."""
    return {name: {"tstTokens": [{"val": b64encode(token).decode()}]}}


def certificate_values(certificates: Iterable[bytes]) -> list[dict[str, Any]]:
    """Value of ``xVals``."""
    return [{"x509Cert": one} for one in _values(certificates)]


def revocation_values(values: Values) -> dict[str, Any]:
    """Value of ``rVals``."""
    found = {"crlVals": _values(values.crls), "ocspVals": _values(values.ocsps)}
    return {name: listed for name, listed in found.items() if listed}


def compact(value: dict[str, Any]) -> bytes:
    """JSON without spaces, on one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _values(ders: Iterable[bytes]) -> list[dict[str, str]]:
    return [{"val": b64encode(der).decode()} for der in ders]
