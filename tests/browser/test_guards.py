"""What stands guard in the other tests really sees: requests to elsewhere, errors, violations, narrow windows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.axe import violations, wider_than_window
from tests.browser.chrome import Visitor
from tests.browser.conftest import Open
from tests.browser.keyboard import tab_through, unseen

FETCH = "address => fetch(address).catch(() => null)"
TINY = '<button style="width:4px;height:4px;padding:0;border:0"></button>'
RINGLESS = '<button style="outline:none">A</button>'
BAR = '<p style="position:fixed;top:0;left:40px;width:200px;height:99px"></p>'
BAD_PAGE = f'<main><p>{TINY}{TINY}</p><pre style="width:500px">x</pre></main>'


@pytest.fixture
def visitor(browser: Browser, site: str) -> Iterator[Visitor]:
    """Her faults fail no test."""
    made = Visitor(browser, size="narrow")
    made.page.goto(site)
    yield made
    made.close()


def test_request_to_elsewhere_is_a_fault(visitor: Visitor) -> None:
    blank = visitor.context.new_page()  # no policy of ours stops it before it is made
    blank.evaluate(FETCH, "https://example.com/")
    assert "request to example.com" in visitor.faults


def test_violation_of_the_policy_is_a_fault(visitor: Visitor) -> None:
    visitor.page.evaluate("document.body.setAttribute('onclick', 'alert(1)')")
    visitor.page.evaluate("document.body.click()")
    assert any("Content Security Policy" in fault for fault in visitor.faults)


def test_error_on_the_console_is_a_fault(visitor: Visitor) -> None:
    visitor.page.evaluate("console.error('broken')")
    assert visitor.faults == ["console: broken"]


def test_exception_in_a_script_is_a_fault(visitor: Visitor) -> None:
    with visitor.context.expect_event("weberror"):
        visitor.page.evaluate("setTimeout(() => { throw new Error('broken') })")
    assert any("broken" in fault for fault in visitor.faults)


def test_page_that_is_not_there_is_no_fault(visitor: Visitor, site: str) -> None:
    visitor.page.goto(f"{site}/nowhere")
    assert visitor.faults == []


def test_page_without_its_style_is_a_fault(visitor: Visitor, site: str) -> None:
    with visitor.context.expect_event("requestfinished"):
        visitor.page.evaluate("document.body.append(Object.assign(new Image(), { src: '/static/nothing.png' }))")
    visitor.page.evaluate("1")
    assert any("404" in fault for fault in visitor.faults)


def test_faults_of_a_page_are_found(visitor: Visitor, axe: None) -> None:
    blank = visitor.context.new_page()  # no policy of ours forbids its styles
    blank.set_content(BAD_PAGE)
    found = {one.rule for one in violations(blank).violations}
    assert {"button-name", "target-size", "html-has-lang", "document-title"} <= found
    assert wider_than_window(blank) == ["pre"]


def test_stop_without_a_ring_or_under_something_is_found(visitor: Visitor) -> None:
    blank = visitor.context.new_page()
    blank.set_content(f"<main>{RINGLESS}<button>B</button>{BAR}</main>")
    assert unseen(tab_through(blank)) == [RINGLESS, "<button>B</button>"]


@pytest.mark.parametrize(("language", "word"), [("sv", "Logga in"), ("en", "Sign in")], ids=["sv", "en"])
def test_visitor_reads_in_her_language_without_scripts(visit: Open, site: str, language: str, word: str) -> None:
    page = visit(language=language, scripts=False, size="phone").page
    page.goto(f"{site}/in")
    expect(page.locator("h1")).to_have_text(word)
