"""Somebody without a pointer: the stops of Tab, and what is pressed there with Enter and Space."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

MOST_STOPS = 80
"""More than any page has before what is looked for."""
FOCUSED = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  const clear = top === one || one.contains(top) || top?.contains(one);
  const ring = style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth);
  return { name: one.outerHTML.slice(0, 80), ring, clear, end: one === document.body };
}"""
RING = 2
"""Pixels that the ring around what is focused has at least (WCAG 2.4.13)."""


def tab_through(page: Page) -> list[dict[str, Any]]:
    """Every stop of the keyboard on a page, with the width of its ring and whether anything covers it."""
    stops = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUSED))
        if stops[-1]["end"]:
            return stops[:-1]
    raise AssertionError("the keyboard does not come to the end of the page")


def unseen(stops: list[dict[str, Any]]) -> list[str]:
    """The stops where one does not see where one is: without a ring, or under something else.

    After its last stop the keyboard leaves the page for the browser, and begins anew.
    """
    return [stop["name"] for stop in stops if not stop["end"] and (stop["ring"] < RING or not stop["clear"])]


class Keyboard:
    """Uses a page by Tab, Enter and Space alone, and sees at each stop where it is, or fails."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def press(self, thing: Locator) -> None:
        """Go to a link or a button and press Enter."""
        self._go_to(thing)
        self._page.keyboard.press("Enter")

    def write(self, field: Locator, text: str) -> None:
        """Go to a field and write into it; what stands there is chosen on arrival, and replaced."""
        self._go_to(field)
        self._page.keyboard.insert_text(text)

    def tick(self, box: Locator) -> None:
        """Go to a box and press Space."""
        self._go_to(box)
        self._page.keyboard.press("Space")

    def unfold(self, summary: Locator) -> None:
        """Go to what is folded and press Space."""
        self.tick(summary)

    def choose_file(self, field: Locator, file: Path) -> None:
        """Go to a field for a file, open the browser's own dialogue and choose.

        The dialogue is waited for from the first Tab on: asked for with the last key, a busy browser may hear of it
        only after the key, and then the dialogue is never seen (14 of 150 times beside three busy loops; so, none).
        """
        with self._page.expect_file_chooser() as asking:
            self._go_to(field)
            self._page.keyboard.press("Enter")
        asking.value.set_files(file)

    def _go_to(self, thing: Locator) -> None:
        expect(thing).to_be_visible()
        self._page.wait_for_load_state()  # before its style has come a page has no ring of ours
        stops = []
        for _ in range(MOST_STOPS):
            self._page.keyboard.press("Tab")
            stops.append(self._page.evaluate(FOCUSED))
            if thing.evaluate("one => one === document.activeElement"):
                assert unseen(stops) == [], f"one does not see where one is: {unseen(stops)}"
                return
        raise AssertionError(f"the keyboard does not come to {thing}; it stops at {[one['name'] for one in stops]}")
