"""A stand-in of the Europass wallet service (EDCI wallet API v1), which judges seals by a trust list of its own."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from mimis_core.testing import Answer, Request, Sandbox
from mimis_europass.wallet.multipart import file_parts
from mimis_europass.wallet.seal import Opened, SealError, TrustList
from mimis_europass.wallet.store import ShareLink, TakenError, Wallet, WalletStore
from mimis_europass.wallet.views import (
    ERRORS,
    RefusedError,
    credential_view,
    error_answer,
    link_view,
    verification_views,
)

PREFIX = "/api/v1"


class WalletSandbox(Sandbox):
    """A wallet service that trusts nobody until :meth:`trust` is called.

    It deposits, lists, shows, verifies and shares as documented; diploma, thumbnail and presentation are left out and
    answered as unknown. ``mails`` counts the messages that the real service would have sent to learners.
    """

    name = "europass"

    def __init__(self) -> None:
        super().__init__()
        self.mails = 0
        self._token: str | None = None
        self._trust = TrustList()
        self._store = WalletStore()
        self._refusals: deque[str] = deque()
        self._guard = threading.RLock()

    # For tests and people --------------------------------------------------------------------------------------

    def settings(self) -> dict[str, Any]:
        """The courier's table of ``mimis.toml``."""
        return {"kind": "europass", "url": f"{self.url}/api"}

    def trust(self, anchor: str) -> None:
        """Accept seals by these certificates and by those that they issued."""
        self._trust.add(anchor)

    def refuse(self, code: str, times: int = 1) -> None:
        """Answer the next ``times`` requests with a documented error, such as ``WL-0005``."""
        if code not in ERRORS:
            raise ValueError(f"{code} is not documented; known: {', '.join(ERRORS)}")
        self._refusals.extend([code] * times)

    def require_token(self, token: str) -> None:
        """Ask for this access token at every address, as a wallet behind a gateway does."""
        self._token = token

    def open_wallet(self, user_id: str, email: str) -> Wallet:
        """Open a permanent wallet, as a learner does when she registers with Europass."""
        with self._guard:
            return self._store.open(user_id, email)

    def received(self) -> list[tuple[str, bytes]]:
        """All credentials in all wallets, as (``<userId>_<uuid>.jsonld``, sealed file)."""
        with self._guard:
            return [
                (f"{wallet.user_id}_{urn.rpartition(':')[2]}.jsonld", content)
                for wallet in self._store.wallets.values()
                for urn, content in wallet.credentials.items()
            ]

    # The service -----------------------------------------------------------------------------------------------

    def handle(self, request: Request) -> Answer:
        """Answer one request as the wallet service would."""
        with self._guard:
            try:
                if self._refusals:
                    raise RefusedError(self._refusals.popleft())
                if self._token is not None and request.headers.get("authorization") != f"Bearer {self._token}":
                    raise RefusedError("AU-0002")
                return self._route(request)
            except RefusedError as refused:
                return error_answer(refused, unquote(request.path))

    def _route(self, request: Request) -> Answer:
        for method, pattern, answer in _ROUTES:
            found = re.fullmatch(PREFIX + pattern, request.path)
            if found and method == request.method:
                return answer(self, request, *(unquote(part) for part in found.groups()))
        raise RefusedError("GL-0001")

    def _deposit_by_id(self, request: Request, user_id: str) -> Answer:
        wallet = self._wallet(user_id)
        return self._store_in(request, wallet, *self._opened(request))

    def _deposit_by_email(self, request: Request, email: str) -> Answer:
        opened, content = self._opened(request)
        wallet = self._store.by_email(email) or self._store.open_temporary(email)
        return self._store_in(request, wallet, opened, content)

    def _opened(self, request: Request) -> tuple[Opened, bytes]:
        files = file_parts(request.headers.get("content-type", ""), request.body)
        filename, content = files.get("_credential") or files.get("_credentialXML") or ("", b"")
        if filename.endswith(".xml"):
            raise RefusedError("CI-0001", "the sandbox converts no XML")
        if not filename.endswith(".jsonld"):
            raise RefusedError("CR-0005")
        try:
            opened = self._trust.open(content)
        except SealError as error:
            raise RefusedError("CR-0007", str(error)) from None
        if not opened.readable or not isinstance(opened.credential.get("id"), str):
            raise RefusedError("CR-0006", "the credential has no id, or no context on one line")
        return opened, content

    def _store_in(self, request: Request, wallet: Wallet, opened: Opened, content: bytes) -> Answer:
        urn = opened.credential["id"]
        if urn in wallet.credentials:
            raise RefusedError("CR-0001")
        wallet.credentials[urn] = content
        self.mails += request.query.get("sendEmail", ["true"])[0] == "true"
        return Answer.of(self._view(wallet, opened.credential))

    def _list(self, request: Request, user_id: str) -> Answer:
        wallet = self._wallet(user_id)
        held = [self._trust.read(content) for content in wallet.credentials.values()]
        return Answer.of([self._view(wallet, credential) for credential in held])

    def _get(self, request: Request, user_id: str, urn: str) -> Answer:
        return _file(self._held(self._own(request, user_id), urn))

    def _delete(self, request: Request, user_id: str, urn: str) -> Answer:
        wallet = self._own(request, user_id)
        self._held(wallet, urn)
        del wallet.credentials[urn]
        return Answer(204)

    def _verify(self, request: Request, user_id: str, urn: str) -> Answer:
        content = self._held(self._own(request, user_id), urn)
        if request.headers.get("content-type") != "application/json":
            return Answer(415, b"", "text/plain")
        return Answer.of(verification_views(content, self._trust))

    def _open_wallet(self, request: Request) -> Answer:
        order = _json(request)
        try:
            wallet = self._store.open(str(order["userId"]), str(order["userEmail"]))
        except KeyError:
            raise RefusedError("UN-0000", "userId and userEmail are needed") from None
        except TakenError as taken:
            raise RefusedError(taken.args[0]) from None
        return Answer.of({"walletAddress": wallet.address})

    def _open_many(self, request: Request) -> Answer:
        errors = []
        for order in _json(request).get("wallets", []):
            try:
                self._store.open_temporary(str(order["userEmail"]))
            except TakenError as taken:
                code = taken.args[0]
                errors.append({"userEmail": order["userEmail"], "errorCode": code, "errorMsg": ERRORS[code][1]})
        return Answer.of({"errors": errors})

    def _show_wallet(self, request: Request, user_id: str) -> Answer:
        wallet = self._own(request, user_id)
        return Answer.of({"walletAddress": wallet.address, "userId": wallet.user_id, "userEmail": wallet.email})

    def _share(self, request: Request, user_id: str, urn: str) -> Answer:
        wallet = self._own(request, user_id)
        self._held(wallet, urn)
        try:
            expires = datetime.fromisoformat(str(_json(request)["expirationDate"])).astimezone(UTC)
        except (KeyError, ValueError):
            raise RefusedError("UN-0000", "expirationDate is needed") from None
        return Answer.of(link_view(self._store.share(wallet, urn, expires), f"{self.url}{PREFIX}"))

    def _show_link(self, request: Request, share_hash: str) -> Answer:
        return Answer.of(link_view(self._link(share_hash), f"{self.url}{PREFIX}"))

    def _get_shared(self, request: Request, share_hash: str) -> Answer:
        return _file(self._shared(share_hash))

    def _verify_shared(self, request: Request, share_hash: str) -> Answer:
        return Answer.of(verification_views(self._shared(share_hash), self._trust))

    # Lookups that refuse ---------------------------------------------------------------------------------------

    def _wallet(self, user_id: str) -> Wallet:
        if user_id not in self._store.wallets:
            raise RefusedError("WL-0003")
        return self._store.wallets[user_id]

    def _own(self, request: Request, user_id: str) -> Wallet:
        given = request.headers.get("authorization", "")
        owner = next((each for each in self._store.wallets.values() if given == f"Bearer {each.token}"), None)
        if owner is None:
            raise RefusedError("AU-0002")
        if owner.user_id != user_id:
            raise RefusedError("AU-0001")
        return owner

    def _held(self, wallet: Wallet, urn: str) -> bytes:
        if urn not in wallet.credentials:
            raise RefusedError("CR-0003")
        return wallet.credentials[urn]

    def _link(self, share_hash: str) -> ShareLink:
        if share_hash not in self._store.links:
            raise RefusedError("SL-0002")
        return self._store.links[share_hash]

    def _shared(self, share_hash: str) -> bytes:
        link = self._link(share_hash)
        if link.expired:
            raise RefusedError("SL-0001")
        return self._held(self._wallet(link.user_id), link.urn)

    def _view(self, wallet: Wallet, credential: dict[str, Any]) -> dict[str, Any]:
        return credential_view(credential, f"{self.url}/#/view/{wallet.user_id}/{credential['id']}")


