"""``mimis worker``: queued work and schedules without pages, beside or instead of those of ``mimis serve``."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Annotated

import typer

from mimis_core.cli.ending import end_all, ended_by_signal
from mimis_core.cli.output import DONE, HERE, PARTLY, Config, Json, emit, note
from mimis_core.jobs import JobQueue
from mimis_core.observe import configure, offer_metrics
from mimis_core.services import Services
from mimis_core.services.organisations import open_installation

app = typer.Typer()


@app.command()
def worker(
    config: Config = HERE,
    threads: Annotated[int, typer.Option("--threads", min=1, max=32, help="How many batches at the same time.")] = 1,
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, and end.")] = False,
    json_: Json = False,
) -> None:
    """Do queued work, and run what is scheduled, until SIGINT or SIGTERM.

    As many as you like may run, on this machine or on others with the same database. With --once the exit code is 3
    when something was postponed or needs attention.
    """
    configure("INFO", threads=True)
    with open_installation(config) as installation:
        if once:
            done = Counter[str]()
            for one in installation.services:
                done.update(_do_once(one))
            emit(done, json_)
            raise typer.Exit(PARTLY if done["attention"] or done["postponed"] else DONE)
        ended = ended_by_signal()
        offer_metrics()
        # Each organisation has workers of its own, so that none waits for another's work.
        queues = [JobQueue(one, threads) for one in installation.services]
        for queue in queues:
            queue.start()
        note(f"mimis works as {installation.services[0].worker} (end it with Ctrl-C)")
        ended.wait()
        end_all(*(queue.stop for queue in queues))


def _do_once(services: Services) -> Counter[str]:
    queue = JobQueue(services)
    done = Counter[str](scheduled=queue.run_due())
    done.update(asdict(services.drain()))
    queue.stop()
    return done
