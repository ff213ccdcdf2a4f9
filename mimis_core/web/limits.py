"""Rate limits: how often one address, or any other key, may do something.

Each process counts pages for itself. What somebody may guess at or flood is counted in the database as well: by all
processes together, at the price of a write for each attempt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, wraps
from math import ceil
from time import time
from typing import ParamSpec, TypeVar

from flask import Blueprint, Flask, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits import RateLimitItem, parse_many
from werkzeug.exceptions import TooManyRequests

from mimis_core.web.state import KEY, current_services, state

P = ParamSpec("P")
R = TypeVar("R")

EVERYTHING = "600 per minute"
"""The bound on everything from one address at one process; generous, since a whole classroom may share one."""


def install(app: Flask) -> Limiter:
    """Put the general bound on an app; the counters live in this process's memory."""
    return Limiter(get_remote_address, app=app, default_limits=[EVERYTHING], storage_uri="memory://")


def limited(
    limit: str, methods: tuple[str, ...] = ("GET", "POST"), *, together: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Bound how often one address may call a view, as in ``@limited("30 per minute", methods=("POST",))``.

    With ``together`` it is bounded for all processes that serve the organisation, else for each. Flask-Limiter's own
    decorator belongs to one app; this one finds the running app's counters.
    """
    rules = parse_many(limit)
    # Those of the process first: whoever is over them costs the database nothing.
    counters = (_count_here, _count_together) if together else (_count_here,)

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def bounded(*args: P.args, **kwargs: P.kwargs) -> R:
            if request.method in methods and _is_on():
                scope, address = f"{view.__module__}.{view.__qualname__}", get_remote_address()
                for count in counters:
                    for rule in rules:
                        _refuse_if_over(count(rule, scope, address))
            return view(*args, **kwargs)

        return bounded

    return decorate


@dataclass(frozen=True)
class Spent:
    """What is left of a limit after one more use: ``left`` of ``limit`` uses, for ``resets`` of ``window`` seconds."""

    limit: int
    window: int
    left: int
    resets: float
    over: bool


def spend(what: str, key: str, limit: str) -> Spent:
    """Count one use of ``what`` by ``key`` in this process and say what is left, without refusing anything."""
    (rule,) = _rules(limit)
    window = rule.get_expiry()
    used, left = state().windows.count((what, key), window)
    return Spent(rule.amount, window, max(0, rule.amount - used), left, over=used > rule.amount and _is_on())


@lru_cache(maxsize=100)
def _rules(limit: str) -> list[RateLimitItem]:
    return list(parse_many(limit))


def count_by_itself(blueprint: Blueprint) -> None:
    """Leave a blueprint out of the general bound on each address: an API that counts its callers with :func:`spend`.

    Call it before the blueprint is registered.
    """
    blueprint.record_once(lambda setup: setup.app.extensions[KEY].limiter.exempt(blueprint))


def allowed(what: str, key: str, limit: str) -> bool:
    """Count one use of ``what`` by ``key`` and say whether it is within the limit, without refusing anything.

    All processes that serve the organisation count together.
    """
    if not _is_on():
        return True
    waits = [_count_together(rule, what, key) for rule in parse_many(limit)]
    return not any(waits)


def _is_on() -> bool:
    return bool(current_app.config.get("RATELIMIT_ENABLED", True))


def _count_here(rule: RateLimitItem, what: str, key: str) -> float:
    """Count one use in this process; gives the seconds until the next is within the limit, 0 when this one is."""
    counters = state().limiter.limiter
    if counters.hit(rule, what, key):
        return 0
    return max(1.0, counters.get_window_stats(rule, what, key).reset_time - time())


def _count_together(rule: RateLimitItem, what: str, key: str) -> float:
    """As :func:`_count_here`, in the database."""
    times, left = current_services().count_attempt(what, key, rule.get_expiry())
    return 0 if times <= rule.amount else left


def _refuse_if_over(wait: float) -> None:
    if wait:
        raise TooManyRequests(retry_after=ceil(wait))
