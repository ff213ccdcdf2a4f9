"""The documentation says what the program does: commands, settings, hooks, errors, code and links are tried."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from mimis_core import errors, hookspecs
from mimis_core.cli import BUILT_IN, main
from mimis_core.plugins import load_plugins
from mimis_core.settings import Settings, load_settings
from tests.docs_pages import (
    PAGES,
    ROOT,
    SWEDISH,
    Block,
    all_blocks,
    anchors,
    blocks,
    commands,
    find_command,
    links,
    prose,
)
from tests.settings_page import page as settings_page

DOCS = ROOT / "docs"
INTEGRATORS = DOCS / "integrators.md"
OWN_PAGES = [page for page in PAGES if "adapters" not in page.parts]
FORBIDDEN = r"\b(vänligen|erhåll\w*|avseende|samt|nyttja\w*)\b"
CATEGORIES = {"sources": "source", "couriers": "courier", "feeds": "feed"}
WHOLE = """\
role = "school"
base_url = "http://127.0.0.1:8000"
[organisation]
id = "school"
legal_name = { sv = "Skolan" }
registration = "802002-6509"
eidas = "NTRSE-8020026509"
"""


def test_settings_page_is_up_to_date() -> None:
    text = (DOCS / "settings.md").read_text(encoding="utf-8")
    assert text == settings_page(), "run: python tests/settings_page.py > docs/settings.md"


# Names ---------------------------------------------------------------------------------------------------------


def signatures(text: str) -> set[tuple[str, str, str]]:
    """Name, arguments and result of each hook that a piece of Python defines."""
    found = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    return {
        (node.name, ast.unparse(node.args), ast.unparse(node.returns))
        for node in found
        if node.returns and node.name.startswith("mimis_")
    }


def test_every_hook_has_exact_signature() -> None:
    wanted = signatures(Path(hookspecs.__file__).read_text(encoding="utf-8"))
    told = set().union(*(signatures(block.text) for block in blocks(INTEGRATORS, "python")))
    assert len(wanted) > 10
    assert wanted == told


def test_every_error_class_is_explained() -> None:
    explained = set(re.findall(r"^\| `(\w+Error)` \|", prose(INTEGRATORS), re.MULTILINE))
    assert explained == {name for name, value in vars(errors).items() if isinstance(value, type)}


def test_every_command_is_named() -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in OWN_PAGES)
    adapters = [row for _, rows in load_plugins().call("mimis_commands") for row in rows]
    assert not [name for name, _, _ in (*BUILT_IN, *adapters) if not re.search(rf"mimis {name}\b", text)]


# Blocks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", all_blocks("python"), ids=str)
def test_python_block_compiles(block: Block) -> None:
    compile(block.text, str(block), "exec")


@pytest.mark.parametrize("block", all_blocks("json"), ids=str)
def test_json_block_can_be_read(block: Block) -> None:
    assert json.loads(block.text)


def settings_of(block: Block, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Settings | None:
    """The settings that a block gives, by itself or under a minimal configuration; None when it is no mimis.toml."""
    table = tomllib.loads(block.text)
    if "project" in table:
        return None
    for name in re.findall(r'env = "(\w+)"', block.text):
        monkeypatch.setenv(name, "from-the-environment")
    for name in re.findall(r'\{ file = "([^"]+)" \}', block.text):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("from-a-file", encoding="utf-8")
    whole = "organisation" in table and "role" in table
    split = re.search(r"^\[", block.text, re.MULTILINE)
    top = block.text[: split.start()] if split else block.text
    text = block.text if whole else top + WHOLE + block.text[len(top) :]
    (folder / "mimis.toml").write_text(text, encoding="utf-8")
    return load_settings(folder)


@pytest.mark.parametrize("block", all_blocks("toml"), ids=str)
def test_toml_block_is_valid_configuration(block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(block, tmp_path, monkeypatch)
    plugins = load_plugins()
    for name, category in CATEGORIES.items() if settings else ():
        for key, table in getattr(settings, name).items():
            if table.get("kind", key) != "kursbanken":
                plugins.open(category, key, table).close()


TOLD = [
    pytest.param(words[1:], id=f"{block.page.name}: {' '.join(words)}")
    for block in all_blocks("console")
    for words in commands(block)
    if words[0] == "mimis"
]


@pytest.mark.parametrize("words", TOLD)
def test_console_command_can_be_parsed(words: list[str]) -> None:
    command, rest = find_command(words)
    assert command.make_context(command.name, rest).params is not None


@pytest.mark.parametrize("page", OWN_PAGES, ids=lambda page: page.name)
def test_commands_in_text_exist(page: Path) -> None:
    for span in re.findall(r"`mimis (\w[^`]*)`", prose(page)):
        words = span.split()
        command, rest = find_command([word for word in words if not word.isupper()])
        known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
        assert {word for word in rest if word.startswith("--")} <= known, span


# The first hour ------------------------------------------------------------------------------------------------


def run(words: list[str]) -> int:
    """Exit code of a command."""
    with pytest.raises(SystemExit) as ended:
        main(words)
    return int(ended.value.code or 0)


def with_id(words: list[str], capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The words with the placeholder ID filled in from the command's own list."""
    if "ID" not in words:
        return words
    capsys.readouterr()
    run([words[0], "list", "--json"])
    first = json.loads(capsys.readouterr().out)[words[0]][0]["id"]
    return [first if word == "ID" else word for word in words]


