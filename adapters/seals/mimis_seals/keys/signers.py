"""What the three kinds of seal key have in common: opened once, refused when unfit, checked in the same words."""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from mimis_core import AdapterSettings, ConfigurationError, Finding, MimisError, Signer
from mimis_seals.keys.certificates import Certificate, utc_now
from mimis_seals.keys.chains import Chain

RENEW_DAYS = 60
"""``mimis check`` warns this long before the certificate ends: a new order can take weeks."""

S = TypeVar("S", bound=AdapterSettings)


class SealSigner(Signer[S]):
    """A signer whose certificates are read at first use and kept. Subclasses say how, and how to sign."""

    def __init__(self, name: str, settings: S, now: Callable[[], datetime] = utc_now) -> None:
        super().__init__(name, settings)
        self._now = now
        self._opened: Chain | None = None
        self._lock = threading.RLock()

    @property
    @abstractmethod
    def where(self) -> str:
        """What error texts call the place of the key, such as its file."""

    @abstractmethod
    def _open(self) -> Chain:
        """Read the certificates; called once, under the lock. Raises ConfigurationError, TemporaryError."""

    @abstractmethod
    def _sign(self, data: bytes) -> bytes:
        """Sign with the one algorithm of the key, in the form of JOSE."""

    @property
    def algorithms(self) -> tuple[str, ...]:
        """The one algorithm that the key does: RS256 or ES256."""
        return (self._chain.algorithm,)

    @property
    def trial(self) -> bool:
        """Whether the certificate carries the mark of a trial key."""
        return self._chain.certificate.trial

    def sign(self, data: bytes, algorithm: str) -> bytes:
        """Sign; raises ConfigurationError when the key cannot do ``algorithm`` or its certificate has expired."""
        chain = self._chain
        if algorithm != chain.algorithm:
            raise ConfigurationError(
                f"{self.where}: this key signs with {chain.algorithm}, not {algorithm}.",
                mend=f"Ask for {chain.algorithm}, or order a certificate for another kind of key.",
            )
        self._refuse_outside_validity(chain.certificate)
        return self._sign(data)

    def chain(self) -> tuple[bytes, ...]:
        """The signing certificate and those above it, as far as they came with the key."""
        return self._chain.ders

    def check(self) -> Iterable[Finding]:
        """Say whether the key can be used, whose seal it is, and how long it holds."""
        try:
            certificate = self._chain.certificate
            self._refuse_outside_validity(certificate)
        except MimisError as error:
            return (Finding(subject=self.name, status="error", message=error.message, mend=error.mend),)
        days = (certificate.not_after - self._now()).days
        text = f"The seal of {certificate.organisation} ({certificate.identifier}) holds for {days} more days."
        if certificate.trial:
            mend = "Order a certificate before you issue to real learners: docs/sigill.md says how."
            return (Finding(subject=self.name, status="warning", message=f"{text} It is a trial seal.", mend=mend),)
        if days < RENEW_DAYS:
            return (Finding(subject=self.name, status="warning", message=text, mend="Order the next one now."),)
        return (Finding(subject=self.name, status="ok", message=text),)

    @property
    def _chain(self) -> Chain:
        opened = self._opened
        if opened is None:
            with self._lock:
                opened = self._opened = self._opened or self._open()
        return opened

    def _refuse_outside_validity(self, certificate: Certificate) -> None:
        if certificate.holds_at(self._now()):
            return
        start, end = certificate.not_before.date(), certificate.not_after.date()
        raise ConfigurationError(
            f"{self.where}: the certificate of the seal holds from {start} to {end}, not now.",
            mend="Order a new certificate and point [signer] at it; what is sealed already stays sealed.",
        )
