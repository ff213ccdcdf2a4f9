"""Awards from approved to delivered, many of them: on SQLite and PostgreSQL, by one worker and by three.

The wallet and the database server work in processes of their own. What a credential costs is told as processor time,
which other programs on the machine disturb less than they do the wall's clock.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mimis_seals.keys.trial import ANCHOR_FILE
from sqlalchemy import select, text

from bench.draining import Drained, Workers
from bench.measure import Result, Size
from bench.school import MemorySource, completion, open_school, school_template
from bench.servers import Server, postgres, size_of
from bench.wallets import Wallet, open_wallet
from mimis_core.settings import FILENAME
from mimis_core.store.tables import CredentialRow

AT_ONCE = 10_000
"""Completions that are pulled in one sync, so that the bench itself keeps few."""
WORKERS = 3
RULE = """
[delivery.rule]
courier = "europass"
decided_by = "Rektor Mätning"
decided_on = 2026-08-01

[couriers.europass]
"""


@dataclass(frozen=True)
class Step:
    """Some awards from approved to delivered, and the processor time that others used for them."""

    done: Drained
    database: float
    wallet: float

    @property
    def rate(self) -> float:
        """Credentials in a second."""
        return self.done.credentials / self.done.seconds

    @property
    def cost(self) -> float:
        """Milliseconds of processor time for one credential: mimis and its database, not the wallet."""
        return 1000 * (self.done.processor + self.database) / self.done.credentials


@dataclass(frozen=True)
class Climb:
    """A database that grows from empty: its first few awards, then nearly all, then as few as at first again."""

    first: Step
    most: Step
    last: Step
    size: float
    """Bytes of the database for each credential, with all that belongs to it."""
    document: float
    """Bytes of one sealed file,"""
    stored: float
    """and of it in the database, packed and encrypted."""

    @property
    def awards(self) -> int:
        """How many there were."""
        return sum(step.done.credentials for step in (self.first, self.most, self.last))

    @property
    def rate(self) -> float:
        """Credentials in a second, over all."""
        return self.awards / sum(step.done.seconds for step in (self.first, self.most, self.last))


@dataclass
class Ground:
    """A school with a wallet and a database of its own."""

    folder: Path
    server: Server
    wallet: Wallet
    awards: int = 0

    def award(self, count: int) -> None:
        """Approve that many more by the entry's rule."""
        while count > 0:
            some = min(count, AT_ONCE)
            MemorySource.pending = [completion(number) for number in range(self.awards, self.awards + some)]
            with open_school(self.folder) as services:
                if services.sync().awards != some:
                    raise RuntimeError("the sync did not award what was completed")
            self.awards, count = self.awards + some, count - some

    def warm_up(self, workers: Workers) -> None:
        """Let each issue one: the first time, typst draws the entry's page."""
        for number in range(workers.count):
            self.award(1)
            workers.drain(number)

    def issue(self, count: int, workers: Workers) -> Step:
        """Award that many more, and let the workers do the rest; all must have come to the wallet."""
        self.award(count)
        before = self.server.seconds(), self.wallet.seconds()
        done = workers.drain()
        after = self.server.seconds(), self.wallet.seconds()
        if not done.credentials == done.deliveries == count or self.wallet.held() != self.awards:
            raise RuntimeError(f"of {count} awards, {done.credentials} were issued and {done.deliveries} delivered")
        return Step(done, after[0] - before[0], after[1] - before[1])


def measure(size: Size) -> Iterator[Result]:
    """Both databases as they grow, and workers side by side."""
    with postgres() as server:
        climbs = {"sqlite": _climb(Server(), size)}
        yield _over_all("scale.sqlite", climbs["sqlite"])
        if server is not None:
            climbs["postgres"] = _climb(server, size)
            yield _over_all("scale.postgres", climbs["postgres"])
        yield _growth(climbs)
        if server is not None:
            yield _side_by_side(server, size)


