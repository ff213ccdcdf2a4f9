"""A school among its real surroundings: sandboxes of the systems it uses, and ``mimis serve`` with its worker."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from mimis_mail.sandbox import MailSandbox

from mimis_core.cli.demo import cast
from mimis_core.cli.demo.stage import SCHOOL, SCHOOL_TABLES, append_tables
from mimis_core.cli.init import write_folder
from mimis_core.model import Achievement, Completion, Grade, SourceLearner
from mimis_core.services import Services, open_services
from mimis_core.settings import load_settings
from mimis_core.store.catalogue_files import load_catalogue
from mimis_core.testing import Sandbox
from tests.browser.serving import serving
from tests.command import sandbox

PATIENCE = 60.0
"""Seconds that the worker may take until a mail is there; much, since the machine may be busy."""
ROLE = {"sv": "Undersköterska i hemtjänsten", "en": "Assistant nurse in home care"}
"""What Amina wants to become; two entries of the school are parts of it."""
PARTS = ("informationssakerhet-vard", "bemotande-demens")
DEMENTIA = tuple(f"course-v1:Demo+DEM{part}+2026" for part in (1, 2))


class Mailbox(MailSandbox):
    """Everybody's mail, which can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self._arrived = threading.Condition()

    def take(self, content: bytes) -> tuple[str | None, float]:
        """Keep a message and tell those who wait."""
        answer = super().take(content)
        with self._arrived:
            self._arrived.notify_all()
        return answer

    def link(self, address: str, path: str) -> str:
        """The link in the latest mail to an address that leads to such a path, as soon as there is one."""
        wanted = re.compile(rf"http://\S+{path}[^\s/]+")
        with self._arrived:
            found = self._arrived.wait_for(lambda: self._find(address, wanted), PATIENCE)
        assert found, f"no mail with {path} came"
        return found

    def _find(self, address: str, wanted: re.Pattern[str]) -> str | None:
        for message in reversed(self.messages()):
            body = message.get_body(("plain",))
            found = wanted.search(body.get_content()) if body is not None else None
            if found and address in str(message["To"]):
                return found.group(0)
        return None


@dataclass(frozen=True)
class Town:
    """The school as it is served; ``school`` are its services in this process, for what its administrator does."""

    site: str
    school: Services
    sandboxes: dict[str, Any]
    mailbox: Mailbox

    def complete(self, completions: Sequence[Completion]) -> None:
        """Let learners complete something in a learning platform; the school reads it at its next sync."""
        load(self.sandboxes, completions)

    def sync(self) -> None:
        """Read the platforms; what follows is the work of the worker."""
        assert self.school.sync(full=True).errors == ()

    def entry(self, achievement: str) -> Achievement:
        """An entry of the school's catalogue."""
        found = self.school.catalogue.get(achievement)
        assert found is not None
        return found


@contextmanager
def town(folder: Path, completed: Sequence[Completion]) -> Iterator[Town]:
    """A town until the block ends, on the morning after the school has read for the first time who completed what."""
    with ExitStack() as stack:
        mailbox = Mailbox()
        boxes: dict[str, Any] = {"mail": mailbox, **{name: sandbox(name) for name in ("moodle", "openedx", "europass")}}
        for box in boxes.values():
            stack.enter_context(box)
        load(boxes, completed)
        write_school(folder, boxes)
        boxes["europass"].trust((folder / "secrets" / "trial-anchor.pem").read_text())
        site = stack.enter_context(serving(folder, jobs=True))
        school = stack.enter_context(open_services(load_settings(folder)))
        made = Town(site, school, boxes, mailbox)
        made.sync()
        yield made


def load(boxes: dict[str, Any], completions: Sequence[Completion]) -> None:
    """Give completions to the sandboxes of their platforms; settings of some name what is there already."""
    for name in {one.source for one in completions}:
        boxes[name].load([one for one in completions if one.source == name])


def write_school(folder: Path, boxes: dict[str, Sandbox]) -> None:
    """The demo's school, connected to these sandboxes."""
    write_folder(folder, "school", SCHOOL, "http://localhost", "sqlite:///mimis.db", "role")
    for entry in load_catalogue(folder / "catalogue"):
        text = _entry(entry).model_dump_json(exclude_none=True)
        (folder / "catalogue" / f"{entry.id}.yaml").write_text(text, "utf-8")
    append_tables(folder, {f"{SCHOOL_TABLES[name]}.{name}": box.settings() for name, box in boxes.items()})


def course(learner: SourceLearner, key: str) -> Completion:
    """A course of a platform that somebody has completed."""
    return Completion(
        source=learner.source,
        key=f"{key}/user:{learner.key}",
        learner=learner,
        module=f"course:{key.removeprefix('course:')}",
        title=key,
        completed_at=cast.START + timedelta(days=9),
        grade=Grade(value=87, minimum=0, maximum=100),
    )


def _entry(entry: Achievement) -> Achievement:
    made = cast.demo_entry(entry)
    return made.model_copy(update={"part_of": ROLE}) if made.id in PARTS else made
