"""Chromium, and visitors in it who notice what no page of mimis may do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, Route, expect, sync_playwright

Size = Literal["phone", "desktop", "narrow"]
SIZES: dict[Size, tuple[int, int]] = {"phone": (390, 844), "desktop": (1280, 800), "narrow": (320, 640)}
"""``narrow`` is what WCAG 1.4.10 (reflow) asks for: a window of 1280 px at 400 %."""
LOCALES = {"sv": "sv-SE", "en": "en-GB"}
LOOPBACK = ("localhost", "127.0.0.1", "::1")
NO_NAMES = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
"""What Chromium itself would ask for leads nowhere either."""
PATIENCE = 20_000
"""Milliseconds that a page may take to show what is waited for; much, since the machine may be busy."""
_ADDRESSES = count(1)


def find_chromium() -> str | None:
    """Where the system's Chromium is, if it has one."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def chromium(executable: str) -> Iterator[Browser]:
    """A browser without a window, until the block ends."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=[NO_NAMES])
        try:
            yield browser
        finally:
            browser.close()


class Visitor:
    """One person's browser: cookies of her own, an address of her own. ``faults`` holds what no page may do.

    A fault is a request to anywhere but loopback, which is stopped; an error on the console, also by the content
    security policy; and an exception in a script.
    """

    def __init__(
        self, browser: Browser, size: Size = "desktop", language: str = "sv", scripts: bool = True, dark: bool = False
    ) -> None:
        self.faults: list[str] = []
        self._refused: set[str] = set()
        self.context: BrowserContext = browser.new_context(**_options(size, language, scripts, dark))
        self.context.set_default_timeout(PATIENCE)
        self.context.route(lambda url: urlsplit(url).hostname not in LOOPBACK, self._stop)
        self.context.on("console", self._hear)
        self.context.on("weberror", lambda error: self.faults.append(f"exception: {error.error}"))
        self.context.on("response", self._note_refusal)
        self.page: Page = self.context.new_page()

    def close(self) -> None:
        """Forget her."""
        self.context.close()

    def _stop(self, route: Route) -> None:
        self.faults.append(f"request to {urlsplit(route.request.url).netloc}")
        route.abort()

    def _note_refusal(self, response: Response) -> None:
        """A page that says 404 or 410 on purpose is no fault, though Chromium writes it on the console."""
        if response.status >= 400 and response.request.is_navigation_request():
            self._refused.add(response.url)

    def _hear(self, message: ConsoleMessage) -> None:
        expected = message.text.startswith("Failed to load resource") and message.location["url"] in self._refused
        if message.type == "error" and not expected:
            self.faults.append(f"console: {message.text}")


def _options(size: Size, language: str, scripts: bool, dark: bool) -> dict[str, Any]:
    width, height = SIZES[size]
    return {
        "viewport": {"width": width, "height": height},
        "locale": LOCALES[language],
        "timezone_id": "Europe/Stockholm",
        "java_script_enabled": scripts,
        "color_scheme": "dark" if dark else "light",
        "extra_http_headers": {"X-Forwarded-For": f"192.0.2.{next(_ADDRESSES) % 250 + 1}"},
    }
