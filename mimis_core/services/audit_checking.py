"""Checks a chain: what does not fit is named by its number, and an earlier export or signature is held against it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificates

from mimis_core.errors import DataError, UserError
from mimis_core.model import Model
from mimis_core.services.audit_chain import first_link, next_link
from mimis_core.services.audit_export import EarlierExport
from mimis_core.services.audit_signature import read_signed_head
from mimis_core.store.record_tables import AuditHeadRow
from mimis_core.store.tables import AuditRow

What = Literal["changed", "deleted", "inserted", "truncated", "signature"]


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
        self._exported: Iterator[tuple[int, str]] = iter(())
        self._next: tuple[int, str] | None = 0, ""
        self._reached, self._diverged = 0, False

    def note_export(self, export: EarlierExport) -> None:
        """What an earlier export says of this chain."""
        for head in export.heads:
            self._noted.setdefault(head["seq"], set()).add(head["head"])
            if head.get("signed"):
                self.note_signature(head["signed"])
        self._reached, self._exported = export.last, export.links()

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
            self._fault("inserted", seq, "A second row has this number, or it was never given.", row.id)
            return
        if seq > self.seq + 1:
            self._fault("deleted", self.seq + 1, f"The rows {self.seq + 1} to {seq - 1} are missing.")
        elif next_link(self.link, seq, row) != chain:
            self._fault("changed", seq, "The row or its place is not what was sealed.", row.id)
        # Told once: from here on each row is another than the one that was noted.
        if not self._diverged and self._links_noted(seq) - {chain}:
            self._diverged = True
            self._fault("changed", seq, "Up to here this is another history than the one that was noted.", row.id)
        self.link, self.seq = chain, seq

    def _links_noted(self, seq: int) -> set[str]:
        """The links that were noted for this number, the earlier export's among them: it goes along with the walk."""
        while self._next is not None and self._next[0] < seq:
            self._next = next(self._exported, None)
        exported = {self._next[1]} if self._next is not None and self._next[0] == seq else set()
        return self._noted.get(seq, set()) | exported

    def end(self, head: AuditHeadRow | None, last: int) -> None:
        """The head as it was before the walk, and the highest number that there was after it."""
        sealed = head.seq if head is not None else 0
        reached = max((sealed, self._reached, *self._noted))
        if reached > self.seq:
            self._fault("truncated", self.seq + 1, f"The chain reached {reached} once and ends before that.")
        elif last > self.seq:
            self._fault("inserted", self.seq + 1, "Rows have a number that was not given yet.")
        elif head is not None and head.chain != self.link:
            self._fault("changed", sealed, "The last link is not the one that was sealed.")

    def _fault(self, what: What, seq: int, message: str, row: str | None = None) -> None:
        self.faults.append(Fault(what=what, seq=seq, row=row, message=message))


def read_certificates(files: Collection[Path]) -> Iterator[bytes]:
    """The certificates in PEM files, as DER. Raises UserError for a file without one."""
    for file in files:
        try:
            loaded = load_pem_x509_certificates(file.read_bytes())
        except (OSError, ValueError):
            raise UserError(f"{file} holds no certificate.", mend="Give a PEM file.") from None
        yield from (one.public_bytes(Encoding.DER) for one in loaded)
