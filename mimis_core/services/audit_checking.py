"""Checks a chain: what does not fit is named by its number, and an earlier export or signature is held against it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Literal

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificates

from mimis_core.errors import DataError, UserError
from mimis_core.model import Model
from mimis_core.services.audit_chain import first_link, is_head, next_link
from mimis_core.services.audit_signature import read_signed_head
from mimis_core.store.record_tables import AuditHeadRow
from mimis_core.store.tables import AuditRow

What = Literal["changed", "deleted", "inserted", "truncated", "signature"]
Line = dict[str, Any]
"""One line of an export."""


class Fault(Model):
    """What does not fit: ``seq`` is the first number that it is about, ``row`` the id of the row there, if one is."""

    what: What
    seq: int
    row: str | None = None
    message: str


class ChainCheck:
    """A walk along one organisation's chain. Tell it what was noted first, then each row, then the head.

    Arguments:
        trusted: certificates (DER) whose keys may have signed a head.
    """

    def __init__(self, organisation: str, trusted: Collection[bytes]) -> None:
        self.organisation, self.trusted = organisation, trusted
        self.link, self.seq, self.rows = first_link(organisation), 0, 0
        self.faults: list[Fault] = []
        self._noted: dict[int, set[str]] = {}

    def note_export(self, lines: Collection[Line]) -> None:
        """What an earlier export says of this chain."""
        for line in lines:
            self._noted.setdefault(line["seq"], set()).add(line["head"] if is_head(line) else line["chain"])
            if line.get("signed"):
                self.note_signature(line["signed"])

    def note_signature(self, token: str) -> int | None:
        """What a signed head says; gives how far it reaches, None when it does not hold."""
        try:
            signed = read_signed_head(token)
        except DataError as error:
            self._fault("signature", 0, error.message)
            return None
        if signed.certificate not in self.trusted:
            text = "Another key than the seal's signed this head. Give the certificate of that time with --certificate."
            self._fault("signature", signed.seq, text)
            return None
        if signed.organisation != self.organisation:
            self._fault("signature", signed.seq, "This head is of another organisation's audit.")
            return None
        self._noted.setdefault(signed.seq, set()).add(signed.head)
        return signed.seq

    def row(self, row: AuditRow) -> None:
        """The next row by number."""
        seq, chain = row.seq or 0, row.chain or ""
        self.rows += 1
        if seq <= self.seq:
            self._fault("inserted", seq, "A second row has this number.", row.id)
            return
        if seq > self.seq + 1:
            self._fault("deleted", self.seq + 1, f"The rows {self.seq + 1} to {seq - 1} are missing.")
        elif next_link(self.link, seq, row) != chain:
            self._fault("changed", seq, "The row or its place is not what was sealed.", row.id)
        if self._noted.get(seq, {chain}) != {chain}:
            self._fault("changed", seq, "Up to here this is another history than the one that was noted.", row.id)
        self.link, self.seq = chain, seq

    def end(self, head: AuditHeadRow | None, last: int) -> None:
        """The head as it was before the walk, and the highest number that there was after it."""
        sealed = head.seq if head is not None else 0
        reached = max((sealed, *self._noted))
        if reached > self.seq:
            self._fault("truncated", self.seq + 1, f"The chain reached {reached} once and ends before that.")
        elif last > self.seq:
            self._fault("inserted", self.seq + 1, "Rows have a number that was not given yet.")
        elif head is not None and head.chain != self.link:
            self._fault("changed", sealed, "The last link is not the one that was sealed.")

    def _fault(self, what: What, seq: int, message: str, row: str | None = None) -> None:
        self.faults.append(Fault(what=what, seq=seq, row=row, message=message))


def read_export(file: Path) -> list[Line]:
    """The lines of an export. Raises UserError for a file that cannot be read or is none."""
    try:
        lines: list[Line] = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        for line in lines:
            if not is_head(line) and not (isinstance(line["seq"], int) and isinstance(line["chain"], str)):
                raise ValueError("neither a row nor a head")
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror or error}.", mend="Give an export.") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UserError(f"{file} is no export of an audit.", mend="Make one with: mimis audit export") from None
    return lines


def read_certificates(files: Collection[Path]) -> Iterator[bytes]:
    """The certificates in PEM files, as DER. Raises UserError for a file without one."""
    for file in files:
        try:
            loaded = load_pem_x509_certificates(file.read_bytes())
        except (OSError, ValueError):
            raise UserError(f"{file} holds no certificate.", mend="Give a PEM file.") from None
        yield from (one.public_bytes(Encoding.DER) for one in loaded)
