"""The partner API through ``mimis serve`` on one core: shares read a second, and how long one takes at a fixed pace."""

from __future__ import annotations

import base64
import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection
from math import ceil
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from mimis_ats.oauth import issue_token
from sqlalchemy import select, update

from bench.measure import Result, Size
from bench.populating import Population
from bench.portal import EMPTY, SETTINGS, TABLES, serving
from bench.school import school_template
from bench.servers import seconds_of_family
from bench.visiting import visit_at_pace
from bench.visitors import Visit
from mimis_core.services import Services, ShareOrder, open_services
from mimis_core.settings import FILENAME, load_settings
from mimis_core.store.tables import PROTECTED, CredentialRow, LearnerRow

API = "/api/partner/v1"
RATE = 100.0
"""Requests in a second."""
AT_ONCE = 50
"""Shares that one request opens."""
WARMING = 200
"""Requests before those that are measured."""
SEALED = 25_000
"""Characters of a sealed file without pictures."""


@dataclass(frozen=True)
class Reading:
    """An employer's shares, and the header that it reads them with."""

    ids: list[str]
    headers: dict[str, str]

    def visits(self, count: int) -> list[Visit]:
        """So many requests, each for one share."""
        paths = (f"{API}/shares/{self.ids[number % len(self.ids)]}" for number in range(count))
        return [Visit("share", path, self.headers) for path in paths]


def empty_visits(count: int) -> list[Visit]:
    """So many requests for a page with nothing on it: pages are bounded for each address, and these use many."""
    found = []
    for number in range(count):
        address = f"10.0.{number >> 8 & 255}.{number & 255}"
        found.append(Visit(EMPTY.page, EMPTY.path, {"X-Forwarded-For": address, "X-Forwarded-Proto": "https"}))
    return found


def measure(size: Size) -> Iterator[Result]:
    """How fast an employer reads all that is shared with it, and how long it waits for one share."""
    with school_template() as folder:
        reading = fill(folder, size)
        with serving(folder) as (address, process):
            _read_all(address, reading)  # the first look at each share queues a mail to its learner
            yield _reads(address, process, reading, size)
            yield _p99(address, process, reading, size)


def fill(folder: Path, size: Size) -> Reading:
    """Have learners share a credential each with one employer."""
    file = folder / FILENAME
    text, _, _ = file.read_text("utf-8").partition("\n[sources.")
    file.write_text(f"{SETTINGS.strip()}\n{text}\n{TABLES}", encoding="utf-8")
    with open_services(load_settings(folder)) as services:
        Population(services, size.partner_learners).write()
        _write_files(services)
        partner = services.add_partner("Mätbolaget AB", "556036-0793", "mat.example").partner
        until = services.clock().date() + timedelta(days=30)
        order = ShareOrder(credential_ids=(), partner_id=partner.id, purpose="Jobb", until=until)
        ids = []
        for learner_id, credential_id in _held(services):
            chosen = order.model_copy(update={"credential_ids": (credential_id,)})
            ids.append(services.create_share(learner_id, chosen).id)
        token = issue_token(services, partner.client_id, "shares:read")
    proxied = {"X-Forwarded-For": "10.1.0.1", "X-Forwarded-Proto": "https"}
    return Reading(ids, {"Authorization": f"Bearer {token}", **proxied})


def _write_files(services: Services) -> None:
    """Files of a real one's length: those of the population are short, and no text."""
    content = base64.b64encode(os.urandom(SEALED * 3 // 4))
    with services.database.transaction() as session:
        session.execute(update(CredentialRow).values(content=content))


def _held(services: Services) -> list[tuple[str, str]]:
    """A credential in force of each learner who may share one."""
    query = (
        select(CredentialRow.learner_id, CredentialRow.id)
        .join(LearnerRow, LearnerRow.id == CredentialRow.learner_id)
        .where(CredentialRow.status == "active", ~PROTECTED)
        .order_by(CredentialRow.id)
    )
    with services.database.reading() as session:
        return list({learner: (learner, one) for learner, one in session.execute(query)}.values())


def _reads(address: str, process: int, reading: Reading, size: Size) -> Result:
    ours, bare = [], []
    before = seconds_of_family(process)
    for _ in range(size.rounds):
        ours.append(_read_all(address, reading))
        bare.append(_read_empty(address, ceil(len(reading.ids) / AT_ONCE)))
    busy = (seconds_of_family(process) - before) / (size.rounds * len(reading.ids))
    count = len(reading.ids)
    what = (
        f"{size.rounds} rounds of {count} shares with a sealed file of {SEALED} characters, {AT_ONCE} a request, each "
        f"recorded as a look; one core, {1000 * busy:.2f} ms of processor time each; baseline: as many requests for a "
        "page with nothing on it"
    )
    ratio = median(ours) / median(bare)
    return Result("partner.reads", count / median(ours), "shares/s", count / median(bare), ratio, what)


def _read_all(address: str, reading: Reading) -> float:
    """Seconds that it takes to open all. Raises RuntimeError when one is not given."""
    line, start = HTTPConnection(urlsplit(address).netloc, timeout=60), time.perf_counter()
    for first in range(0, len(reading.ids), AT_ONCE):
        ids = reading.ids[first : first + AT_ONCE]
        headers = {**reading.headers, "Content-Type": "application/json"}
        line.request("POST", f"{API}/shares/open", json.dumps({"ids": ids}), headers)
        answer = json.loads(line.getresponse().read())
        if len(answer.get("shares", ())) != len(ids):
            raise RuntimeError(f"of {len(ids)} shares not all were given")
    taken = time.perf_counter() - start
    line.close()
    return taken


def _read_empty(address: str, count: int) -> float:
    line, start = HTTPConnection(urlsplit(address).netloc, timeout=60), time.perf_counter()
    for _ in range(count):
        line.request("GET", EMPTY.path)
        line.getresponse().read()
    taken = time.perf_counter() - start
    line.close()
    return taken


def _p99(address: str, process: int, reading: Reading, size: Size) -> Result:
    count = size.partner_requests
    bare = visit_at_pace(address, empty_visits(count), RATE)[EMPTY.page]
    # The first ones open connections and threads, and read what the process has not read yet: that is no steady pace.
    visit_at_pace(address, reading.visits(min(count, WARMING)), RATE)
    before = seconds_of_family(process)
    ours = visit_at_pace(address, reading.visits(count), RATE)["share"]
    busy = (seconds_of_family(process) - before) / count
    value, empty = 1000 * _percentile(ours, 0.99), 1000 * _percentile(bare, 0.99)
    what = (
        f"{count} shares opened one by one at {RATE:.0f} requests/s, each recorded as a look; median "
        f"{1000 * median(ours):.1f} ms; one core, {1000 * busy:.1f} ms of processor time each; baseline: p99 of as "
        "many pages with nothing on them"
    )
    return Result("partner.p99_ms", value, "ms", empty, value / empty, what)


def _percentile(times: Sequence[float], share: float) -> float:
    return sorted(times)[ceil(share * len(times)) - 1]
