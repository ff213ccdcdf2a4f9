"""Marks for work: what is counted and traced, and that neither holds more than names of steps and hosts."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import responses
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from mimis_core import NotFoundError, PermanentError, TemporaryError
from mimis_core.http import Client
from mimis_core.observe import know_hosts, meters, step, tracing
from mimis_core.observe.hosts import OTHER, told_host
from mimis_core.services import open_services
from mimis_core.settings import load_settings


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """What was traced."""
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(trace, "get_tracer", lambda name: provider.get_tracer(name))
    yield kept
    provider.shutdown()


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An installation that lacks the extra ``telemetry``."""
    load = builtins.__import__

    def refuse(name: str, *arguments: Any, **named: Any) -> Any:
        if name.startswith(("opentelemetry", "prometheus_client")):
            raise ImportError(name)
        return load(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", refuse)
    for cached in (meters._meters, tracing._api):
        cached.cache_clear()
    yield
    for cached in (meters._meters, tracing._api):
        cached.cache_clear()


def sample(name: str, **labels: str) -> float:
    """The value of a sample of this process's measures."""
    made = meters._meters()
    assert made is not None
    return made.registry.get_sample_value(name, labels) or 0.0


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (TemporaryError("away"), "temporary"),
        (PermanentError("no"), "refused"),
        (NotFoundError("none"), "refused"),
        (ValueError("Öberg"), "failed"),
    ],
)
def test_step_counts_how_it_ended(spans: InMemorySpanExporter, error: Exception, outcome: str) -> None:
    before = sample("mimis_step_seconds_count", step="deliver", outcome=outcome)
    with pytest.raises(type(error)), step("deliver"):
        raise error
    assert sample("mimis_step_seconds_count", step="deliver", outcome=outcome) == before + 1
    (span,) = spans.get_finished_spans()
    assert (span.name, span.status.description, span.events) == ("mimis.deliver", type(error).__name__, ())


def test_steps_nest(spans: InMemorySpanExporter) -> None:
    with step("issue"), step("seal"):
        pass
    inner, outer = spans.get_finished_spans()
    assert inner.parent is not None
    assert inner.parent.span_id == outer.context.span_id


def test_step_marks_a_method(spans: InMemorySpanExporter) -> None:
    @step("page")
    def take(number: int) -> int:
        return number + 1

    assert [take(1), take(2)] == [2, 3]
    assert [span.name for span in spans.get_finished_spans()] == ["mimis.page"] * 2


@responses.activate
def test_call_keeps_host_and_status_only(spans: InMemorySpanExporter) -> None:
    responses.add("GET", "https://lms.example/learner/asa@privat.example?token=hush", status=404)
    client = Client("https://lms.example", system="Moodle")
    with pytest.raises(NotFoundError):
        client.send("GET", "learner/asa@privat.example?token=hush")
    client.close()
    (span,) = spans.get_finished_spans()
    assert (span.name, dict(span.attributes or {})) == (
        "GET",
        {"server.address": "lms.example", "http.response.status_code": 404},
    )


@responses.activate
def test_only_hosts_of_the_settings_are_counted_by_name() -> None:
    def counted(host: str) -> float:
        return sample("mimis_http_client_seconds_count", host=host, outcome="200")

    know_hosts({"url": "https://known.example/lms", "tsa": [{"url": "https://known.example:8443/tsa"}], "workers": 4})
    before = {host: counted(host) for host in ("known.example", "known.example:8443", "other")}
    strangers = [f"stranger{number}.example" for number in range(3)]
    for host in ("known.example", "known.example:8443", *strangers):
        responses.add("GET", f"https://{host}/", status=200)
        client = Client(f"https://{host}", system="It")
        client.send("GET", "")
        client.close()
    grown = {host: counted(host) - value for host, value in before.items()}
    assert grown == {"known.example": 1, "known.example:8443": 1, "other": 3}
    assert [host for host in strangers if counted(host)] == []


def test_hosts_of_opened_adapters_and_issuers_are_known(school_folder: Path) -> None:
    tables = {
        "sources": f'kind = "moodle"\nurl = "https://lms.skolan.example/moodle"\ntoken = "{"0" * 32}"',
        "issuers": 'url = "https://utfardare.example"\nclient_id = "a"\nclient_secret = "b"',
    }
    with (school_folder / "mimis.toml").open("a", encoding="utf-8") as file:
        file.writelines(f"\n[{table}.new]\n{lines}\n" for table, lines in tables.items())
    with open_services(load_settings(school_folder)) as services:
        services._source("new")
    hosts = ("lms.skolan.example", "utfardare.example", "ec.europa.eu", "nobody.example")
    assert [told_host(host) for host in hosts] == [*hosts[:3], OTHER]


def test_nothing_happens_without_the_extra(without: None) -> None:
    with step("deliver"):
        done = True
    meters.count_request("GET", "/", 200, 0.1)
    assert (done, meters.exposition([])) == (True, None)


def test_gauges_stand_in_the_exposition() -> None:
    text = meters.exposition([meters.Gauge("mimis_x", "X.", ("kind",), {("issue",): 3.0})])
    assert text is not None
    assert 'mimis_x{kind="issue"} 3.0' in text.decode()