_Handler = Callable[..., Answer]
_ROUTES: Sequence[tuple[str, str, _Handler]] = (
    ("POST", r"/wallets/email/([^/]+)/credentials", WalletSandbox._deposit_by_email),
    ("POST", r"/wallets/([^/]+)/credentials", WalletSandbox._deposit_by_id),
    ("GET", r"/wallets/([^/]+)/credentials", WalletSandbox._list),
    ("GET", r"/wallets/([^/]+)/credentials/([^/]+)", WalletSandbox._get),
    ("DELETE", r"/wallets/([^/]+)/credentials/([^/]+)", WalletSandbox._delete),
    ("GET", r"/wallets/([^/]+)/credentials/([^/]+)/verify", WalletSandbox._verify),
    ("POST", r"/wallets/([^/]+)/credentials/([^/]+)/sharelink", WalletSandbox._share),
    ("POST", r"/wallets", WalletSandbox._open_wallet),
    ("POST", r"/wallets/bulk", WalletSandbox._open_many),
    ("GET", r"/wallets/([^/]+)", WalletSandbox._show_wallet),
    ("GET", r"/sharelinks/([^/]+)", WalletSandbox._show_link),
    ("GET", r"/sharelinks/([^/]+)/credentials", WalletSandbox._get_shared),
    ("GET", r"/sharelinks/([^/]+)/verify", WalletSandbox._verify_shared),
)


def _json(request: Request) -> dict[str, Any]:
    try:
        body = request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise RefusedError("UN-0000", "the body is no JSON object")
    return body


def _file(content: bytes) -> Answer:
    stamp = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
    disposition = f'attachment; filename="Credential-{stamp}.jsonld"'
    return Answer(200, content, "application/octet-stream", {"Content-Disposition": disposition})