def step(block: Block, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> dict[str, int]:
    """Do what one block tells, in the current folder; gives the commands that ended with anything but 0."""
    if block.kind == "csv":
        (name,) = re.findall(r"`([\w/.]+\.csv)`", block.before)
        Path(name).write_text(block.text, encoding="utf-8")
    elif block.kind == "toml" and "sist i `mimis.toml`" in block.before:
        with Path("mimis.toml").open("a", encoding="utf-8") as file:
            file.write(block.text)
    codes = {}
    for program, *words in commands(block) if block.kind == "console" else ():
        if program == "cd":
            monkeypatch.chdir(words[0])
        elif program == "mkdir":
            Path(words[0]).mkdir()
        elif words != ["serve"]:
            codes[" ".join(words)] = run(with_id(words, capsys))
    return {command: code for command, code in codes.items() if code}


def test_first_hour_works_as_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    codes: dict[str, int] = {}
    for block in blocks(DOCS / "forsta-timmen.md"):
        codes |= step(block, monkeypatch, capsys)
    assert codes == {"verify bevis.jsonld": 3}
    capsys.readouterr()
    run(["sync", "--full", "--json"])
    counts = json.loads(capsys.readouterr().out)
    assert (counts["pulled"], counts["used"], counts["set_aside"], counts["awards"]) == (2, 1, 1, 0)


# The tutorial --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tutorial's files in a folder, with the metadata that installing them would leave."""
    folder = tmp_path_factory.mktemp("tutorial")
    for block in blocks(INTEGRATORS):
        if name := re.fullmatch(r"File `([\w./]+)`:", block.before):
            (folder / name[1]).parent.mkdir(parents=True, exist_ok=True)
            (folder / name[1]).write_text(block.text, encoding="utf-8")
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    metadata = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (info / "METADATA").write_text(metadata, encoding="utf-8")
    points = [f"{name} = {target}" for name, target in project["entry-points"]["mimis"].items()]
    (info / "entry_points.txt").write_text("\n".join(["[mimis]", *points, ""]), encoding="utf-8")
    return folder


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the tutorial's folder, which stands on its path as if installed."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_tutorial_passes_its_conformance_suite(tutorial: Path) -> None:
    result = python(tutorial, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "passed" in result.stdout


def test_tutorial_adapter_is_found(tutorial: Path) -> None:
    result = python(tutorial, "-c", "from mimis_core.cli import main; main(['adapters', '--json', '--strict'])")
    found = {one["name"]: one for one in json.loads(result.stdout)["adapters"]}
    assert (found["kursbanken"]["state"], found["kursbanken"]["hooks"]) == ("ok", "sandboxes, sources")


PULL = """
import sys
sys.path.insert(0, "tests")
from mimis_core.plugins import load_plugins
from mimis_kursbanken.sandbox import KursbankenSandbox
from test_kursbanken import completion
with KursbankenSandbox() as sandbox:
    sandbox.load([completion(number) for number in range(10, 13)])
    with load_plugins().open("source", "kursbanken", sandbox.settings()) as source:
        print(sorted(one.key for page in source.pull(None) for one in page.completions))
"""


def test_tutorial_adapter_pulls_completions(tutorial: Path) -> None:
    result = python(tutorial, "-c", PULL)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == str([f"course:7/user:{number}" for number in range(10, 13)])


# Words and links -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    for path, anchor in links(page):
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), path
        assert not anchor or anchor in anchors(target), f"{path}#{anchor}"


@pytest.mark.parametrize("page", SWEDISH, ids=lambda page: page.name)
def test_swedish_has_no_heavy_words(page: Path) -> None:
    assert not re.findall(FORBIDDEN, page.read_text(encoding="utf-8"), re.IGNORECASE)
