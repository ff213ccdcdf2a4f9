"""Every page of a large school's portal, through ``mimis serve`` on one core, asked for at a fixed pace."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.measure import Result, Size
from bench.orders import one_core
from bench.populating import Population
from bench.school import school_template
from bench.servers import seconds_of_family
from bench.visiting import p95, visit_at_pace, visit_in_turn
from bench.visitors import Visit, Visitors
from mimis_core.services import open_services
from mimis_core.settings import FILENAME, load_settings
from mimis_core.web import create_app

RATE = 20.0
"""Requests in a second, over all pages."""
EMPTY = Visit("empty", "/healthz", {})
"""A page of the same app that has nothing on it and asks nobody who she is."""
WORST = 4
"""Pages that are named."""
SETTINGS = """
trusted_proxy = "127.0.0.1"
"""
TABLES = """
[sources.memory]
kind = "moodle"
url = "http://127.0.0.1:9"
token = "none"

[couriers.europass]
url = "http://127.0.0.1:9"

[couriers.mail]
host = "127.0.0.1"
port = 9
sender = "Mätbygdens folkhögskola <kontakt@demo.example>"
"""
"""What a server of its own can load. Nothing is asked or sent: it serves pages alone."""


@dataclass(frozen=True)
class School:
    """What was filled, and the visits to make: each page once, then all of them again and again."""

    learners: int
    credentials: int
    first: list[Visit]
    then: list[Visit]


def measure(size: Size) -> Iterator[Result]:
    """The slowest page, and what the first request to a page costs a server that has just begun."""
    with school_template() as folder:
        school = fill(folder, size)
        with serving(folder) as (address, process):
            visit_in_turn(address, [EMPTY])
            first = visit_in_turn(address, school.first)
            before = seconds_of_family(process)
            then = visit_at_pace(address, school.then, RATE)
            busy = (seconds_of_family(process) - before) / len(school.then)
    slow = {page: p95(times) for page, times in then.items()}
    yield _worst(school, slow, busy)
    yield _first(first, slow)


def fill(folder: Path, size: Size) -> School:
    """Put so many learners into a school's folder, and choose who visits."""
    file = folder / FILENAME
    text, _, _ = file.read_text("utf-8").partition("\n[sources.")
    file.write_text(f"{SETTINGS.strip()}\n{text}\n{TABLES}", encoding="utf-8")
    with open_services(load_settings(folder)) as services:
        credentials = Population(services, size.portal_learners).write()
        visitors = Visitors(services, create_app(services.settings, services), size.portal_visitors)
        first = [visitors.visit(page, 0) for page in visitors.pages]
        return School(size.portal_learners, credentials, first, _again_and_again(visitors, size.portal_requests))


def _again_and_again(visitors: Visitors, times: int) -> list[Visit]:
    """Each page so often, in an order that is another one each time and the same in each run."""
    random, visits = Random(times), []
    for number in range(times):
        some = [EMPTY, *(visitors.visit(page, number) for page in visitors.pages)]
        visits += random.sample(some, len(some))
    return visits


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, int]]:
    """``mimis serve`` on one core; gives its address and the process."""
    script = Path(sys.executable).with_name("mimis")
    command = [str(one) for one in (script, "serve", "--no-jobs", "--json", "--port", 0, "--config", folder)]
    with one_core():
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        said = "".join(process.stdout.readline() for _ in range(3)) if process.stdout else ""
        yield str(json.loads(said)["address"]), process.pid
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _worst(school: School, slow: dict[str, float], busy: float) -> Result:
    empty = slow.pop(EMPTY.page)
    (page, value), *others = sorted(slow.items(), key=lambda one: one[1], reverse=True)
    next_ones = ", ".join(f"{name} {1000 * time:.0f}" for name, time in others[: WORST - 1])
    what = (
        f"{page}, the slowest of {len(slow)} pages; then {next_ones}; {school.learners} learners, {school.credentials} "
        f"credentials, {RATE:.0f} requests/s on one core, {len(school.then)} in all, {1000 * busy:.1f} ms of "
        "processor time each; baseline: a page with nothing on it"
    )
    return Result("portal.p95_ms", 1000 * value, "ms", 1000 * empty, value / empty, what)


def _first(first: dict[str, float], slow: dict[str, float]) -> Result:
    (page, value), *others = sorted(first.items(), key=lambda one: one[1], reverse=True)
    next_ones = ", ".join(f"{name} {1000 * time:.0f}" for name, time in others[: WORST - 1])
    what = f"{page}, the slowest first request to a new process; then {next_ones}; baseline: the same page's p95 later"
    return Result("portal.first_ms", 1000 * value, "ms", 1000 * slow[page], value / slow[page], what)
