"""The school's own logo and colour, at addresses of their own: no page holds a style."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core.services.look import Logo, Look, read_look

if TYPE_CHECKING:
    from mimis_core.settings import Settings

LONG = "public, max-age=31536000, immutable"
"""The logo's address changes with it."""
SHORT = "public, max-age=3600"
PICTURE_ALONE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""What an SVG may do when somebody opens its address: be seen. It may hold styles, but runs no script."""


def install(app: Flask, settings: Settings) -> None:
    """Serve what ``[look]`` names and tell the templates of it. Raises ConfigurationError as ``read_look`` does."""
    look = read_look(settings)
    blueprint = Blueprint("look", __name__)
    if look.css:
        blueprint.add_url_rule("/look.css", "colour", lambda: _answer_css(look.css))
    if look.logo is not None:
        logo = look.logo
        blueprint.add_url_rule("/logo", "logo", lambda: _answer_logo(logo))
    app.register_blueprint(blueprint)
    app.context_processor(lambda: _addresses(look))


def _addresses(look: Look) -> dict[str, str | None]:
    return {
        "colour_url": url_for("look.colour") if look.css else None,
        "logo_url": url_for("look.logo", v=look.logo.version) if look.logo else None,
    }


def _answer_css(css: str) -> ResponseReturnValue:
    return _cached(Response(css, content_type="text/css; charset=utf-8"), SHORT)


def _answer_logo(logo: Logo) -> ResponseReturnValue:
    answer = Response(logo.content, content_type=logo.media_type)
    answer.headers["Content-Security-Policy"] = PICTURE_ALONE
    return _cached(answer, LONG)


def _cached(answer: Response, how_long: str) -> Response:
    answer.headers["Cache-Control"] = how_long
    answer.add_etag()
    answer.make_conditional(request)
    return answer
