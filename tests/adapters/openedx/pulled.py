"""One pull in a test, from nothing or from an earlier one's cursor."""

from __future__ import annotations

from typing import Any

from mimis_openedx.source import OpenEdxSource

from mimis_core import Completion, PulledPage


class Pulled:
    """What one pull came to."""

    def __init__(self, pages: list[PulledPage]) -> None:
        self.pages = pages
        self.completions: list[Completion] = [one for page in pages for one in page.completions]
        self.keys = sorted(one.key for one in self.completions)
        self.aside = [(one.key, one.reason) for page in pages for one in page.set_aside]
        self.withdrawn = [(one.key, one.reason) for page in pages for one in page.withdrawn]
        self.departed = [one.key for page in pages for one in page.departed]
        self.cursor = next((page.cursor for page in reversed(pages) if page.cursor), None)
        self.as_of = pages[-1].as_of

    @property
    def signals(self) -> list[Any]:
        return self.keys + self.aside + self.withdrawn + self.departed


def pull(source: OpenEdxSource, before: Pulled | None = None) -> Pulled:
    return Pulled(list(source.pull(before.cursor if before else None)))
