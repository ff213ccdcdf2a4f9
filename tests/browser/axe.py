"""What axe-core (Deque, MPL 2.0) finds on a page, and whether the page fits a narrow window.

axe-core is not part of the repository: ``make axe`` fetches it from the npm registry into the virtual environment.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SCRIPT = Path(os.environ.get("MIMIS_AXE") or Path(__file__).resolve().parents[2] / ".venv" / "axe.min.js")
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
RUN = """([tags]) => axe.run(document, {
  runOnly: { type: "tag", values: tags },
  rules: { "target-size": { enabled: true } },
  resultTypes: ["violations", "incomplete"],
})"""
WIDER = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  const named = (one) => one.tagName.toLowerCase() + (one.className ? "." + one.className : "");
  return [...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > room).map(named);
}"""


@dataclass(frozen=True)
class Finding:
    """A rule that a page breaks, or may break: where, as CSS selectors, and why."""

    rule: str
    impact: str
    places: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Findings:
    """Of one page: what breaks a rule, and what a person must judge since axe cannot."""

    violations: tuple[Finding, ...]
    incomplete: tuple[Finding, ...]


def violations(page: Page) -> Findings:
    """Look at a page as it is now, by the rules of WCAG 2.2 at level AA that a program can judge."""
    page.evaluate(
        SCRIPT.read_text("utf-8")
    )  # by the debugger: the page's content security policy allows no such script
    found = page.evaluate(RUN, [list(TAGS)])
    return Findings(tuple(map(_finding, found["violations"])), tuple(map(_finding, found["incomplete"])))


def wider_than_window(page: Page) -> list[str]:
    """The elements for which one must scroll sideways; nothing when the page fits."""
    found: list[str] = page.evaluate(WIDER)
    return found


def _finding(told: dict[str, Any]) -> Finding:
    nodes = told["nodes"]
    places = tuple(" ".join(map(str, node["target"])) for node in nodes)
    return Finding(told["id"], str(told["impact"]), places, nodes[0]["failureSummary"] if nodes else told["help"])
