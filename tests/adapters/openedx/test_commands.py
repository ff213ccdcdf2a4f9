"""``mimis openedx listen`` on a real mimis: from an event on the bus to a stored completion."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from mimis_openedx.commands import app
from mimis_openedx.sandbox import OpenEdxSandbox
from typer.testing import CliRunner

from mimis_core import ConfigurationError
from mimis_core.services import configured
from mimis_core.web import create_app

from .bus_events import CREATED, entry
from .conftest import COURSE
from .redis_server import RedisServer
from .test_events import payload

TOKEN = "en-lang-och-ogissbar-del"
STREAM = "learning-certificate-lifecycle"
MAIN = "from mimis_core.cli import main; main()"


@pytest.fixture
def folder(school_folder: Path, server: OpenEdxSandbox, redis_server: RedisServer) -> Path:
    table = {name: value for name, value in server.settings().items() if name != "kind"}
    lines = [f"{name} = {json.dumps(value)}" for name, value in table.items()]
    with (school_folder / "mimis.toml").open("a", encoding="utf-8") as file:
        file.write("\n".join(["", "[sources.edx]", 'kind = "openedx"', f'bus_url = "{redis_server.url}"', *lines, ""]))
    return school_folder


@pytest.fixture
def client(redis_server: RedisServer) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_server.url, protocol=2) as connection:
        yield connection


def listen(folder: Path, *arguments: str) -> dict[str, object]:
    result = CliRunner().invoke(app, ["listen", "--once", "--json", "--config", str(folder), *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return dict(json.loads(result.stdout))


def test_event_leads_to_completion(folder: Path, client: redis.Redis) -> None:
    listen(folder)
    client.xadd(STREAM, entry(CREATED, COURSE, 7))
    assert listen(folder) == {"source": "edx", "hints": 1}
    with configured(folder) as services:
        services.drain()
        assert [learner.full_name for learner, _ in services.learners()] == ["Åsa Öberg"]


def test_posted_event_leads_to_completion(folder: Path) -> None:
    config = folder / "mimis.toml"
    config.write_text(f'{config.read_text("utf-8")}event_token = "{TOKEN}"\n', "utf-8")
    with configured(folder) as services:
        web = create_app(services.settings, services).test_client()
        body = json.dumps(payload(CREATED))
        assert web.post("/events/edx/gissning", data=body, content_type="application/json").status_code == 404
        assert web.post(f"/events/edx/{TOKEN}", data=body, content_type="application/json").status_code == 204
        services.drain()
        assert [learner.full_name for learner, _ in services.learners()] == ["Åsa Öberg"]


def test_same_event_twice_waits_once(folder: Path, client: redis.Redis) -> None:
    listen(folder)
    for _ in range(2):
        client.xadd(STREAM, entry(CREATED, COURSE, 7))
        listen(folder, "edx")
    with configured(folder) as services:
        assert services.take_hints("edx", [f"{COURSE} user:7"]) == 0


@pytest.mark.parametrize("name", ["hand", "annan"])
def test_other_source_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="edx"):
        listen(folder, name)


def test_source_without_bus_is_refused(folder: Path) -> None:
    config = folder / "mimis.toml"
    config.write_text("\n".join(x for x in config.read_text("utf-8").splitlines() if "bus_url" not in x), "utf-8")
    for arguments in ([], ["edx"]):
        with pytest.raises(ConfigurationError, match="bus_url"):
            listen(folder, *arguments)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_the_listener_soon(folder: Path, client: redis.Redis, number: signal.Signals) -> None:
    command = [sys.executable, "-c", MAIN, "openedx", "listen", "--config", str(folder)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    ) as process:
        assert process.stderr is not None
        assert "Listening" in process.stderr.readline()
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, "edx: 0 hints taken\n", "")
