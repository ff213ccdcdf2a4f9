"""Two schools of equal data in one installation and one database: neither must see or change what the other has."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mimis_core.services import Services, open_services
from mimis_core.services.organisations import INSTALLATION
from mimis_core.settings import load_settings
from mimis_core.store.catalogue_files import load_catalogue
from tests.school import Clock, HandPlugin

OURS, THEIRS = "school", "other"
ADDRESSES = {OURS: "http://a.localhost:9", THEIRS: "http://b.localhost:9"}


def make_installation(template: Path, folder: Path, database: str) -> Path:
    """The folder of an installation of two copies of a school, with the same keys; ids and addresses differ."""
    for id, address in ADDRESSES.items():
        school = Path(shutil.copytree(template, folder / "schools" / id))
        config = school / "mimis.toml"
        text = config.read_text("utf-8").replace("http://127.0.0.1:9", address).replace("sqlite:///mimis.db", database)
        config.write_text(text.replace(f'id = "{OURS}"', f'id = "{id}"'), "utf-8")
        for entry in load_catalogue(school / "catalogue"):
            owned = entry.model_copy(update={"owner": id})
            file = school / "catalogue" / f"{entry.id}.yaml"
            file.write_text(owned.model_dump_json(exclude_none=True), "utf-8")
    listed = ", ".join(f'"schools/{id}"' for id in ADDRESSES)
    (folder / INSTALLATION).write_text(f"organisations = [{listed}]\n", "utf-8")
    return folder


@contextmanager
def open_both(folder: Path, clock: Clock) -> Iterator[tuple[Services, Services]]:
    """The services of both, with sources and couriers in the test's hand."""
    with ExitStack() as stack:
        both = []
        for id in ADDRESSES:
            services = stack.enter_context(open_services(load_settings(folder / "schools" / id)))
            if not services.plugins.manager.has_plugin("hand"):
                services.plugins.manager.register(HandPlugin(), "hand")
            services.clock = clock
            both.append(services)
        yield both[0], both[1]
