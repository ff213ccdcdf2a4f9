"""Prometheus counters and durations of this process; without ``prometheus-client`` nothing is counted.

What stands in the database, such as the depth of the outbox, is not counted here but asked for at each scrape.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from mimis_core.errors import ConfigurationError
from mimis_core.observe.hosts import told_host

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Histogram
    from prometheus_client.core import GaugeMetricFamily

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800)


@dataclass(frozen=True)
class Gauge:
    """One measure as it stands now: its value for each set of label values, in the order of ``labels``."""

    name: str
    help: str
    labels: tuple[str, ...]
    values: dict[tuple[str, ...], float]


@dataclass(frozen=True)
class _Meters:
    registry: CollectorRegistry
    steps: Histogram
    requests: Histogram
    calls: Histogram


def count_step(name: str, outcome: str, seconds: float) -> None:
    """One step of the work is over: ``done``, ``temporary``, ``refused`` or ``failed``."""
    if (meters := _meters()) is not None:
        meters.steps.labels(name, outcome).observe(seconds)


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """One request is answered; ``route`` is the template of its address, never the address."""
    if (meters := _meters()) is not None:
        meters.requests.labels(method, route, str(status)).observe(seconds)


def count_call(host: str, outcome: str, seconds: float) -> None:
    """One call of another system is over: its status, or ``none`` where there was no answer."""
    if (meters := _meters()) is not None:
        meters.calls.labels(told_host(host), outcome).observe(seconds)


def exposition(gauges: Sequence[Gauge]) -> bytes | None:
    """All of this process's measures and these gauges in Prometheus's text format; None where it is not installed."""
    meters = _meters()
    if meters is None:
        return None
    from prometheus_client import CollectorRegistry, generate_latest

    asked = CollectorRegistry()
    asked.register(_Gauges(gauges))
    return generate_latest(meters.registry) + generate_latest(asked)


def offer_metrics() -> None:
    """Answer scrapes of this process on the port of loopback that ``MIMIS_METRICS_PORT`` names, if it names one.

    For processes without pages. Raises ConfigurationError when that port cannot be had.
    """
    port, meters = os.environ.get("MIMIS_METRICS_PORT"), _meters()
    if not port:
        return
    try:
        if meters is None:
            raise ConfigurationError("No metrics: prometheus-client is missing.", mend="pip install 'mimis[telemetry]'")
        from prometheus_client import start_http_server

        start_http_server(int(port), "127.0.0.1", meters.registry)
    except (OSError, ValueError, OverflowError):
        mend = "Set it to a free one."
        raise ConfigurationError("mimis cannot listen on the port of MIMIS_METRICS_PORT.", mend=mend) from None


class _Gauges:
    """A collector of what was asked for at this scrape."""

    def __init__(self, gauges: Sequence[Gauge]) -> None:
        self._gauges = gauges

    def collect(self) -> Iterator[GaugeMetricFamily]:
        from prometheus_client.core import GaugeMetricFamily

        for gauge in self._gauges:
            family = GaugeMetricFamily(gauge.name, gauge.help, labels=gauge.labels)
            for labels, value in sorted(gauge.values.items()):
                family.add_metric(labels, value)
            yield family


@cache
def _meters() -> _Meters | None:
    try:
        from prometheus_client import CollectorRegistry, Histogram, PlatformCollector, ProcessCollector
    except ImportError:
        return None
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)

    def durations(name: str, text: str, *labels: str) -> Histogram:
        return Histogram(name, text, labels, registry=registry, buckets=SECONDS)

    return _Meters(
        registry,
        durations("mimis_step_seconds", "Steps of the work, by how they ended.", "step", "outcome"),
        durations("mimis_http_request_seconds", "Answered requests.", "method", "route", "status"),
        durations("mimis_http_client_seconds", "Calls of other systems.", "host", "outcome"),
    )
