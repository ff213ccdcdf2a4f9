"""The employer's way to an issuer: its partner API, and share pages by their link."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from mimis_ats.intake import Incoming, issuer_of_link, read_share
from mimis_core import NotFoundError, TemporaryError
from mimis_core.http import Client, Response
from mimis_core.paging import by_cursor

API = "api/partner/v1"
PAGE_SIZE = 100


@dataclass(frozen=True)
class ShareState:
    """A share in an issuer's list. ``states`` gives each credential's status by urn, None where the list has none."""

    id: str
    states: dict[str, str] | None


class Issuer:
    """One issuer's partner API, asked with the client id and secret that it gave us."""

    def __init__(self, url: str, client_id: str, client_secret: str) -> None:
        self.url = url.rstrip("/")
        self._secret = (client_id, client_secret)
        self._token: str | None = None
        self._lock = threading.Lock()
        self._tokens = Client(self.url, system="The issuer", repeat=frozenset({"GET", "POST"}))
        self._client = Client(self.url, system="The issuer", authorise=self._authorise)

    def share_heads(self) -> Iterator[ShareState]:
        """All active shares that are addressed to us, and how they stand. Nothing is opened by this."""

        def fetch(cursor: str | None) -> tuple[list[ShareState], str | None]:
            query = {"limit": str(PAGE_SIZE), **({"cursor": cursor} if cursor else {})}
            page = self._json(self._client.send("GET", f"{API}/shares", params=query))
            return [_read_head(share) for share in page["shares"]], page.get("next")

        try:
            yield from by_cursor(fetch)
        except (KeyError, TypeError):
            raise TemporaryError("The issuer's list of shares is not as expected.", mend="Try again later.") from None

    def open(self, share_id: str) -> Incoming:
        """Open one share; the issuer records it as a look. Raises NotFoundError when it is gone."""
        response = self._client.ask("GET", f"{API}/shares/{share_id}")
        return read_share(_gone_or_json(self._client, response), self.url)

    def close(self) -> None:
        """Close the connections."""
        self._tokens.close()
        self._client.close()

    def _authorise(self, renew: bool) -> str:
        with self._lock:
            if self._token is None or renew:
                form = {"grant_type": "client_credentials", "scope": "shares:read"}
                answer = self._json(self._tokens.send("POST", f"{API}/token", data=form, auth=self._secret))
                self._token = str(answer.get("access_token"))
            return f"Bearer {self._token}"

    def _json(self, response: Response) -> dict[str, Any]:
        body = self._client.json(response)
        if not isinstance(body, dict):
            raise TemporaryError("The issuer's answer is not as expected.", mend="Try again later.")
        return body


def open_link(link: str) -> Incoming:
    """Open a share page as a program; the issuer records it as a look. Raises NotFoundError when it is gone."""
    issuer = issuer_of_link(link)
    with closing(Client(issuer, system="The share page")) as client:
        response = client.ask("GET", link, headers={"Accept": "application/json"}, allow_redirects=False)
        return read_share(_gone_or_json(client, response), issuer, link)


def is_open(link: str) -> bool:
    """Whether the issuer itself says that the share is open, asked without opening it: no look is recorded."""
    with closing(Client(issuer_of_link(link), system="The share page")) as client:
        response = client.ask("HEAD", link, allow_redirects=False)
    return response.status_code == 200 and response.headers.get("Mimis-Share") == "active"


def _read_head(share: dict[str, Any]) -> ShareState:
    credentials = share.get("credentials")
    states = {str(one["urn"]): str(one["status"]) for one in credentials} if credentials is not None else None
    return ShareState(str(share["id"]), states)


def _gone_or_json(client: Client, response: Response) -> Any:
    status, code = response.status_code, _problem_code(response)
    # a bare 404 may be a proxy's or a moved page's: only what mimis itself says may lead to removal
    if status == 410 or (status == 404 and code == "unknown"):
        raise NotFoundError("The share was taken back, has ended or was never there.", code=code or "withdrawn")
    if status == 404 or 300 <= status < 400:
        raise TemporaryError(f"The share's address answered {status} without saying why.", mend="Check the link.")
    if status >= 400:
        raise client.error(response)
    return client.json(response)


def _problem_code(response: Response) -> str | None:
    if not response.headers.get("Content-Type", "").startswith("application/problem+json"):
        return None
    try:
        body = response.json()
    except ValueError:
        return None
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, str) else None
