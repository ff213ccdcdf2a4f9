"""HTTP for adapters: timeouts, retries, errors by what to do, and no secret in any text.

The one module that imports requests; import it where a connection is made, never from a package's ``__init__``.
"""

from __future__ import annotations

import logging
import re
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from mimis_core.errors import (
    AuthenticationError,
    MimisError,
    NotFoundError,
    PermanentError,
    PermissionDeniedError,
    TemporaryError,
)
from mimis_core.observe import outgoing

Response = requests.Response
T = TypeVar("T")
R = TypeVar("R")

LONGEST_RETRY_AFTER = 20
"""Seconds that one call waits for a busy server before it hands TemporaryError to the caller."""

_PATH = re.compile(r"(?<=[\s\"'])/[^\s\"']*")


class _HidePaths(logging.Filter):
    """Takes paths and queries out of what the HTTP library logs: they can hold addresses, names and tokens."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _PATH.sub("/...", record.getMessage()), ()
        return True


for _logger in ("urllib3.connectionpool", "urllib3.util.retry"):
    logging.getLogger(_logger).addFilter(_HidePaths())


class Client:
    """A connection to one remote system, safe to use from many threads.

    Arguments:
        base_url: address that relative paths are joined to.
        system: what error texts call the other side, such as ``Moodle``.
        headers: sent with every request.
        repeat: methods that may be sent again after a fault; add POST only where a call changes nothing.
        retries: how often one request is sent again; 0 hands the first fault to the caller.
        timeout: seconds to connect, and between two bytes.
        authorise: gives the ``Authorization`` header of each request; called with True after a 401, to renew a token.
    """

    def __init__(
        self,
        base_url: str,
        *,
        system: str,
        headers: dict[str, str] | None = None,
        repeat: frozenset[str] = frozenset({"GET", "HEAD", "PUT", "DELETE"}),
        retries: int = 3,
        backoff: float = 0.2,
        timeout: tuple[float, float] = (5.0, 30.0),
        authorise: Callable[[bool], str] | None = None,
    ) -> None:
        self.base_url = base_url if base_url.endswith("/") else f"{base_url}/"
        self.system = system
        self._headers = headers or {}
        self._timeout = timeout
        self._authorise = authorise
        self._retry = Retry(
            total=retries,
            backoff_factor=backoff,
            status_forcelist=(429, 500, 502, 503, 504),
            allowed_methods=repeat,
            raise_on_status=False,
            retry_after_max=LONGEST_RETRY_AFTER,
        )
        self._idle: list[requests.Session] = []
        self._closed = False
        self._lock = threading.Lock()

    def send(self, method: str, path: str, **arguments: Any) -> Response:
        """Send one request and return a good answer (below 400).

        ``arguments`` are those of ``requests.Session.request``. Raises by what to do: AuthenticationError (401),
        PermissionDeniedError (403), NotFoundError (404), TemporaryError (429, 5xx, no connection, timeout),
        PermanentError (any other 4xx, with ``code`` the status).
        """
        response = self.ask(method, path, **arguments)
        if response.status_code >= 400:
            raise self.error(response)
        return response

    def ask(self, method: str, path: str, **arguments: Any) -> Response:
        """Like :meth:`send` but returns every answer, for systems whose refusals carry their own codes."""
        response = self._request(method, path, False, arguments)
        if response.status_code == 401 and self._authorise is not None:
            response = self._request(method, path, True, arguments)
        return response

    def error(self, response: Response, code: str | None = None) -> MimisError:
        """The error that fits a refused answer; ``code`` is the system's own reason, when it gave one."""
        status = response.status_code
        text = f"{self.system} at {self._host()} answered {status}{f' ({code})' if code else ''}."
        if status == 401:
            return AuthenticationError(text, mend="The key is wrong or has expired: make a new one.", code=code)
        if status == 403:
            return PermissionDeniedError(text, mend="The key lacks a right.", code=code)
        if status == 404:
            return NotFoundError(text, code=code)
        if status == 429 or status >= 500:
            return TemporaryError(text, mend="Try again later.", code=code, retry_after=_retry_after(response))
        return PermanentError(text, code=code or str(status))

    def json(self, response: Response) -> Any:
        """The answer's JSON. Raises TemporaryError for HTML or cut-off JSON: proxies answer so in passing."""
        try:
            return response.json()
        except ValueError:
            kind = response.headers.get("Content-Type", "no content type")
            raise TemporaryError(
                f"{self.system} at {self._host()} answered {response.status_code} with something that is not JSON "
                f"({kind}, {len(response.content)} bytes).",
                mend="Try again later; if it stays, check the address.",
            ) from None

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            self._closed = True
            while self._idle:
                self._idle.pop().close()

    def _host(self) -> str:
        return urlsplit(self.base_url).netloc

    @outgoing
    def _request(self, method: str, path: str, renew: bool, arguments: dict[str, Any]) -> Response:
        headers = {**self._headers, **arguments.get("headers", {})}
        if self._authorise is not None:
            headers["Authorization"] = self._authorise(renew)
        call = {"timeout": self._timeout, **arguments, "headers": headers}
        session = self._take_session()
        try:
            return session.request(method, urljoin(self.base_url, path), **call)
        except requests.RequestException as error:
            raise TemporaryError(
                f"{self.system} at {self._host()} did not answer ({type(error).__name__}).",
                mend="Check that the address is right and the system is up; mimis tries again.",
            ) from None
        finally:
            self._give_back(session)

    def _take_session(self) -> requests.Session:
        """A session of one's own for one request: as many are made as run at once, however many threads come by."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
        session = requests.Session()
        session.trust_env = False
        for prefix in ("http://", "https://"):
            session.mount(prefix, HTTPAdapter(max_retries=self._retry, pool_maxsize=4))
        return session

    def _give_back(self, session: requests.Session) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(session)
                return
        session.close()


def map_bounded(function: Callable[[T], R], items: Iterable[T], workers: int) -> Iterator[R]:
    """Results of ``function`` in the order of ``items``, with at most ``workers`` calls and 2 * workers waiting.

    An exception of one call is raised at its place; what already runs is awaited, the rest is not started.
    """
    waiting: deque[Future[R]] = deque()
    source = iter(items)
    with ThreadPoolExecutor(workers) as pool:
        try:
            for item in source:
                waiting.append(pool.submit(function, item))
                if len(waiting) >= 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _retry_after(response: Response) -> float | None:
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdigit() else None
