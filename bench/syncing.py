"""Taking completions in, against plain inserts of as many rows of the same table."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import delete, insert

from bench.measure import Result, Size, rate, seconds
from bench.school import EARNING, OTHER, PAGE, MemorySource, completion, open_school, school_template
from mimis_core import Completion
from mimis_core.services import Services
from mimis_core.services.base import utc_now
from mimis_core.store.tables import CompletionRow, LearnerRow, new_id


def measure(size: Size) -> Iterator[Result]:
    """A first sync, which makes learners and awards, and the next, in which nothing is new."""
    half = size.completions // 2
    done = [completion(number, module) for number in range(half) for module in (EARNING, OTHER)]
    rounds = max(1, size.rounds - 2)
    with school_template() as template:
        times = [_round(template, template.parent / f"round-{number}", done) for number in range(rounds)]
    first, again, bare = (list(column) for column in zip(*times, strict=True))
    what = f"of {len(done)} completions in pages of {PAGE}, {half} learners; baseline: core inserts of as many rows"
    yield rate("sync.rate", "completions/s", len(done), first, bare, f"{half} awards {what}")
    yield rate("sync.again", "completions/s", len(done), again, bare, f"nothing new {what}")


def _round(template: Path, folder: Path, done: list[Completion]) -> tuple[float, float, float]:
    shutil.copytree(template, folder)
    MemorySource.pending = done
    with open_school(folder) as services:
        bare = _insert(services, done)
        first = seconds(services.sync)
        again = seconds(services.sync)
        if services.sync().awards or len(services.awards()) != len(done) // 2:
            raise RuntimeError("the sync did not award what was completed")
    return first, again, bare


def _insert(services: Services, done: list[Completion]) -> float:
    """Time of inserting as many rows, a transaction for each page; the rows are gone again afterwards."""
    now, owner = utc_now(), new_id()
    known = {"organisation": "bench", "source": "memory", "learner_id": owner, "seen_at": now, "seen_in": owner}
    rows = [
        {"id": new_id(), "key": one.key, "content": one.model_dump_json(), "state": "unmatched", **known}
        for one in done
    ]
    engine = services.database.engine
    with engine.begin() as connection:
        connection.execute(insert(LearnerRow), [{"id": owner, "organisation": "bench", "full_name": "Ingen"}])

    def write() -> None:
        for start in range(0, len(rows), PAGE):
            with engine.begin() as connection:
                connection.execute(insert(CompletionRow), rows[start : start + PAGE])

    taken = seconds(write)
    with engine.begin() as connection:
        connection.execute(delete(CompletionRow))
        connection.execute(delete(LearnerRow))
    return taken
