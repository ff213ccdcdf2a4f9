"""Measures and log entries of requests, by the template of their address; and ``/metrics`` for who may read them."""

from __future__ import annotations

import hmac
import ipaddress
import logging
import os
import secrets
from contextlib import ExitStack
from time import perf_counter
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, g, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from mimis_core.observe import bound
from mimis_core.observe.meters import CONTENT_TYPE, count_request, exposition
from mimis_core.web.state import current_services

TOKEN = "MIMIS_METRICS_TOKEN"
"""Environment variable with the token that opens ``/metrics`` from elsewhere."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_log = logging.getLogger("mimis.requests")


def install(app: Flask) -> None:
    """Watch every request, and add ``/metrics``. Call it first, so that what other parts do counts too."""
    app.before_request(_begin)
    app.after_request(_count)
    app.teardown_request(_end)
    metrics = Blueprint("metrics", __name__)
    metrics.add_url_rule("/metrics", view_func=_metrics)
    app.register_blueprint(metrics)


def _begin() -> None:
    g.began, g.request_id, g.bound = perf_counter(), secrets.token_hex(8), ExitStack()
    g.bound.enter_context(bound(request=g.request_id))


def _count(response: Response) -> Response:
    """Neither the address nor who asked is kept; the id leads from an answer to its entries in the log."""
    route = request.url_rule.rule if request.url_rule else "none"
    method = request.method if request.method in METHODS else "other"
    seconds = perf_counter() - g.began
    response.headers["X-Request-Id"] = g.request_id
    count_request(method, route, response.status_code, seconds)
    fields = {"method": method, "route": route, "status": response.status_code, "seconds": round(seconds, 3)}
    _log.info("request", extra=fields)
    return response


def _end(_: BaseException | None) -> None:
    g.pop("bound", ExitStack()).close()


def _metrics() -> ResponseReturnValue:
    """Prometheus's text. To all others it is not there."""
    if not (_has_token() or _is_local()):
        raise NotFound
    text = exposition(current_services().gauges())
    if text is None:
        raise NotFound("Install it with: pip install 'mimis[telemetry]'")
    return Response(text, content_type=CONTENT_TYPE)


def _has_token() -> bool:
    expected = os.environ.get(TOKEN, "")
    given = request.authorization.token if request.authorization else None
    return bool(expected) and hmac.compare_digest(expected.encode(), (given or "").encode())


def _is_local() -> bool:
    """Whether the caller is on this machine.

    Behind a proxy on the same machine everybody seems to be, unless its headers are believed (``trusted_proxy``).
    """
    settings = current_services().settings
    known = settings.trusted_proxy is not None or _loopback(urlsplit(settings.base_url).hostname)
    return known and _loopback(request.remote_addr)


def _loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
