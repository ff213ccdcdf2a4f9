"""Rate limits: how often one address, or any other key, may do something."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from time import time
from typing import ParamSpec, TypeVar

from flask import Flask, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits import RateLimitItem, parse_many
from werkzeug.exceptions import TooManyRequests

from mimis_core.web.state import state

P = ParamSpec("P")
R = TypeVar("R")

EVERYTHING = "600 per minute"
"""The bound on everything from one address; generous, since a whole classroom may share one."""


def install(app: Flask) -> Limiter:
    """Put the general bound on an app; the counters live in this process's memory."""
    return Limiter(get_remote_address, app=app, default_limits=[EVERYTHING], storage_uri="memory://")


def limited(limit: str, methods: tuple[str, ...] = ("GET", "POST")) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Bound how often one address may call a view, as in ``@limited("30 per minute", methods=("POST",))``.

    Flask-Limiter's own decorator belongs to one app; this one finds the running app's counters.
    """
    rules = parse_many(limit)

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def bounded(*args: P.args, **kwargs: P.kwargs) -> R:
            if request.method in methods:
                for rule in rules:
                    _refuse_if_over(rule, f"{view.__module__}.{view.__qualname__}")
            return view(*args, **kwargs)

        return bounded

    return decorate


def allowed(what: str, key: str, limit: str) -> bool:
    """Count one use of ``what`` by ``key`` and say whether it is within the limit, without refusing anything."""
    if not current_app.config.get("RATELIMIT_ENABLED", True):
        return True
    counters = state().limiter.limiter
    return sum(not counters.hit(rule, what, key) for rule in parse_many(limit)) == 0


def _refuse_if_over(rule: RateLimitItem, scope: str) -> None:
    if not current_app.config.get("RATELIMIT_ENABLED", True):
        return
    counters = state().limiter.limiter
    address = get_remote_address()
    if not counters.hit(rule, scope, address):
        reset = counters.get_window_stats(rule, scope, address).reset_time
        raise TooManyRequests(retry_after=max(1, int(reset - time())))
