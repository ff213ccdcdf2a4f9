"""Pages that only a press shows: on which page the form is, what is written into it, and which button is pressed.

They are beside the pages of ``tests/browser/places.py``: what looks at every page looks at these too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter

from playwright.sync_api import Page, Response

FORM = "main form[method=post]"


@dataclass(frozen=True)
class Press:
    """What to do on a page, by CSS selectors; ``{name}`` in a text is one of the names of ``make_names``."""

    shows: str
    """What the page is called that is shown."""
    writes: dict[str, str] = field(default_factory=dict)
    ticks: tuple[str, ...] = ()
    chooses: dict[str, str] = field(default_factory=dict)
    form: str = FORM

    def is_possible(self, names: Mapping[str, str]) -> bool:
        """Whether there is a name for each part of what is written."""
        parts = {part for text in self.writes.values() for _, part, _, _ in Formatter().parse(text) if part}
        return parts <= names.keys()

    def on(self, page: Page, names: Mapping[str, str]) -> Response:
        """Fill in the form of the page that is open and press its button; gives the answer."""
        form = page.locator(self.form).first
        form.evaluate("form => form.querySelectorAll('details').forEach(one => { one.open = true; })")
        for selector, text in self.writes.items():
            form.locator(selector).fill(text.format_map(names))
        for selector, value in self.chooses.items():
            form.locator(selector).select_option(value)
        for selector in self.ticks:
            form.locator(selector).first.check()
        with page.expect_navigation() as shown:
            form.locator("button:not([name]), button[value=look]").first.click()
        return shown.value


_ASKED = Press(
    "link",
    writes={
        "#name": "Petra Sjö", "#workplace": "Hotell Demo", "#started_on": "2026-10-05", "#ended_on": "2026-11-13",
    },
    ticks=("[name=kind]",),
    chooses={"#achievement": "gastvard-hotell"},
)  # fmt: skip
PRESSED: dict[str, tuple[Press, ...]] = {
    "attestations.ask": (_ASKED,),
    "attestations.ask_several": (_ASKED,),
    "check.ask": (Press("verdict", writes={"[name=text]": "{sealed}"}),),
    "connections.check": (Press("tested"),),
    "decisions.awards": (Press("look", ticks=("[name=award]",), form="main form[action$='/awards/look']"),),
    "history.check": (Press("checked"),),
    "learner.send": (Press("confirm", writes={"#to": "asa@demo.example"}),),
    "learners.erase": (Press("trial", writes={"#reason": "Deltagaren vill det."}),),
    "learners.slip": (Press("paper", ticks=("[name=identity]",)),),
    "share.new": (Press("preview", writes={"#purpose": "Jobb", "#until": "{until}"}, ticks=("[name=credential]",)),),
    "signin.ask": (Press("sent", writes={"#email": "okand@demo.example"}),),
}
"""By the endpoint of the page with the form."""
