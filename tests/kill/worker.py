"""What a worker of the kill tests does: the real services on a school's folder, step by step as it is ordered."""

from __future__ import annotations

import base64
import resource
import signal
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import mimis_europass.elm
from mimis_ats.employer import Desk
from mimis_ats.pull import pull_all
from sqlalchemy import event

from mimis_core.cli.demo.stage import append_tables
from mimis_core.services import Services, open_services
from mimis_core.services.base import utc_now
from mimis_core.settings import load_settings
from tests.kill.ground import write_school
from tests.kill.points import Points
from tests.school import HandPlugin, HandSource, done, page

BY = "Rektor Test"
STEPS: dict[str, Callable[..., Any]] = {
    "sync": lambda services: services.sync().model_dump(mode="json"),
    "drain": lambda services: asdict(services.drain()),
    "calendar": lambda services: asdict(services.look_at_calendar()),
    "approve": lambda services, one: services.decide_award(one, approve=True, by=BY),
    "reissue": lambda services, one: services.reissue_credential(one, "Namnet är rättat.", BY),
    "revoke": lambda services, one: services.revoke_credential(one, "Fel person.", BY),
    "suspend": lambda services, one: services.suspend_credential(one, "Kontroll.", BY),
    "reinstate": lambda services, one: services.reinstate_credential(one, BY),
    "renew": lambda services, one: services.renew_credential(one, BY),
    "employer": lambda services: pull_all(services, Desk(services)).failures,
    "limit": lambda services, size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY)),
    "pragma": lambda services, pragma: _set_pragma(services, pragma),
}
"""What can be ordered, by name."""
LATE = ("psycopg", "sqlalchemy.dialects.postgresql", "typst", "mimis_ats.teamtailor.feed")
"""Modules that are imported by who needs them."""


DOT = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAGF0bXgAAAABJRU5ErkJggg==")
"""The smallest picture there is."""


def warm_up(*, draw: bool) -> None:
    """Load all that a worker needs, by issuing one credential; no thread, lock or connection of it is left."""
    if not draw:
        mimis_europass.elm.draw = lambda matter, *_: dict.fromkeys(matter.languages, DOT)
    with TemporaryDirectory() as name:
        folder = Path(name) / "school"
        write_school(folder, "sqlite:///mimis.db", course="course:1", source="hand")
        append_tables(folder, {"sources.hand": {}, "couriers.europass": {"kind": "hand"}})
        HandSource.pages = [page(done("course:1"))]
        with open_services(load_settings(folder)) as services:
            services.plugins.manager.register(HandPlugin(), "hand")
            services.sync()
            if not draw:
                services.drain()
    for module in LATE:
        import_module(module)


def work(connection: Connection, folder: Path) -> None:
    """Open the folder, say so, and carry out orders until the other side has gone.

    An order is a dictionary: ``steps`` as (name, arguments ...), ``ahead`` the seconds by which the worker's clock is
    ahead, ``die_at`` and ``halt_at`` the boundary at which it dies or halts. The answer holds each step's result or
    error, and the boundaries that were passed.
    """
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with open_services(load_settings(folder)) as services:
        points = Points(services.plugins, connection)
        services.database.transaction = partial(points.one_at_a_time, services.database.transaction)
        connection.send("ready")
        try:
            while True:
                connection.send(_obey(services, points, connection.recv()))
        except (EOFError, BrokenPipeError, ConnectionResetError):
            return


def _obey(services: Services, points: Points, order: dict[str, Any]) -> dict[str, Any]:
    ahead = timedelta(seconds=order["ahead"])
    services.clock = lambda: utc_now() + ahead
    points.passed.clear()
    points.die_at, points.halt_at = order["die_at"], order["halt_at"]
    did, failed = [], []
    for name, *arguments in order["steps"]:
        try:
            did.append(STEPS[name](services, *arguments))
        except Exception as error:  # whatever it is, the test is told
            did.append(None)
            failed.append(f"{name}: {type(error).__name__}: {error}")
    return {"did": did, "failed": failed, "passed": list(points.passed)}


def _set_pragma(services: Services, pragma: str) -> None:
    """Let each SQLite connection from now on begin with this."""
    engine = services.database.engine
    event.listen(engine, "connect", lambda connection, _: connection.execute(f"PRAGMA {pragma}").close())
    engine.dispose()
