"""A virtual authenticator in Chromium (W3C Web Authentication, 11): it makes real passkeys and asks nobody.

The other one, ``tests/web/authenticator.py``, needs no browser and can lie.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

BUILT_IN = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
"""As in a phone: it keeps its keys, and knows its owner by finger or face."""


class VirtualAuthenticator:
    """The authenticator of one page; ``id`` is Chromium's name of it. A second one takes the place of the first."""

    def __init__(self, page: Page) -> None:
        self._protocol = page.context.new_cdp_session(page)
        self._protocol.send("WebAuthn.enable")
        self.id: str = self._protocol.send("WebAuthn.addVirtualAuthenticator", {"options": BUILT_IN})["authenticatorId"]

    def passkeys(self) -> list[dict[str, Any]]:
        """The passkeys that it keeps, as Chromium describes them; other authenticators can be given them."""
        found: list[dict[str, Any]] = self._send("getCredentials")["credentials"]
        return found

    def take(self, key: dict[str, Any]) -> None:
        """Keep a passkey of another authenticator, or one that somebody has forged."""
        self._send("addCredential", credential=key)

    def forget_all(self) -> None:
        """Be as new."""
        self._send("clearCredentials")

    def know_owner(self, known: bool) -> None:
        """Whether the finger is the owner's."""
        self._send("setUserVerified", isUserVerified=known)

    def _send(self, command: str, **arguments: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self._protocol.send(f"WebAuthn.{command}", {"authenticatorId": self.id, **arguments})
        return answer
