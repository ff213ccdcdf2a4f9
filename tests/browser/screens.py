"""Pictures of every page, as a phone and as a desktop show it: ``python -m tests.browser.screens FOLDER``.

They show the school of ``mimis demo``, after its class and its four journeys.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from mimis_core.cli.demo.play import Play
from mimis_core.cli.demo.stage import set_stage
from mimis_core.services import Services, open_services
from mimis_core.settings import load_settings
from tests.browser.chrome import Size, Visitor, chromium, find_chromium
from tests.browser.people import come_as
from tests.browser.places import EVERYBODY, app_of, make_names, places
from tests.browser.serving import serving

SHOWN: tuple[Size, ...] = ("phone", "desktop")
LANGUAGES = ("sv", "en")
COLOURS = 48
"""Enough for flat pages; a file is then a third of its size."""


def main(folder: Path) -> None:
    """Write ``LANGUAGE/SIZE/ENDPOINT.png`` for each page into a folder."""
    executable = find_chromium()
    if executable is None:
        raise SystemExit("There is no Chromium: apt-get install chromium.")
    with _demo() as school, chromium(executable) as browser:
        for language in LANGUAGES:
            for size in SHOWN:
                _take_all(browser, school, size, language, folder / language / size)


@contextmanager
def _demo() -> Iterator[Services]:
    """The demo's school, played through and served."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with set_stage(folder) as stage:
            Play(stage).run()
        with serving(folder / "school"), open_services(load_settings(folder / "school")) as school:
            yield school


def _take_all(browser: Browser, school: Services, size: Size, language: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    names, app = make_names(school), app_of(school)
    for who in EVERYBODY:
        visitor = Visitor(browser, size=size, language=language)
        come_as(who, visitor.page, school, names)
        for place in places(app):
            if place.who == who and place.is_there(names):
                _take(visitor, school.settings.base_url + place.path(app, names), folder / f"{place.endpoint}.png")
        visitor.close()


def _take(visitor: Visitor, address: str, file: Path) -> None:
    visitor.page.goto(address)
    taken = visitor.page.screenshot(full_page=True, animations="disabled")
    Image.open(BytesIO(taken)).convert("RGB").quantize(COLOURS).save(file, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
