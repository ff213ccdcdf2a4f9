"""The pages of all organisations of an installation behind one server: a request goes to one app, by its address."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Response

from mimis_core.services.organisations import Place, plain_host

if TYPE_CHECKING:
    from flask import Flask

    from mimis_core.services.organisations import Installation

Environ = dict[str, Any]
Start = Callable[..., Any]
WsgiApp = Callable[[Environ, Start], Iterable[bytes]]

PROBES = ("/healthz", "/readyz")
"""What is asked of the installation as a whole, by its own address: it is well when all its organisations are."""


def create_dispatcher(installation: Installation) -> WsgiApp:
    """One WSGI app for an installation; for a single organisation that one's app itself, whatever host is asked for."""
    from mimis_core.web.app import create_app

    apps = {one.settings.base_url: create_app(one.settings, one) for one in installation.services}
    if len(apps) == 1:
        return next(iter(apps.values()))
    return Dispatcher(apps)


class Dispatcher:
    """Chooses by host, and by the first parts of the path where several organisations share a host.

    A host that is nobody's gets 404: which organisations there are is not told. Behind a proxy the host is that of
    ``X-Forwarded-Host``, if the server believes the proxy (``trusted_proxy``).
    """

    def __init__(self, apps: dict[str, Flask]) -> None:
        # The longest path first: an organisation may have the host itself, and others a path on it.
        places = ((Place.of(base_url), app) for base_url, app in apps.items())
        self._places = sorted(places, key=lambda one: len(one[0].path), reverse=True)

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        """Answer one request."""
        host = plain_host(environ.get("HTTP_HOST", ""), environ.get("wsgi.url_scheme", "http"))
        path = environ.get("PATH_INFO", "")
        for place, app in self._places:
            if place.host == host and (path == place.path or path.startswith(f"{place.path}/")):
                # A copy: what serves several apps must not let one see what another was told.
                inner = {**environ, "SCRIPT_NAME": place.path, "PATH_INFO": path[len(place.path) :] or "/"}
                return app(inner, start_response)
        if path in PROBES:
            return self._answer_probe(environ)(environ, start_response)
        nothing = Response("There is nothing at this address.\n", 404, {"Cache-Control": "no-store"})
        return nothing(environ, start_response)

    def _answer_probe(self, environ: Environ) -> Response:
        answer = Response("", 404)
        for _, app in self._places:
            body, status, headers = run_wsgi_app(app, environ)
            answer = Response(body, status, headers)
            if answer.status_code != 200:
                break
        return answer
