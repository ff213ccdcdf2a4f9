"""What one app carries with it: its services, its limits and the adapters that could not be mounted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import current_app

if TYPE_CHECKING:
    from flask_limiter import Limiter

    from mimis_core.services import Services

KEY = "mimis"


@dataclass
class WebState:
    """Kept under ``app.extensions["mimis"]`` so that two apps in one process share nothing."""

    services: Services
    limiter: Limiter
    failures: list[str] = field(default_factory=list)


def state() -> WebState:
    """The state of the app that answers the running request."""
    found: WebState = current_app.extensions[KEY]
    return found


def current_services() -> Services:
    """The services of the running app; outside a request or app context Flask raises RuntimeError."""
    return state().services
