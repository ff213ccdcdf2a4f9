"""One bounded look at a web address: by size, by time, without following redirects or trying again."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from mimis_core import MimisError
from mimis_core.http import Client


class FetchError(Exception):
    """Nothing that can be used came back. ``kind``: ``address``, ``private``, ``silent``, ``refused`` or ``large``."""

    def __init__(self, kind: str, status: int = 0) -> None:
        super().__init__(kind)
        self.kind = kind
        self.status = status


@dataclass(frozen=True)
class Fetched:
    """A good answer, and for how many seconds its sender lets it be kept (Cache-Control, RFC 9111)."""

    body: bytes
    keep: int = 0


@dataclass(frozen=True)
class Bounds:
    """How long and how large an answer may be, and what error texts call the other side.

    ``public``: whoever wrote the address is not known here; one inside this network is not asked.
    """

    system: str
    seconds: float
    largest: int
    public: bool = False


def fetch(address: str, bounds: Bounds, headers: dict[str, str], body: bytes | None = None) -> Fetched:
    """Get an address, or post ``body`` to it. Raises FetchError; what it means is the caller's to say."""
    if not is_web_address(address):
        raise FetchError("address")
    if bounds.public and not is_public(address):
        raise FetchError("private")
    client = Client(address, system=bounds.system, retries=0, timeout=(bounds.seconds, bounds.seconds))
    sent = {"Accept-Encoding": "identity", **headers}
    method = "GET" if body is None else "POST"
    deadline = time.monotonic() + bounds.seconds
    try:
        with client.ask(method, address, headers=sent, data=body, stream=True, allow_redirects=False) as response:
            if response.status_code != 200:
                raise FetchError("refused", response.status_code)
            content = bytearray()
            for chunk in response.iter_content(16384):
                content += chunk
                if len(content) > bounds.largest:
                    raise FetchError("large")
                if time.monotonic() > deadline:
                    raise FetchError("silent")
            return Fetched(bytes(content), _kept(response.headers.get("Cache-Control", "")))
    except (MimisError, OSError, ValueError):
        raise FetchError("silent") from None
    finally:
        client.close()


def is_web_address(address: str) -> bool:
    """Whether an address is one that may be asked: http or https, with a host."""
    try:
        split = urlsplit(address)
        return split.scheme in {"http", "https"} and bool(split.hostname)
    except ValueError:
        return False


def is_public(address: str) -> bool:
    """Whether a web address leads out of this network, as its name resolves now; one that does not resolve passes.

    A stranger's file would else let the server ask its neighbours, whose answers show in the verdict.
    """
    try:
        found = socket.getaddrinfo(urlsplit(address).hostname, None)
    except (OSError, UnicodeError):
        return True
    return all(ip_address(str(one[4][0]).partition("%")[0]).is_global for one in found)


def _kept(control: str) -> int:
    words = [word.strip().lower() for word in control.split(",")]
    ages = [word.removeprefix("max-age=") for word in words if word.startswith("max-age=")]
    fit = len(ages) == 1 and ages[0].isdecimal() and len(ages[0]) < 10 and not {"no-store", "no-cache"} & set(words)
    return int(ages[0]) if fit else 0
