"""Raising a seal to level T, LT or LTA of JAdES (ETSI TS 119 182-1, section 6), and keeping an LTA seal alive.

Nothing that stands is changed: parts are added behind it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from mimis_core import ConfigurationError, Finding, MimisError
from mimis_seals.form.imprints import archive_imprint, signature_imprint
from mimis_seals.form.timestamps import LARGEST_SKEW, TimestampClient, read_token
from mimis_seals.sealing.envelopes import SealParts, certificate_values, revocation_values, stamps
from mimis_seals.sealing.evidence import Evidence
from mimis_seals.settings import Level

ORDER: tuple[Level, ...] = ("B", "T", "LT", "LTA")
NOTICED_SKEW = 5.0
"""Seconds between our clock and the authority's from which ``mimis check`` warns."""


@dataclass(frozen=True)
class Basis:
    """What a level builds on: the seal's chain as far as it is known, what of it ``x5c`` holds, and earlier tokens."""

    chain: tuple[bytes, ...]
    included: tuple[bytes, ...]
    tokens: tuple[bytes, ...] = ()


class Levels:
    """Adds what a level asks for. Safe to use from many threads; answers about revocation are shared."""

    def __init__(self, evidence: Evidence, authority: TimestampClient | None) -> None:
        self._evidence = evidence
        self._authority = authority

    def prove(self, chain: tuple[bytes, ...]) -> None:
        """Refuse a revoked seal before anything is signed or paid for. Raises as :meth:`raised` does."""
        self._evidence.collect([chain])

    def stamp(self, imprint: bytes) -> bytes:
        """A timestamp. Raises ConfigurationError without an authority, else as TimestampClient does."""
        if self._authority is None:
            raise ConfigurationError(
                "No time-stamping authority is configured.", mend="Write tsa = { url = ... } under [sealer]."
            )
        return self._authority.stamp(imprint)

    def raised(self, seal: SealParts, basis: Basis, before: Level, level: Level) -> SealParts:
        """The seal at ``level``; ``before`` is the level that it has.

        Raises TemporaryError when an authority is away, ConfigurationError for a revoked certificate, PermanentError
        when a timestamp is refused.
        """
        missing = ORDER[ORDER.index(before) + 1 : ORDER.index(level) + 1]
        tokens = list(basis.tokens)
        if "T" in missing:
            tokens.append(self.stamp(signature_imprint(seal.signature)))
            seal = seal.added(stamps("sigTst", tokens[-1]))
        if "LT" in missing:
            values = self._evidence.collect([basis.chain, *(read_token(one).chain for one in tokens)])
            lacking = [one for one in values.certificates if one not in basis.included]
            parts = {"xVals": certificate_values(lacking), "rVals": revocation_values(values)}
            seal = seal.added(*({name: value} for name, value in parts.items() if value))
        return self._archived(seal) if "LTA" in missing else seal

    def archived_again(self, seal: SealParts, token: bytes) -> SealParts:
        """An LTA seal with proof for its last archive timestamp (``tstVD``), and a new one over everything.

        Raises as :meth:`raised` does.
        """
        values = self._evidence.collect([read_token(token).chain])
        proof = {"xVals": certificate_values(values.certificates), "rVals": revocation_values(values)}
        return self._archived(seal.added({"tstVD": proof}))

    def close(self) -> None:
        """Close connections."""
        if self._authority is not None:
            self._authority.close()

    def _archived(self, seal: SealParts) -> SealParts:
        imprint = archive_imprint(seal.payload, seal.protected, seal.signature, seal.unsigned)
        return seal.added(stamps("arcTst", self.stamp(imprint)))


def check_authority(subject: str, authority: TimestampClient, level: Level, now: Callable[[], datetime]) -> Finding:
    """Ask for one timestamp, over nothing, and say what came of it; some authorities count it as one of those paid."""
    try:
        _, token = authority.ask(hashlib.sha256(secrets.token_bytes(16)).digest())
    except MimisError as error:
        return Finding(subject=subject, status="error", message=error.message, mend=error.mend)
    skew = abs((token.gen_time - now()).total_seconds())
    if skew > NOTICED_SKEW:
        return Finding(
            subject=subject,
            status="error" if skew > LARGEST_SKEW.total_seconds() else "warning",
            message=f"The clocks of mimis and of the time-stamping authority are {skew:.0f} seconds apart.",
            mend="Let the server set its clock from the network (NTP).",
        )
    if level in ("B", "T"):
        message = f"Seals are made at level {level}: they can be checked only while authorities still answer for them."
        return Finding(subject=subject, status="warning", message=message, mend='Choose level = "LTA".')
    return Finding(subject=subject, status="ok", message=f"Seals are made at level {level}; timestamps are answered.")
