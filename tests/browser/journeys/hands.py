"""How somebody uses a page: with a pointer or a finger; by keyboard it is :class:`tests.browser.keyboard.Keyboard`."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from playwright.sync_api import Locator


class Hand(Protocol):
    """What one can do with the things of a page."""

    def press(self, thing: Locator) -> None:
        """Press a button or follow a link."""

    def write(self, field: Locator, text: str) -> None:
        """Write into a field, in the place of what stands there."""

    def tick(self, box: Locator) -> None:
        """Choose a box, or one of several."""

    def unfold(self, summary: Locator) -> None:
        """Open what is folded."""

    def choose_file(self, field: Locator, file: Path) -> None:
        """Give a file."""


class Pointer:
    """A mouse, or a finger."""

    def press(self, thing: Locator) -> None:
        """Click it."""
        thing.click()

    def write(self, field: Locator, text: str) -> None:
        """Fill it in."""
        field.fill(text)

    def tick(self, box: Locator) -> None:
        """Click it, unless it is chosen."""
        box.check()

    def unfold(self, summary: Locator) -> None:
        """Click it."""
        summary.click()

    def choose_file(self, field: Locator, file: Path) -> None:
        """Drop it there."""
        field.set_input_files(file)
