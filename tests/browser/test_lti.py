"""Launches from a learning platform in Chromium: in frames and windows, with cookies of third parties let and blocked.

The platform is at 127.0.0.1 and mimis at localhost, which are two sites to a browser.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mimis_portal.lti.sandbox import LINKING, PlatformSandbox
from playwright.sync_api import Browser, Frame, Page, Route, expect

from mimis_core.cli.lti import new_key
from tests.browser.axe import violations, wider_than_window
from tests.browser.chrome import NO_NAMES, Visitor
from tests.browser.serving import serving

USER = "1"
"""What the source of the filled school calls a learner who has a credential."""
BLOCKED = "--test-third-party-cookie-phaseout"
"""Chromium as it is for who lets no third party keep cookies."""
OWN, ENTRY = "Mina bevis", "Digitala arbetsmiljöer i omsorgen"
SET = "text => { document.cookie = text; return document.cookie; }"
Come = Callable[..., Visitor]


@pytest.fixture(scope="module")
def running() -> Iterator[PlatformSandbox]:
    with PlatformSandbox() as made:
        yield made


@pytest.fixture(scope="module")
def tool(filled_folder: Path, running: PlatformSandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a copy of the filled school that the platform launches."""
    folder = Path(shutil.copytree(filled_folder, tmp_path_factory.mktemp("lti") / "school"))
    (folder / "lti.pem").write_text(new_key(), "ascii")
    said = "\n".join(f"{name} = {value!r}" for name, value in running.settings().items())
    with (folder / "mimis.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[sources.hand]\n[lti.school]\n{said}\nkeys = [{{ file = "lti.pem" }}]\n')
    with serving(folder) as address:
        yield address


@pytest.fixture
def platform(running: PlatformSandbox, tool: str) -> PlatformSandbox:
    running.reset()
    running.tool, running.user = tool, USER
    return running


@pytest.fixture(scope="module")
def blocking(browser: Browser, tool: str) -> Iterator[Browser]:
    """Another Chromium, which blocks cookies of third parties."""
    made = browser.browser_type.launch(executable_path=_executable(), args=[NO_NAMES, BLOCKED])
    yield made
    made.close()


def _executable() -> str:
    return shutil.which("chromium") or shutil.which("chromium-browser") or ""


@pytest.fixture(params=["cookies let", "cookies blocked"])
def come(request: pytest.FixtureRequest, browser: Browser, blocking: Browser) -> Iterator[Come]:
    """Makes visitors whose browser lets third parties keep cookies, or blocks them; fails the test on a fault."""
    yield from _visitors(blocking if request.param == "cookies blocked" else browser)


@pytest.fixture
def come_blocking(blocking: Browser) -> Iterator[Come]:
    yield from _visitors(blocking)


def _visitors(browser: Browser) -> Iterator[Come]:
    made: list[Visitor] = []

    def visit(**options: Any) -> Visitor:
        made.append(Visitor(browser, **options))
        return made[-1]

    yield visit
    for one in made:
        one.close()
    assert [fault for one in made for fault in one.faults] == [], "a page did what no page may do"


def frame_of(page: Page, platform: PlatformSandbox) -> Frame:
    """The frame of the course's page, once mimis has answered in it."""
    page.goto(f"{platform.url}/course")
    expect(page.frame_locator("iframe").locator("main h1")).to_be_visible()
    found = page.frame("mimis")
    assert found is not None
    return found


def lose_cookies(visitor: Visitor, platform: PlatformSandbox) -> None:
    """Have none when she comes back, as in a browser that keeps none for frames, partitioned or not."""

    def lose(route: Route) -> None:
        visitor.context.clear_cookies()
        route.continue_()

    visitor.context.route(f"{platform.tool}/lti/launch", lose)


def test_learner_uses_her_pages_in_a_frame(come: Come, platform: PlatformSandbox) -> None:
    frame = frame_of(come().page, platform)
    expect(frame.locator("h1")).to_have_text(OWN)
    frame.get_by_role("link", name=ENTRY).first.click()
    expect(frame.locator("h1")).to_have_text(ENTRY)
    frame.goto(f"{platform.tool}/me/share")
    frame.locator("input[name=credential]").first.check()
    frame.locator("input[name=purpose]").fill("Vikariat")
    frame.get_by_role("button", name="Se hur det blir").click()
    expect(frame.get_by_role("button", name="Ja, dela")).to_be_visible()


def test_learner_signs_out_in_a_frame(come_blocking: Come, platform: PlatformSandbox) -> None:
    frame = frame_of(come_blocking().page, platform)
    frame.get_by_role("button", name="Logga ut").click()
    expect(frame.locator("nav.menu")).to_have_count(0)
    frame.goto(f"{platform.tool}/me")
    assert frame.url == f"{platform.tool}/in"


def test_course_whose_login_begins_by_a_link_is_opened_too(come_blocking: Come, platform: PlatformSandbox) -> None:
    platform.flavour = replace(platform.flavour, begins_by="GET")
    expect(frame_of(come_blocking().page, platform).locator("h1")).to_have_text(OWN)


def test_blocking_browser_keeps_only_cookies_of_the_frame(come_blocking: Come, platform: PlatformSandbox) -> None:
    """Else the tests above would show nothing."""
    frame = frame_of(come_blocking().page, platform)
    kept = [frame.evaluate(SET, f"{name}; SameSite=None; Secure") for name in ("a=1", "b=1; Partitioned")]
    assert kept == ["", "b=1"]


def test_session_of_a_frame_is_none_in_a_window(come: Come, platform: PlatformSandbox) -> None:
    visitor = come()
    frame_of(visitor.page, platform)
    other = visitor.context.new_page()
    other.goto(f"{platform.tool}/me")
    assert other.url == f"{platform.tool}/in"


def test_frame_that_keeps_no_cookies_at_all_opens_a_window(come_blocking: Come, platform: PlatformSandbox) -> None:
    visitor = come_blocking()
    lose_cookies(visitor, platform)
    frame = frame_of(visitor.page, platform)
    with visitor.context.expect_page() as opened:
        frame.get_by_role("button", name="Öppna i nytt fönster").click()
    expect(opened.value.locator("h1")).to_have_text(OWN)
    assert opened.value.url == f"{platform.tool}/me"
    (cookie,) = visitor.context.cookies(platform.tool)
    assert cookie["sameSite"] == "Lax"


def test_course_that_opens_a_window_needs_no_frame(come: Come, platform: PlatformSandbox) -> None:
    visitor = come(size="phone")
    visitor.page.goto(f"{platform.url}/course?in=window")
    visitor.page.get_by_role("link").click()
    visitor.page.wait_for_url(f"{platform.tool}/me")
    (cookie,) = visitor.context.cookies(platform.tool)
    assert cookie["sameSite"] == "Lax"


def test_page_of_anybody_else_may_not_hold_hers(browser: Browser, platform: PlatformSandbox) -> None:
    visitor = Visitor(browser)
    with PlatformSandbox() as other:
        other.tool = platform.tool
        with visitor.page.expect_console_message(lambda message: "frame-ancestors" in message.text):
            visitor.page.goto(f"{other.url}/course")
        shown = visitor.page.frame("mimis")
        assert shown is not None
        shown.wait_for_url(lambda url: url.startswith("chrome-error:"), wait_until="commit")
    visitor.close()


def test_teacher_places_a_page_in_her_course(come_blocking: Come, platform: PlatformSandbox) -> None:
    platform.teaches, platform.kind = True, LINKING
    frame = frame_of(come_blocking(size="phone").page, platform)
    frame.locator("select").select_option(label=ENTRY)
    frame.get_by_role("button", name="Välj").click()
    frame.get_by_role("button", name="Lägg i kursen").click()
    expect(frame.locator("h1")).to_have_text("Sparad i kursen")
    assert [one["title"] for one in platform.placed] == [ENTRY]
    platform.kind, platform.target = "LtiResourceLinkRequest", platform.placed[0]["url"].removeprefix(platform.tool)
    expect(frame_of(frame.page, platform).locator("h1")).to_have_text(ENTRY)


SHOWN: dict[str, dict[str, Any]] = {
    "own": {},
    "achievement": {"target": "/me/achievements/verktygsvana"},
    "achievement that she has": {"target": "/me/achievements/digitala-arbetsmiljoer"},
    "nobody here": {"user": "99"},
    "teacher": {"user": "99", "teaches": True},
    "choice": {"kind": LINKING, "teaches": True},
    "refusal": {"claims": {"iss": "https://evil.example"}},
}
"""What the platform says, by the page that it leads to."""


@pytest.mark.parametrize(("language", "dark"), [("sv", False), ("en", True)], ids=["Swedish", "English, dark"])
def test_pages_of_launches_can_be_used_by_all(
    browser: Browser, platform: PlatformSandbox, axe: None, language: str, dark: bool
) -> None:
    visitor = Visitor(browser, size="narrow", language=language, dark=dark)
    found = {}
    for name, said in SHOWN.items():
        platform.reset()
        platform.user = USER
        for attribute, value in said.items():
            setattr(platform, attribute, value)
        visitor.page.goto(f"{platform.url}/course?in=window")
        visitor.page.get_by_role("link").click()
        visitor.page.wait_for_url(re.compile(f"{platform.tool}/(me.*|lti/launch)$"))
        visitor.page.wait_for_load_state()
        found[name] = (*violations(visitor.page).violations, *wider_than_window(visitor.page))
    visitor.close()
    assert found == dict.fromkeys(SHOWN, ())


def test_window_and_chosen_page_can_be_used_by_all(come_blocking: Come, platform: PlatformSandbox, axe: None) -> None:
    visitor = come_blocking(size="narrow")
    lose_cookies(visitor, platform)
    visitor.page.goto(f"{platform.url}/course?in=window")
    visitor.page.get_by_role("link").click()
    expect(visitor.page.get_by_role("button", name="Öppna i nytt fönster")).to_be_visible()
    assert (violations(visitor.page).violations, wider_than_window(visitor.page)) == ((), [])
    platform.teaches, platform.kind = True, LINKING
    visitor.page.goto(f"{platform.url}/course?in=window")
    visitor.page.get_by_role("link").click()
    visitor.page.get_by_role("button", name="Välj").click()
    expect(visitor.page.get_by_role("button", name="Lägg i kursen")).to_be_visible()
    assert (violations(visitor.page).violations, wider_than_window(visitor.page)) == ((), [])