def _climb(server: Server, size: Size) -> Climb:
    few, many = size.scale_few, size.scale_many
    with _ground(server) as ground, Workers(ground.folder) as workers:
        with open_school(ground.folder) as services:
            empty = size_of(services.database.engine)
        ground.warm_up(workers)
        first = ground.issue(few, workers)
        most = ground.issue(max(1, many - 2 * few), workers)
        last = ground.issue(few, workers)
        with open_school(ground.folder) as services:
            grown = size_of(services.database.engine) - empty
            with services.database.transaction() as session:
                (file,) = session.scalars(select(CredentialRow.content).limit(1))
                stored = session.execute(text("SELECT avg(length(content)) FROM credential")).scalar_one()
        return Climb(first, most, last, grown / ground.awards, len(file), float(stored))


def _over_all(name: str, climb: Climb) -> Result:
    early, late = climb.first.done, climb.last.done
    what = (
        f"{climb.awards} awards from approved to delivered, one worker; {climb.size:.0f} bytes of database each, "
        f"{climb.stored:.0f} of them for a file of {climb.document:.0f}; "
        f"at most {late.memory:.0f} MiB of memory, {early.memory:.0f} after the first {early.credentials}; "
        f"{climb.most.cost:.1f} ms of processor time each, {_shares(climb.most)}; "
        f"baseline: the first {early.credentials}"
    )
    return Result(name, climb.rate, "credentials/s", climb.first.rate, climb.first.rate / climb.rate, what)


def _growth(climbs: dict[str, Climb]) -> Result:
    """Of the database that grows dearer, the dearer of: nearly all on the average, and the last few."""
    grown = {
        name: (max(climb.most.cost, climb.last.cost), climb.first.cost, climb.first.rate / climb.last.rate)
        for name, climb in climbs.items()
    }
    name, (late, early, slower) = max(grown.items(), key=lambda one: one[1][0] / one[1][1])
    climb = climbs[name]
    what = (
        f"processor time on {name}: nearly all {climb.awards} or the last {climb.last.done.credentials}, whichever is "
        f"dearer, over the first {climb.first.done.credentials}; the last by the wall's clock {slower:.2f}"
    )
    return Result("scale.cost_growth", late, "ms/credential", early, late / early, what)


def _side_by_side(server: Server, size: Size) -> Result:
    steps = {}
    for count in (1, WORKERS):
        with _ground(server) as ground, Workers(ground.folder, count) as workers:
            ground.warm_up(workers)
            steps[count] = ground.issue(size.scale_workers, workers)
    one, more = steps[1], steps[WORKERS]
    what = (
        f"{size.scale_workers} awards, {WORKERS} workers on PostgreSQL, {_shares(more)}; "
        f"baseline: one, {_shares(one)}; the ratio is that of the speeds"
    )
    return Result("scale.workers_3v1", more.rate, "credentials/s", one.rate, more.rate / one.rate, what)


def _shares(step: Step) -> str:
    """Which part of one core each kept busy: where the bottleneck is."""
    times = {"mimis": step.done.processor, "database": step.database, "wallet": step.wallet}
    return "cores busy: " + ", ".join(f"{name} {taken / step.done.seconds:.2f}" for name, taken in times.items())


@contextmanager
def _ground(server: Server) -> Iterator[Ground]:
    with school_template() as template:
        folder = Path(shutil.copytree(template, template.parent / "ground"))
        with open_wallet((folder / "secrets" / ANCHOR_FILE).read_text("utf-8")) as wallet:
            file = folder / FILENAME
            settings = file.read_text("utf-8").replace("sqlite:///mimis.db", server.new_database())
            table = (f"{name} = {json.dumps(value)}\n" for name, value in wallet.settings().items())
            file.write_text(f"{settings}{RULE}{''.join(table)}", encoding="utf-8")
            yield Ground(folder, server, wallet)
