"""The unprotected part of a JAdES seal: what was added after it was made (ETSI TS 119 182-1 section 5.3).

Only ``etsiU`` as Europass writes it, a list of base64url texts (facts/elm-edc.md section 5.1). Nothing here is proved
by the seal: each value proves itself or counts for nothing.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mimis_seals.form.jws import FormError, SealError, decode, read_object
from mimis_seals.form.limits import (
    LARGEST_CERTIFICATE,
    LARGEST_TOKEN,
    LARGEST_UNSIGNED,
    MOST_TOKENS,
    MOST_UNSIGNED,
    MOST_VALUES,
)

DAMAGED = "What was added to the seal later, timestamps or proofs, is damaged."


@dataclass(frozen=True)
class ArchiveToken:
    """An archive timestamp and the entries that stand before it, which it covers."""

    token: bytes
    before: tuple[str, ...]


@dataclass
class Unsigned:
    """Values by kind, in the order of the file."""

    signature_tokens: list[bytes] = field(default_factory=list)
    archive_tokens: list[ArchiveToken] = field(default_factory=list)
    certificates: list[bytes] = field(default_factory=list)
    crls: list[bytes] = field(default_factory=list)
    ocsps: list[bytes] = field(default_factory=list)

    @property
    def tokens(self) -> int:
        """How many timestamps there are."""
        return len(self.signature_tokens) + len(self.archive_tokens)


def read_unsigned(unprotected: dict[str, Any]) -> Unsigned:
    """Take ``etsiU`` apart. Raises SealError when it is damaged, of another form, or beyond every honest size."""
    entries = unprotected.get("etsiU", [])
    if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
        raise SealError("What was added to the seal later is not in the form of a European Digital Credential.")
    if len(entries) > MOST_UNSIGNED or sum(map(len, entries)) > LARGEST_UNSIGNED:
        raise SealError("Far more was added to the seal than timestamps and proofs.")
    found = Unsigned()
    for position, entry in enumerate(entries):
        _add(found, _members(entry), tuple(entries[:position]))
    if found.tokens > MOST_TOKENS or len(found.certificates) > MOST_VALUES:
        raise SealError("Far more was added to the seal than timestamps and proofs.")
    if len(found.crls) + len(found.ocsps) > MOST_VALUES:
        raise SealError("Far more was added to the seal than timestamps and proofs.")
    return found


def content_tokens(header: dict[str, Any]) -> list[bytes]:
    """The content timestamps (``adoTst``) in the protected header. Raises SealError when they are damaged."""
    if "adoTst" not in header:
        return []
    tokens = list(_tokens(header["adoTst"]))
    if not 1 <= len(tokens) <= MOST_TOKENS:
        raise SealError(DAMAGED)
    return tokens


def _members(entry: str) -> dict[str, Any]:
    try:
        return read_object(decode(entry, "An addition to the seal").decode("utf-8"), "An addition to the seal")
    except (FormError, UnicodeDecodeError, SealError):
        raise SealError(DAMAGED) from None


def _add(found: Unsigned, members: dict[str, Any], before: tuple[str, ...]) -> None:
    for name, value in members.items():
        if name == "tstVD" and isinstance(value, dict):
            _add_values(found, value)
        elif name == "sigTst":
            found.signature_tokens += _tokens(value)
        elif name == "arcTst":
            found.archive_tokens += [ArchiveToken(token, before) for token in _tokens(value)]
    _add_values(found, members)


def _add_values(found: Unsigned, members: dict[str, Any]) -> None:
    """Certificates and answers about revocation, of the seal itself (xVals, rVals) or of a timestamp (in ``tstVD``)."""
    for name, value in members.items():
        if name in ("xVals", "axVals"):
            found.certificates += [_value(_member(one, "x509Cert"), LARGEST_CERTIFICATE) for one in _listed(value)]
        elif name in ("rVals", "arVals"):
            found.crls += [_value(one, LARGEST_UNSIGNED) for one in _listed(_member(value, "crlVals", []))]
            found.ocsps += [_value(one, LARGEST_UNSIGNED) for one in _listed(_member(value, "ocspVals", []))]


def _tokens(value: Any) -> Iterator[bytes]:
    for token in _listed(_member(value, "tstTokens")):
        yield _value(token, LARGEST_TOKEN)


def _member(value: Any, name: str, default: Any = None) -> Any:
    if not isinstance(value, dict):
        raise SealError(DAMAGED)
    return value.get(name, default)


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise SealError(DAMAGED)
    return value


def _value(holder: Any, largest: int) -> bytes:
    text = _member(holder, "val")
    if not isinstance(text, str) or not 0 < len(text) * 3 // 4 <= largest:
        raise SealError(DAMAGED)
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise SealError(DAMAGED) from None
