"""The demo's world: sandboxes, a school and an employer in a fresh folder, their pages served."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from mimis_core.cli.demo import cast
from mimis_core.cli.init import write_folder
from mimis_core.cli.serve import PageServer, listen
from mimis_core.errors import ConfigurationError
from mimis_core.model import Completion, Organisation
from mimis_core.plugins import load_plugins
from mimis_core.services import Services, open_services
from mimis_core.settings import FILENAME, load_settings
from mimis_core.store.catalogue_files import load_catalogue
from mimis_core.testing import Answer, Request, Sandbox

SCHOOL = Organisation(
    id="school",
    legal_name={"sv": "Demobygdens folkhögskola", "en": "Demobygden Folk High School"},
    registration="802002-6509",
    eidas="NTRSE-8020026509",
    email="kontakt@demo.example",
    homepage="https://demobygden.example",
)
EMPLOYER = Organisation(
    id="employer",
    legal_name={"sv": "Demo Omsorg AB", "en": "Demo Care Ltd"},
    registration="559000-0005",
    eidas="NTRSE-5590000005",
    email="hr@demo.example",
)

LOADS: dict[str, Callable[[], list[Completion]]] = {
    "moodle": cast.moodle_completions,
    "openedx": cast.openedx_completions,
    "files": cast.files_completions,
}
SCHOOL_TABLES = {
    "moodle": "sources",
    "openedx": "sources",
    "files": "sources",
    "europass": "couriers",
    "mail": "couriers",
}


class EmployerSite(Sandbox):
    """The employer's own web site, where its domain is proved."""

    name = "employer-site"

    def handle(self, request: Request) -> Answer:
        """Only the proof is there."""
        if request.path == "/.well-known/mimis-employer.json":
            return Answer.of({"registration": EMPLOYER.registration})
        return Answer(404, b"not found", "text/plain")


@dataclass
class Stage:
    """All that the demo plays on."""

    folder: Path
    sandboxes: dict[str, Sandbox]
    site: EmployerSite
    school: Services
    employer_folder: Path

    @property
    def school_url(self) -> str:
        """Where the school's pages are."""
        return self.school.settings.base_url


@contextmanager
def set_stage(folder: Path) -> Iterator[Stage]:
    """Start everything, and end it in the right order."""
    with ExitStack() as stack:
        sandboxes = {name: stack.enter_context(make()) for name, make in _sandbox_types().items()}
        site = stack.enter_context(EmployerSite())
        for name, load in LOADS.items():
            sandboxes[name].load(load())
        school_folder, employer_folder = folder / "school", folder / "employer"
        pages = _school(school_folder, sandboxes, stack)
        _employer(employer_folder, school_folder, sandboxes)
        sandboxes["europass"].trust((school_folder / "secrets" / "trial-anchor.pem").read_text())
        yield Stage(folder, sandboxes, site, pages, employer_folder)


def _sandbox_types() -> dict[str, type[Sandbox]]:
    found: dict[str, type[Sandbox]] = {}
    for _, offered in load_plugins().call("mimis_sandboxes"):
        for name, target in offered:
            module, _, attribute = target.partition(":")
            found[name] = getattr(import_module(module), attribute)
    missing = sorted({*LOADS, *SCHOOL_TABLES, "teamtailor"} - set(found))
    if missing:
        raise ConfigurationError(
            f"The demo needs the sandboxes {', '.join(missing)}.", mend="Install them: pip install 'mimis[all]'"
        )
    return found


def _school(folder: Path, sandboxes: dict[str, Sandbox], stack: ExitStack) -> Services:
    bound = listen("127.0.0.1", 0)
    base_url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    write_folder(folder, "school", SCHOOL, base_url, "sqlite:///mimis.db", "role")
    for entry in load_catalogue(folder / "catalogue"):
        changed = cast.demo_entry(entry)
        (folder / "catalogue" / f"{entry.id}.yaml").write_text(changed.model_dump_json(exclude_none=True), "utf-8")
    tables = {f"{SCHOOL_TABLES[name]}.{name}": sandboxes[name].settings() for name in SCHOOL_TABLES}
    tables["delivery.rule"] = {
        "courier": "europass",
        "decided_by": cast.RULE.decided_by,
        "decided_on": cast.RULE.decided_on.isoformat(),
        "achievements": [cast.CLASS_ACHIEVEMENT],
    }
    append_tables(folder, tables)
    services = stack.enter_context(open_services(load_settings(folder)))
    pages = PageServer(services, bound)
    pages.start()
    stack.callback(pages.stop)
    return services


def _employer(folder: Path, school_folder: Path, sandboxes: dict[str, Sandbox]) -> None:
    write_folder(folder, "employer", EMPLOYER, "http://127.0.0.1:8001", "sqlite:///mimis.db", None)
    anchor = school_folder / "secrets" / "trial-anchor.pem"
    append_tables(folder, {"trust": {"anchors": [str(anchor)]}, "feeds.teamtailor": sandboxes["teamtailor"].settings()})


def append_tables(folder: Path, tables: dict[str, dict[str, Any]]) -> None:
    """Add tables to a folder's configuration."""
    lines = []
    for name, table in tables.items():
        lines.append(f"\n[{name}]")
        lines += [f"{key} = {_toml(value)}" for key, value in table.items()]
    with (folder / FILENAME).open("a", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _toml(value: Any) -> str:
    """A TOML value; JSON's strings, numbers, booleans and lists are TOML too."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)
