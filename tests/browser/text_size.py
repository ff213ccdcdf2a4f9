"""A reader who has asked her browser for larger text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page

USUAL = {"standard": 16, "fixed": 13}
TWICE = {name: 2 * size for name, size in USUAL.items()}
"""Text at 200 %, as WCAG 1.4.4 asks for."""


@contextmanager
def large_text(page: Page) -> Iterator[None]:
    """Text of twice the size until the block ends."""
    protocol = page.context.new_cdp_session(page)
    protocol.send("Page.setFontSizes", {"fontSizes": TWICE})
    try:
        yield
    finally:
        protocol.send("Page.setFontSizes", {"fontSizes": USUAL})
        protocol.detach()
