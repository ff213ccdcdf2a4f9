"""The employer's way to an issuer: its partner API, and share pages by their link."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from mimis_ats.bounded import UNPACKED, read_bounded
from mimis_ats.intake import Incoming, issuer_of_link, read_share
from mimis_core import NotFoundError, TemporaryError
from mimis_core.http import Client, Response
from mimis_core.paging import by_cursor
from mimis_core.services import Trace

API = "api/partner/v1"
LARGEST_SHARE = 10 * 1024 * 1024
"""Bytes of a share page's answer; a sealed file with its picture has about 200 kB."""
LONGEST_ANSWER = 30.0
"""Seconds within which all of it must have come."""
PAGE_SIZE = 100


@dataclass(frozen=True)
class ShareState:
    """A share in an issuer's list. ``states`` gives each credential's status by urn, None where the list has none."""

    id: str
    states: dict[str, str] | None


class Issuer:
    """One issuer's partner API, asked with the client id and secret that it gave us."""

    def __init__(self, url: str, client_id: str, client_secret: str, scope: str = "shares:read") -> None:
        self.url = url.rstrip("/")
        self._scope = scope
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
        _refuse_gone(self._client, response, _problem_code(response, response.content))
        return read_share(self._client.json(response), self.url)

    def add_trace(self, share_id: str, trace: Trace) -> None:
        """Tell what we did with a share, also after it has ended; its learner sees it. Raises as the client does."""
        _keep(self._client, f"{API}/shares/{share_id}/traces", trace)

    def propose(self, proposal: dict[str, Any]) -> dict[str, Any]:
        """Propose learning outcomes; gives it as kept. The same again within a day is the same proposal.

        Raises as the client does, with the issuer's code for what it refuses.
        """
        body = json.dumps(proposal, sort_keys=True).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": sha256(body).hexdigest()}
        response = self._client.ask("POST", f"{API}/proposals", data=body, headers=headers)
        return self._answered(response)

    def proposal(self, proposal_id: str) -> dict[str, Any]:
        """A proposal of ours with the answer, when there is one. Raises NotFoundError, and as the client does."""
        return self._answered(self._client.ask("GET", f"{API}/proposals/{quote(proposal_id, safe='')}"))

    def close(self) -> None:
        """Close the connections."""
        self._tokens.close()
        self._client.close()

    def _authorise(self, renew: bool) -> str:
        with self._lock:
            if self._token is None or renew:
                form = {"grant_type": "client_credentials", "scope": self._scope}
                answer = self._json(self._tokens.send("POST", f"{API}/token", data=form, auth=self._secret))
                self._token = str(answer.get("access_token"))
            return f"Bearer {self._token}"

    def _answered(self, response: Response) -> dict[str, Any]:
        if response.status_code >= 400:
            raise self._client.error(response, _problem_code(response, response.content))
        return self._json(response)

    def _json(self, response: Response) -> dict[str, Any]:
        body = self._client.json(response)
        if not isinstance(body, dict):
            raise TemporaryError("The issuer's answer is not as expected.", mend="Try again later.")
        return body


def open_link(link: str, *, retries: int = 3, timeout: tuple[float, float] = (5.0, 30.0)) -> Incoming:
    """Open a share page as a program; the issuer records it as a look.

    Arguments:
        link: the address of the page; it is asked whatever it leads to.
        retries: how often it is asked again after a fault.
        timeout: seconds to connect, and between two bytes.

    Raises NotFoundError when it is gone, and DataError for what is no share or larger than :data:`LARGEST_SHARE`.
    """
    issuer, headers = issuer_of_link(link), {"Accept": "application/json", **UNPACKED}
    with (
        closing(Client(issuer, system="The share page", retries=retries, timeout=timeout)) as client,
        client.ask("GET", link, headers=headers, allow_redirects=False, stream=True) as response,
    ):
        content = read_bounded(
            response,
            "The answer of the share page",
            largest=LARGEST_SHARE,
            seconds=LONGEST_ANSWER,
            code="share",
            mend="Ask whoever runs it.",
        )
        _refuse_gone(client, response, _problem_code(response, content))
        return read_share(_json_of(content), issuer, link)


def is_open(link: str) -> bool:
    """Whether the issuer itself says that the share is open, asked without opening it: no look is recorded."""
    with closing(Client(issuer_of_link(link), system="The share page")) as client:
        response = client.ask("HEAD", link, allow_redirects=False)
    return response.status_code == 200 and response.headers.get("Mimis-Share") == "active"


def add_trace_by_link(link: str, trace: Trace) -> None:
    """Tell the same to where a share's page stands, which needs no account there."""
    with closing(Client(issuer_of_link(link), system="The share page")) as client:
        _keep(client, f"{link}/traces", trace)


def _keep(client: Client, address: str, trace: Trace) -> None:
    response = client.ask("POST", address, json=trace.model_dump(mode="json"), allow_redirects=False)
    _refuse_gone(client, response, _problem_code(response, response.content))


def _json_of(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise TemporaryError(
            "The share page answered with something that is not JSON.", mend="Check the link."
        ) from None


def _read_head(share: dict[str, Any]) -> ShareState:
    credentials = share.get("credentials")
    states = {str(one["urn"]): str(one["status"]) for one in credentials} if credentials is not None else None
    return ShareState(str(share["id"]), states)


def _refuse_gone(client: Client, response: Response, code: str | None) -> None:
    status = response.status_code
    # a bare 404 may be a proxy's or a moved page's: only what mimis itself says may lead to removal
    if status == 410 or (status == 404 and code == "unknown"):
        raise NotFoundError("The share was taken back, has ended or was never there.", code=code or "withdrawn")
    if status == 404 or 300 <= status < 400:
        raise TemporaryError(f"The share's address answered {status} without saying why.", mend="Check the link.")
    if status >= 400:
        raise client.error(response)


def _problem_code(response: Response, content: bytes) -> str | None:
    if not response.headers.get("Content-Type", "").startswith("application/problem+json"):
        return None
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return None
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, str) else None
