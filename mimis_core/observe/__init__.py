"""What an operator sees of a running mimis: logs, metrics and traces, none of which names a person.

Code that does work marks it with :func:`step`, code that calls another system with :func:`outgoing`, and whoever begins
a request or a job says so with :func:`bound`. Modules log through :mod:`logging`, with texts of ids and numbers.
Everything here works without structlog's, Prometheus's or OpenTelemetry's packages being imported before they are
needed, and does nothing where the extra ``telemetry`` is not installed.
"""

from mimis_core.observe.hosts import know_hosts
from mimis_core.observe.logs import bound, configure, tell_crash
from mimis_core.observe.meters import offer_metrics
from mimis_core.observe.steps import outgoing, step

__all__ = ["bound", "configure", "know_hosts", "offer_metrics", "outgoing", "step", "tell_crash"]
