"""A school's pages over real HTTP, and a browser that keeps cookies and sends forms as pages have them."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any
from urllib.parse import urljoin

import requests
from werkzeug.serving import WSGIRequestHandler, make_server

from mimis_core.services import Role, Services
from mimis_core.store.staff_tables import SessionRow
from mimis_core.web import create_app

FIELD = re.compile(r'name="csrf_token" value="([^"]+)"')
OPTIONS = re.compile(r'data-options="([^"]*)"')


class Silent(WSGIRequestHandler):
    """Logs no address: links hold tokens."""

    def log_request(self, *_: object) -> None:
        """Nothing."""


class Browser:
    """One person's; ``page`` is what was shown last."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._session = requests.Session()
        self._session.trust_env = False
        self.page = requests.Response()

    def get(self, path: str, **arguments: Any) -> requests.Response:
        """Open a page, following redirects."""
        self.page = self._session.get(urljoin(self.address, path), timeout=20, **arguments)
        return self.page

    def send(self, path: str, **fields: Any) -> requests.Response:
        """Send a form, with the token of the page that is shown."""
        found = FIELD.search(self.page.text)
        token = found.group(1) if found else ""
        self.page = self._session.post(urljoin(self.address, path), {"csrf_token": token, **fields}, timeout=20)
        return self.page

    def send_file(self, path: str, name: str, content: bytes) -> requests.Response:
        """Send a form with a file in its field ``file``."""
        found = FIELD.search(self.page.text)
        fields, file = {"csrf_token": found.group(1) if found else ""}, {"file": (name, content)}
        self.page = self._session.post(urljoin(self.address, path), fields, files=file, timeout=20)
        return self.page

    def options(self) -> dict[str, Any]:
        """What the page asks an authenticator for."""
        found = OPTIONS.search(self.page.text)
        assert found is not None, self.page.text
        asked: dict[str, Any] = json.loads(unescape(found.group(1)))
        return asked

    def copy_cookies(self) -> dict[str, str]:
        """What a thief of the cookies has."""
        return dict(self._session.cookies.items())

    def use_cookies(self, cookies: dict[str, str]) -> None:
        """Be the thief."""
        self._session.cookies.clear()
        self._session.cookies.update(cookies)

    def close(self) -> None:
        """Close its connections."""
        self._session.close()

    @property
    def path(self) -> str:
        """Where it ended."""
        return self.page.url.removeprefix(self.address).partition("?")[0]


@contextmanager
def served(services: Services, **settings: Any) -> Iterator[str]:
    """Serve a school's pages on a free port of localhost, with these settings beside its own; gives the address."""
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True, request_handler=Silent)
    address = f"http://localhost:{server.server_port}"
    services.settings = services.settings.model_copy(update={"base_url": address, **settings})
    server.app = create_app(services.settings, services)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield address
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextmanager
def browsers(address: str) -> Iterator[Callable[[], Browser]]:
    """Opens browsers of strangers, as many as are asked for, and closes them at the end."""
    opened: list[Browser] = []

    def make() -> Browser:
        opened.append(Browser(address))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def invite(services: Services, name: str = "Åsa", *roles: Role) -> str:
    """Path of a one-time link for somebody new."""
    made = services.invite_staff(name, f"{name}@demo.example", roles or (Role.OWNER,))
    return made.url.removeprefix(services.settings.base_url)


def enter(browser: Browser, link: str) -> None:
    """Open a one-time link and press its button."""
    browser.get(link)
    browser.send(link)


def enter_proved(browser: Browser, services: Services, name: str, *roles: Role) -> None:
    """Come in as somebody new in these roles who has just proved with a passkey that it is she."""
    enter(browser, invite(services, name, *roles))
    with services.database.transaction() as session:
        for row in session.query(SessionRow):
            row.second_factor_at = services.clock()
