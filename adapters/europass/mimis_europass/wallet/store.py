"""What the wallet sandbox holds: wallets, the credentials in them, and share links."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass, field
from datetime import UTC, datetime

_LETTERS = string.ascii_letters + string.digits


@dataclass
class Wallet:
    """One learner's wallet. A temporary one was made by a deposit to an e-mail address that had none."""

    user_id: str
    email: str
    address: str
    temporary: bool = False
    credentials: dict[str, bytes] = field(default_factory=dict)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(16))


@dataclass(frozen=True)
class ShareLink:
    """A link by which anyone may see one credential until it expires."""

    hash: str
    user_id: str
    urn: str
    created: datetime
    expires: datetime

    @property
    def expired(self) -> bool:
        """Whether the link shows nothing any more."""
        return self.expires <= datetime.now(UTC)


class TakenError(Exception):
    """An e-mail address (WL-0001) or id (WL-0002) that already has a wallet; ``args[0]`` is the code."""


class WalletStore:
    """All wallets of one sandbox, found by id or e-mail address. Not thread-safe: the sandbox holds a lock."""

    def __init__(self, prefix: str = "europass.eu") -> None:
        self._prefix = prefix
        self.wallets: dict[str, Wallet] = {}
        self._by_email: dict[str, Wallet] = {}
        self.links: dict[str, ShareLink] = {}

    def by_email(self, email: str) -> Wallet | None:
        """The wallet of an e-mail address, whatever its case."""
        return self._by_email.get(email.casefold())

    def open(self, user_id: str, email: str) -> Wallet:
        """Open a permanent wallet; a temporary one of that address becomes it and keeps what it holds."""
        earlier = self.by_email(email)
        if earlier is not None and not earlier.temporary:
            raise TakenError("WL-0001")
        if user_id in self.wallets:
            raise TakenError("WL-0002")
        wallet = Wallet(user_id, email, f"{self._prefix}/{user_id}")
        if earlier is not None:
            wallet.credentials = earlier.credentials
            del self.wallets[earlier.user_id]
        return self._keep(wallet)

    def open_temporary(self, email: str) -> Wallet:
        """Open a wallet that waits for its owner to register with that address."""
        if self.by_email(email) is not None:
            raise TakenError("WL-0001")
        wallet = Wallet(_letters(16), email, f"{self._prefix}/Temp_{_letters(10)}", temporary=True)
        return self._keep(wallet)

    def share(self, wallet: Wallet, urn: str, expires: datetime) -> ShareLink:
        """Make a share link of one credential."""
        link = ShareLink(_letters(16), wallet.user_id, urn, datetime.now(UTC), expires)
        self.links[link.hash] = link
        return link

    def _keep(self, wallet: Wallet) -> Wallet:
        self.wallets[wallet.user_id] = self._by_email[wallet.email.casefold()] = wallet
        return wallet


def _letters(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))
