"""The pages of the documentation, taken apart for the tests that hold them to the program."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer.main

from mimis_core.cli import app

ROOT = Path(__file__).resolve().parent.parent
OURS = [ROOT / name for name in ("README.md", "CHANGELOG.md", "SECURITY.md", "CONTRIBUTING.md")]
PAGES = [*OURS, *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "adapters").glob("*/README.md"))]
SWEDISH = [
    ROOT / "docs" / f"{name}.md" for name in ("forsta-timmen", "arbetsgivare", "integritet", "sigill", "katalog", "lti")
]

_FENCE = re.compile(r"^(?P<indent> *)```(?P<kind>\w*)\n(?P<text>.*?)^ *```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fenced block: where it stands, its language, its text, and the paragraph before it."""

    page: Path
    kind: str
    text: str
    before: str

    def __str__(self) -> str:
        return f"{self.page.name}: {self.text[:40]!r}"


def blocks(page: Path, kind: str | None = None) -> list[Block]:
    """Blocks of a page in order, all or those of one language."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in _FENCE.finditer(text):
        body = re.sub(f"^{match['indent']}", "", match["text"], flags=re.MULTILINE)
        before = text[: match.start()].rstrip().rpartition("\n\n")[2]
        found.append(Block(page, match["kind"], body, before))
    return [block for block in found if kind in (None, block.kind)]


def all_blocks(kind: str) -> list[Block]:
    """Blocks of one language in all pages."""
    return [block for page in PAGES for block in blocks(page, kind)]


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def commands(block: Block) -> list[list[str]]:
    """Words of each line after the prompt."""
    return [shlex.split(line[2:]) for line in block.text.splitlines() if line.startswith("$ ")]


def find_command(words: list[str]) -> tuple[Any, list[str]]:
    """The command that the words name and the words left for it; KeyError when there is none."""
    command: Any = typer.main.get_command(app)
    while hasattr(command, "list_commands") and words:
        below = command.get_command(None, words[0])
        if below is None:
            raise KeyError(words[0])
        command, words = below, words[1:]
    return command, words


def anchors(page: Path) -> set[str]:
    """Anchors of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> Iterator[tuple[str, str]]:
    """Relative links of a page as (path, anchor)."""
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if not re.match(r"[a-z]+:", target):
            path, _, anchor = target.partition("#")
            yield path, anchor
