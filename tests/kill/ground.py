"""The ground of the kill tests: a school on real HTTP sandboxes, and workers that are started and killed on it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from mimis_europass.wallet.sandbox import WalletSandbox
from mimis_mail.sandbox import MailSandbox
from mimis_moodle.sandbox import MoodleSandbox

from mimis_core import AutomaticRule, Completion, Grade, Organisation, Requirement, SourceLearner
from mimis_core.cli.demo.stage import append_tables
from mimis_core.cli.init import write_folder
from mimis_core.services import Services, open_services
from mimis_core.services.base import utc_now
from mimis_core.settings import load_settings
from mimis_core.store.catalogue_files import load_catalogue
from mimis_core.store.tables import OutboxRow

ENTRY, COURSE = "digitala-arbetsmiljoer", "course:101"
LONG = os.environ.get("MIMIS_LONG") == "1"
BACK = timedelta(days=30)
"""Where the ground's clock starts behind the real one: time can go by, and no document is dated in the future."""
PATIENCE = 120.0
"""Seconds that a worker may take for one order before the test gives up: far more than any takes."""
Step = tuple[Any, ...]


class Worker:
    """One worker process, spoken to over a pipe that ends when the process does."""

    def __init__(self, connection: Connection, pid: int, nursery: Nursery) -> None:
        self.pid = pid
        self._connection = connection
        self._nursery = nursery

    def order(
        self, *steps: Step, ahead: timedelta = timedelta(), die_at: str | None = None, halt_at: str | None = None
    ) -> None:
        """Let it begin, until it is done or comes to the boundary where it dies or halts; :meth:`answer` follows."""
        self._connection.send({"steps": steps, "ahead": ahead.total_seconds(), "die_at": die_at, "halt_at": halt_at})

    def answer(self, timeout: float = PATIENCE) -> Any:
        """Its answer, or None when it died instead."""
        assert self.has_answered(timeout), "the worker neither answers nor ends"
        try:
            return self._connection.recv()
        except (EOFError, ConnectionResetError):
            return None

    def has_answered(self, within: float) -> bool:
        """Whether it answers or ends within so many seconds."""
        return self._connection.poll(within)

    def kill(self) -> None:
        """End it without a word, and see that it has ended; its id is not given to another process."""
        os.kill(self.pid, signal.SIGKILL)
        while self.answer() is not None:
            continue

    def dismiss(self) -> None:
        """Let it end by itself after the work in hand."""
        self._connection.close()

    def wait_until_halted(self) -> None:
        """Wait until it has come to where it halts, and stands still."""
        assert self.answer() == "halted"
        self._nursery.see_stopped(self.pid)

    def go_on(self) -> None:
        """Let it go on from where it was halted."""
        os.kill(self.pid, signal.SIGCONT)


class Nursery:
    """Makes workers quickly: a process with everything imported, forked for each."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        self._control.settimeout(PATIENCE)
        script = Path(__file__).with_name("nursery.py")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MIMIS_")}
        self._process = subprocess.Popen(
            [sys.executable, str(script), str(theirs.fileno()), *(["--draw"] if LONG else [])],
            pass_fds=[theirs.fileno()],
            env=environment,
        )
        theirs.close()

    def begin(self, folder: Path) -> Worker:
        """A worker that begins to open the folder; its first answer is that it is ready."""
        ours, theirs = Pipe()
        socket.send_fds(self._control, [str(folder).encode()], [theirs.fileno()])
        theirs.close()
        return Worker(ours, int(self._control.recv(64)), self)

    def see_stopped(self, pid: int) -> None:
        """Wait until a worker stands still, which only its parent is told."""
        self._control.sendall(str(pid).encode())
        assert int(self._control.recv(64)) == pid

    def worker(self, folder: Path) -> Worker:
        """A worker that has opened the folder."""
        worker = self.begin(folder)
        assert worker.answer() == "ready"
        return worker

    def close(self) -> None:
        """End it; its workers must have been ended before."""
        self._control.close()
        self._process.wait(PATIENCE)


@dataclass
class Ground:
    """A school, what it is connected to, and by how much its workers' clocks are ahead of the real one."""

    folder: Path
    nursery: Nursery
    wallet: WalletSandbox
    mail: MailSandbox
    moodle: MoodleSandbox
    school: Services
    ahead: timedelta = -BACK
    kills: int = 0
    enrolled: int = 0
    workers: list[Worker] = field(default_factory=list)
    steady: Worker | None = None

    def worker(self) -> Worker:
        """A new worker on this school."""
        self.workers.append(self.nursery.worker(self.folder))
        return self.workers[-1]

    def forward(self, **amount: float) -> None:
        """Let time go by, for workers that are ordered from now on and for the school itself."""
        self.ahead += timedelta(**amount)

    def now(self) -> datetime:
        """The time of the ground."""
        return utc_now() + self.ahead

    def enrol(self, count: int = 1) -> None:
        """Let so many further learners complete the course."""
        self.moodle.load([_done(self.enrolled + number) for number in range(count)])
        self.enrolled += count

    def run(self, *steps: Step) -> Any:
        """Carry out steps in a worker that stays; gives its answer."""
        self.steady = self.steady or self.worker()
        self.steady.order(*steps, ahead=self.ahead)
        return self.steady.answer()

    def die(self, *steps: Step, at: str) -> None:
        """Let a new worker carry out steps until it dies at a boundary."""
        worker = self.worker()
        worker.order(*steps, ahead=self.ahead, die_at=at)
        assert worker.answer() is None, f"no worker came to {at!r}"
        self.kills += 1

    def come_to_rest(self) -> None:
        """Do all work, letting time go by as long as something waits for it."""
        for _ in range(40):
            answer = self.run(("sync",), ("drain",))
            assert answer["failed"] == []
            waits = [row.lease_until or row.not_before for row in self.unfinished()]
            if not waits:
                return
            self.ahead += max(max(waits) - self.now(), timedelta(minutes=5))
        raise AssertionError(f"work that never ends: {[(row.kind, row.reason) for row in self.unfinished()]}")

    def unfinished(self) -> list[OutboxRow]:
        """Work that is neither done nor waits for a person."""
        with self.school.database.transaction() as session:
            return [row for row in session.query(OutboxRow) if row.state not in ("done", "attention")]

    def end_workers(self) -> None:
        """Let go of all workers, whatever they do."""
        for worker in self.workers:
            worker.go_on()
            os.kill(worker.pid, signal.SIGKILL)
            worker.dismiss()


