"""Every page by the rules of WCAG 2.2 at level AA that a program can judge, and in narrow windows and large text.

Each language is judged in one window; with ``MIMIS_LONG=1`` in each of both.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Page

from mimis_core.services import Services
from tests.browser.axe import Finding, violations, wider_than_window
from tests.browser.chrome import SIZES, Size
from tests.browser.conftest import Open
from tests.browser.people import come_as, sign_in_staff
from tests.browser.places import EVERYBODY, Names, Who, app_of, make_names, places_for
from tests.browser.text_size import large_text

LONG = os.environ.get("MIMIS_LONG") == "1"
LANGUAGES = ("sv", "en")
LOOKS: list[tuple[str, Size]] = [("sv", "phone"), ("en", "desktop")]
"""Languages, each with a window that it is read in."""
if LONG:
    LOOKS += [("sv", "desktop"), ("en", "phone")]
VISITS = [(role, who) for role, everybody in EVERYBODY.items() for who in everybody]
JUDGED = {"contains an image node": " svg ", "due to a pseudo element": "li"}
"""Where axe cannot see what is behind a text, by its reason, and a part of the place.

Texts of charts: :func:`test_text_of_charts_is_readable` sees it. Lines of a history and numbered
steps: the dot or the number is beside the text.
"""
CONTRAST = 4.5
GROUNDS = """() => [...document.querySelectorAll("svg text")].map((text) => {
  text.scrollIntoView({ block: "center", inline: "center" });
  const box = text.getBoundingClientRect();
  const under = document.elementsFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  const painted = under.filter((one) => one !== text).map((one) => {
    const style = getComputedStyle(one);
    return one instanceof SVGGeometryElement ? style.fill : style.backgroundColor;
  });
  return [getComputedStyle(text).fill, painted.find((one) => one !== "none" && one !== "rgba(0, 0, 0, 0)")];
})"""


@dataclass(frozen=True)
class Site:
    """A mimis that is served, its pages, and something for each part of their paths."""

    services: Services
    app: Flask
    names: Names


@pytest.fixture(scope="package")
def school_site(served_school: Services) -> Site:
    return Site(served_school, app_of(served_school), make_names(served_school))


@pytest.fixture(scope="package")
def employer_site(served_employer: Services) -> Site:
    return Site(served_employer, app_of(served_employer), make_names(served_employer))


@pytest.fixture
def size() -> Size:
    """The window of a test that sets windows of its own."""
    return "phone"


@pytest.fixture
def walk(page: Page, request: pytest.FixtureRequest, role: str, who: Who) -> Iterator[str]:
    """The names of all pages that somebody may open; each is open on the page while it is looked at."""
    site: Site = request.getfixturevalue(f"{role}_site")

    def walked() -> Iterator[str]:
        come_as(who, page, site.services, site.names)
        for place in places_for(who, site.app):
            if place.press and not place.press.is_possible(site.names):
                continue
            answer = place.open_on(page, site.services.settings.base_url, site.app, site.names)
            assert (place.name, answer and answer.status) == (place.name, 403 if who == "reader" else 200)
            yield place.name

    return walked()


@pytest.mark.parametrize(("role", "who"), VISITS, ids=[f"{who} at {role}" for role, who in VISITS])
class TestEveryPage:
    """As everybody who may open it, at a school and at an employer."""

    @pytest.fixture
    def page(self, visit: Open, language: str, size: Size) -> Page:
        """A page without motion, since a colour that is changing is none."""
        page = visit(size=size, language=language).page
        page.emulate_media(reduced_motion="reduce")
        return page

    @pytest.mark.parametrize(("language", "size"), LOOKS, ids=map(" ".join, LOOKS))
    def test_breaks_no_rule_in_light_or_dark(self, page: Page, walk: Iterator[str], axe: None) -> None:
        found = {endpoint: faults_in_both_looks(page) for endpoint in walk}
        assert {endpoint: faults for endpoint, faults in found.items() if faults} == {}

    @pytest.mark.parametrize("language", LANGUAGES, ids=LANGUAGES)
    def test_fits_a_narrow_window_and_large_text(self, page: Page, walk: Iterator[str]) -> None:
        found = {endpoint: parts_too_wide(page) for endpoint in walk}
        assert {endpoint: parts for endpoint, parts in found.items() if parts} == {}


def faults_in_both_looks(page: Page) -> list[tuple[str, Finding]]:
    """What breaks a rule, and what axe leaves to a person and is not in :data:`JUDGED`."""
    faults = []
    for dark in (False, True):
        page.emulate_media(color_scheme="dark" if dark else "light")
        seen = violations(page)
        unclear = [one for one in seen.incomplete if not is_judged(one)]
        faults += [("dark" if dark else "light", one) for one in (*seen.violations, *unclear)]
    return faults


def is_judged(one: Finding) -> bool:
    """Whether it is what axe leaves to a person, and is judged to be well."""
    judged = [why in one.why and all(part in place for place in one.places) for why, part in JUDGED.items()]
    return one.rule == "color-contrast" and any(judged)


def parts_too_wide(page: Page) -> list[str]:
    """What one must scroll sideways for: at 320 px (1.4.10), and on a phone with text of twice the size (1.4.4)."""
    set_window(page, "narrow")
    found = wider_than_window(page)
    set_window(page, "phone")
    with large_text(page):
        return found + wider_than_window(page)


def set_window(page: Page, size: Size) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_text_of_charts_is_readable(visit: Open, served_school: Services, dark: bool) -> None:
    page = visit(dark=dark).page
    sign_in_staff(page, served_school)
    page.goto(f"{served_school.settings.base_url}/school/statistics")
    pairs = page.evaluate(GROUNDS)
    assert len(pairs) > 4
    assert [pair for pair in pairs if contrast(*pair) < CONTRAST] == []


def contrast(one: str, other: str) -> float:
    """The contrast of two opaque colours (WCAG 2.2, contrast ratio)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of ``rgb(r, g, b)``."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
