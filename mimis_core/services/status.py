"""What anyone may ask about a credential without knowing whose it is: its page, its status, and its status list."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from secrets import randbelow
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mimis_core.errors import NotFoundError
from mimis_core.model import Achievement, CredentialStatus
from mimis_core.services.learners import LearnerServices
from mimis_core.services.views import PublicCredential, StatusView
from mimis_core.store.tables import CredentialRow

LIST_LENGTH = 131_072
"""Places of a status list: the least that hides one credential among many (Bitstring Status List v1.0, section 3.3)."""
FOR_GOOD = (CredentialStatus.REVOKED, CredentialStatus.SUPERSEDED)
PURPOSES = {"revocation": FOR_GOOD, "suspension": (CredentialStatus.SUSPENDED, *FOR_GOOD)}
"""Which statuses set the bit of a list with this ``statusPurpose``; expiry stands in the document itself.

A revocation cannot be taken back (Bitstring Status List v1.0, section 2.1), so no suspension stands among them. A
suspension may last for ever: whoever looks only there, since a badge has room for one list, misses nothing.
"""
Place = tuple[int, int]
"""Number of a status list, and the index in it."""


class StatusServices(LearnerServices):
    """Public answers about one organisation's credentials."""

    def public_credential(self, public_id: str) -> PublicCredential:
        """What the page behind the QR shows: no person. Raises NotFoundError."""
        with self.database.reading() as session:
            return self._public(self._by_public_id(session, public_id))

    def signed_status(self, public_id: str, life: timedelta | None = None) -> bytes:
        """The current status as a compact JWS, signed with the seal's key as it is today.

        Header ``typ`` is ``mimis-status+jwt``, ``x5c`` the certificates; the claims name the credential's urn and no
        person, and leave out the reason, which an administrator wrote for the learner alone. ``life`` says how long it
        may be relied on, by default ``[status] life_hours``. Raises NotFoundError.
        """
        with self.database.reading() as session:
            view = self._status(self._by_public_id(session, public_id))
        return self._sign_status(view, life or timedelta(hours=self.settings.status.life_hours))

    def signed_status_list(self, list_no: int, purpose: str, life: timedelta | None = None) -> bytes:
        """A ``BitstringStatusListCredential`` as a JWT, for formats whose credentials name a place in such a list.

        Bitstring Status List v1.0 sections 2.2 and 3.1; secured by VC-JOSE-COSE section 3.1 (``typ`` ``vc+jwt``), with
        the seal's certificates in ``x5c``. Raises NotFoundError for a list or purpose that there is not.
        """
        if purpose not in PURPOSES:
            raise NotFoundError(f"There is no status list for {purpose!r} here.", code="unknown")
        with self.database.reading() as session:
            if not 1 <= list_no <= self._last_list(session):
                raise NotFoundError(f"There is no status list {list_no} here.", code="unknown")
        life = life or timedelta(hours=self.settings.status.life_hours)
        return self._sign("vc+jwt", self._list_credential(list_no, purpose, life))

    def status_list_address(self, list_no: int) -> str:
        """Address of a status list; ``/revocation`` and ``/suspension`` after it give the two purposes."""
        return f"{self.settings.base_url}/status/list/{list_no}"

    def _taken_places(self, list_no: int, purpose: str) -> list[int]:
        query = select(CredentialRow.status_index).where(
            CredentialRow.organisation == self.organisation,
            CredentialRow.status_list == list_no,
            CredentialRow.status.in_(PURPOSES[purpose]),
        )
        with self.database.reading() as session:
            return list(session.scalars(query))

    def _list_credential(self, list_no: int, purpose: str, life: timedelta) -> dict[str, Any]:
        address, now = f"{self.status_list_address(list_no)}/{purpose}", self.clock()
        return {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "id": address,
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": self.settings.base_url,
            "validFrom": _zulu(now),
            "validUntil": _zulu(now + life),
            "credentialSubject": {
                "id": f"{address}#list",
                "type": "BitstringStatusList",
                "statusPurpose": purpose,
                "encodedList": encode_list(self._taken_places(list_no, purpose)),
            },
        }

    def _sign_status(self, view: StatusView, life: timedelta) -> bytes:
        now = self.clock()
        claims = {
            "sub": view.urn,
            "status": view.status.value,
            "changed_at": view.changed_at.isoformat(),
            "iat": int(now.timestamp()),
            "exp": int((now + life).timestamp()),
        }
        return self._sign("mimis-status+jwt", claims)

    def _sign(self, kind: str, claims: dict[str, Any]) -> bytes:
        signer = self._signer
        algorithm = signer.algorithms[0]
        chain = [base64.b64encode(certificate).decode() for certificate in signer.chain()]
        header = {"alg": algorithm, "typ": kind, "x5c": chain}
        signing_input = b".".join(_base64url(json.dumps(part).encode()) for part in (header, claims))
        return signing_input + b"." + _base64url(signer.sign(signing_input, algorithm))

    def _public(self, row: CredentialRow) -> PublicCredential:
        achievement = self.reviewed(Achievement.model_validate_json(row.achievement))
        return PublicCredential(
            achievement=achievement,
            issuer=self.settings.organisation,
            owner=self.owner(achievement.owner),
            status=self._status(row).model_copy(update={"reason": None}),
        )

    def _by_public_id(self, session: Session, public_id: str) -> CredentialRow:
        rows = self._rows(session, CredentialRow, CredentialRow.public_id == public_id)
        if not rows:
            raise NotFoundError("There is no such credential here.", code="unknown")
        return rows[0]

    def _status(self, row: CredentialRow) -> StatusView:
        status = CredentialStatus(row.status)
        if status is CredentialStatus.ACTIVE and row.valid_until is not None and row.valid_until < self.clock():
            return StatusView(urn=row.urn, status=CredentialStatus.EXPIRED, changed_at=row.valid_until)
        return StatusView(urn=row.urn, status=status, reason=row.status_reason, changed_at=row.status_at)

    def _last_list(self, session: Session) -> int:
        query = select(func.max(CredentialRow.status_list)).where(CredentialRow.organisation == self.organisation)
        return session.scalar(query) or 0

    def _free_places(self, session: Session, count: int) -> list[Place]:
        """Unused places, drawn at random, so that neighbours in a list say nothing about who was issued when.

        A list in which more than half of the drawn places are taken is left for the next one: that is told without
        counting, and keeps the number of draws small.
        """
        list_no = self._last_list(session) or 1
        drawn = list(dict.fromkeys(randbelow(LIST_LENGTH) for _ in range(2 * count + 16)))
        taken = select(CredentialRow.status_index).where(
            CredentialRow.organisation == self.organisation,
            CredentialRow.status_list == list_no,
            CredentialRow.status_index.in_(drawn),
        )
        known = set(session.scalars(taken))
        free = [index for index in drawn if index not in known]
        if 2 * len(free) < len(drawn) or len(free) < count:
            list_no, free = list_no + 1, drawn
        return [(list_no, index) for index in free[:count]]


def encode_list(taken: Iterable[int]) -> str:
    """The bits with these places set, as ``encodedList``: index 0 is the leftmost bit (section 3.3), GZIP, multibase.

    The same places give the same text: the GZIP header carries no time.
    """
    bits = bytearray(LIST_LENGTH // 8)
    for index in taken:
        bits[index // 8] |= 0x80 >> index % 8
    return "u" + _base64url(gzip.compress(bytes(bits), mtime=0)).decode()


def _zulu(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _base64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
