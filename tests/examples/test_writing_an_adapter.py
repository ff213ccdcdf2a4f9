"""The page that builds an adapter: its files and commands, in their order, in an empty folder."""

from __future__ import annotations

import ast
import json
import re

import pytest

from tests.docs_pages import ROOT, Block, blocks

from .conftest import Shell

PAGE = ROOT / "docs" / "writing-an-adapter.md"
EXAMPLE = ROOT / "examples" / "mimis-ss12000"
FILE = re.compile(r"File `([\w./]+)`:")
SAME = ("pyproject.toml", "mimis_ss12000/__init__.py", "mimis_ss12000/plugin.py")
"""What the first version and the whole adapter have in common."""


def file_of(block: Block) -> str | None:
    """The file that a block is, by the line before it."""
    named = FILE.fullmatch(block.before)
    return named[1] if named else None


@pytest.fixture(scope="module")
def printed(shell: Shell) -> dict[str, str]:
    """What each command block of the page printed, by the block's text."""
    found = {}
    for block in blocks(PAGE):
        if name := file_of(block):
            (shell.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (shell.folder / name).write_text(block.text, encoding="utf-8")
        elif block.kind == "sh":
            found[block.text.strip()] = shell.run(block.text)
    return found


def output_of(printed: dict[str, str], command: str) -> str:
    (output,) = [text for block, text in printed.items() if command in block]
    return output


def test_adapter_is_found(printed: dict[str, str]) -> None:
    assert re.search(r"ss12000.*mimis-ss12000", output_of(printed, "mimis adapters"))


def test_conformance_suite_passes(printed: dict[str, str]) -> None:
    assert re.search(r"\d\d passed", output_of(printed, "pytest -q"))


def test_school_pulls_from_it(printed: dict[str, str]) -> None:
    counts = [json.loads(one) for one in re.findall(r"^\{.*?^\}", output_of(printed, "try_it.py"), re.M | re.S)]
    assert [(one["pulled"], one["used"], one["set_aside"], one["proposed"]) for one in counts] == [(5, 4, 1, 4)] * 2


def test_wheel_may_be_published(printed: dict[str, str]) -> None:
    assert "PASSED" in output_of(printed, "twine check")


def test_every_block_is_run_or_written_or_in_the_example() -> None:
    loose = [block for block in blocks(PAGE) if not file_of(block) and block.kind != "sh"]
    whole = "\n".join(path.read_text("utf-8") for path in (EXAMPLE / "mimis_ss12000").glob("*.py"))
    assert len(loose) >= 3
    assert [str(block) for block in loose if block.text not in whole] == []


@pytest.mark.parametrize("name", SAME)
def test_what_both_versions_share_is_the_same(name: str) -> None:
    (block,) = [block for block in blocks(PAGE) if file_of(block) == name]
    assert block.text == (EXAMPLE / name).read_text("utf-8")


def test_modules_of_the_example_are_there() -> None:
    named = set(re.findall(r"\| `(\w+\.py)` \|", PAGE.read_text("utf-8")))
    assert named
    assert named <= {path.name for path in (EXAMPLE / "mimis_ss12000").iterdir()}


@pytest.mark.parametrize("block", [one for one in blocks(PAGE, "python") if file_of(one)], ids=str)
def test_module_says_what_for(block: Block) -> None:
    assert ast.get_docstring(ast.parse(block.text))


def test_lines_of_code_fit_the_page() -> None:
    assert [line for block in blocks(PAGE, "python") for line in block.text.splitlines() if len(line) > 120] == []


def test_page_names_no_place_on_this_machine() -> None:
    assert not re.search(r"/(home|root|tmp|work)/", PAGE.read_text("utf-8"))
