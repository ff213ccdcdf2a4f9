"""Pictures of every page, as a phone and as a desktop show it: ``python -m tests.browser.screens FOLDER``.

They show the school and the employer of ``mimis demo``, after its class and its four journeys, on an ordinary day.
``--dark`` shows the dark look, and patterns after the folder choose pages by their names: ``'credentials.*'``.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from mimis_core.cli.demo.play import Play
from mimis_core.cli.demo.stage import set_stage
from mimis_core.services import Services, open_services
from mimis_core.settings import load_settings
from tests.browser.chrome import Size, Visitor, chromium, find_chromium
from tests.browser.ordinary_day import leave_work
from tests.browser.people import come_as
from tests.browser.places import EVERYBODY, app_of, make_names, places_for
from tests.browser.serving import serving

SHOWN: tuple[Size, ...] = ("phone", "desktop")
LANGUAGES = ("sv", "en")
COLOURS = 48
"""Enough for flat pages; a file is then a third of its size."""


@dataclass(frozen=True)
class Order:
    """Which pages are taken, as patterns of their names, where to, and in which look."""

    folder: Path
    pages: Sequence[str]
    dark: bool

    def wants(self, name: str) -> bool:
        """Whether a page is among them."""
        return any(fnmatch(name, pattern) for pattern in self.pages)


def main() -> None:
    """Write ``LANGUAGE/SIZE/ENDPOINT.png`` for each page of the school into a folder; the employer's in one of it."""
    order = _ordered()
    executable = find_chromium()
    if executable is None:
        raise SystemExit("There is no Chromium: apt-get install chromium.")
    with _demo() as everyone, chromium(executable) as browser:
        for services in everyone:
            for language in LANGUAGES:
                for size in SHOWN:
                    _take_all(browser, services, size, language, order)


def _ordered() -> Order:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("pages", nargs="*", default=["*"], help="patterns of names; without any, every page")
    parser.add_argument("--dark", action="store_true")
    asked = parser.parse_args()
    return Order(asked.folder, asked.pages, asked.dark)


@contextmanager
def _demo() -> Iterator[tuple[Services, Services]]:
    """The demo's school and employer, played through and served."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with set_stage(folder) as stage:
            Play(stage).run()
            leave_work(stage)
        with _served(folder / "school") as school, _served(folder / "employer") as employer:
            yield school, employer


@contextmanager
def _served(folder: Path) -> Iterator[Services]:
    with serving(folder), open_services(load_settings(folder)) as services:
        yield services


def _take_all(browser: Browser, services: Services, size: Size, language: str, order: Order) -> None:
    role = services.settings.role
    folder = order.folder / language / size / ("" if role == "school" else role)
    folder.mkdir(parents=True, exist_ok=True)
    names, app = make_names(services), app_of(services)
    for who in EVERYBODY[role]:
        visitor = Visitor(browser, size=size, language=language, dark=order.dark)
        come_as(who, visitor.page, services, names)
        for place in places_for(who, app):
            if order.wants(place.name) and place.is_there(names):
                place.open_on(visitor.page, services.settings.base_url, app, names)
                _take(visitor.page, folder / f"{place.name}{'.refused' if who == 'reader' else ''}.png")
        visitor.close()


def _take(page: Page, file: Path) -> None:
    taken = page.screenshot(full_page=True, animations="disabled")
    Image.open(BytesIO(taken)).convert("RGB").quantize(COLOURS).save(file, optimize=True)


if __name__ == "__main__":
    main()