def _done(number: int) -> Completion:
    learner = SourceLearner(
        source="moodle",
        key=str(700 + number),
        full_name=f"Åsa Öberg {number}",
        given_name="Åsa",
        family_name=f"Öberg {number}",
        email=f"asa{number}@demo.example",
    )
    return Completion(
        source="moodle",
        key=f"{COURSE}/user:{learner.key}",
        learner=learner,
        module=COURSE,
        title="Digitala arbetsmiljöer",
        completed_at=datetime.now(UTC) - 2 * BACK,
        grade=Grade(value=80, minimum=0, maximum=100),
    )


def write_school(
    folder: Path, database: str, *, course: str = COURSE, source: str = "moodle", url: str = "http://127.0.0.1:9"
) -> None:
    """A school with a trial seal, one entry that is awarded by rule, and a rule to deliver it."""
    school = Organisation(
        id="school",
        legal_name={"sv": "Testbygdens folkhögskola", "en": "Testbygden Folk High School"},
        registration="802002-6509",
        eidas="NTRSE-8020026509",
        email="kontakt@demo.example",
    )
    write_folder(folder, "school", school, url, database, "none-enrolled")
    decided = (datetime.now(UTC) - 3 * BACK).date()
    changes = {
        "earned_by": (Requirement(module=course, source=source),),
        "automatic": AutomaticRule(decided_by="Rektor Test", decided_on=decided),
        "valid_months": 24,
    }
    for entry in load_catalogue(folder / "catalogue"):
        file = folder / "catalogue" / f"{entry.id}.yaml"
        if entry.id == ENTRY:
            file.write_text(entry.model_copy(update=changes).model_dump_json(exclude_none=True), "utf-8")
        else:
            file.unlink()  # each worker reads the catalogue anew, which takes as long as all its other work
    rule = {"courier": "europass", "decided_by": "Rektor Test", "decided_on": decided.isoformat()}
    append_tables(folder, {"delivery.rule": rule})


@contextmanager
def ground(folder: Path, database: str, nursery: Nursery, *, url: str = "http://127.0.0.1:9") -> Iterator[Ground]:
    """A ground with its sandboxes; all workers are ended at the end. ``url`` is where its pages are, if anywhere."""
    with ExitStack() as stack:
        wallet, mail, moodle = (stack.enter_context(make()) for make in (WalletSandbox, MailSandbox, MoodleSandbox))
        write_school(folder, database, url=url)
        connected: Sequence[tuple[str, Any]] = (
            ("couriers.europass", wallet), ("couriers.mail", mail), ("sources.moodle", moodle),
        )  # fmt: skip
        append_tables(folder, {name: sandbox.settings() for name, sandbox in connected})
        wallet.trust((folder / "secrets" / "trial-anchor.pem").read_text("utf-8"))
        school = stack.enter_context(open_services(load_settings(folder)))
        made = Ground(folder, nursery, wallet, mail, moodle, school)
        school.clock = made.now
        stack.callback(made.end_workers)
        yield made
