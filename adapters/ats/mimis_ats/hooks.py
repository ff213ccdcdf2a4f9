"""What an issuer tells an employer's mimis at its webhook: that there is something to pull. No more is believed of it.

The address is ``/hooks/issuers/NAME``, with NAME as in ``[issuers.NAME]``, whose ``webhook_secret`` is what the issuer
gave when the webhook was made.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Flask, Response, request

from mimis_ats.problems import ApiError, register_problems
from mimis_core import AuthenticationError, NotFoundError
from mimis_core.services import WEBHOOK_TOLERANCE, verify_signature
from mimis_core.web import current_services, exempt_from_csrf, limited

PULL = "employer pull"
"""The command that is run soon."""
REMEMBERED = timedelta(seconds=2 * WEBHOOK_TOLERANCE)
"""How long a message is remembered: until it is too old, by a clock that is behind or ahead."""
LARGEST = 16 * 1024


def register(app: Flask) -> None:
    """Listen, if this is an employer's mimis; a school's pulls from no issuer."""
    with app.app_context():
        if current_services().settings.role != "employer":
            return
    blueprint = Blueprint("issuer_hooks", __name__, url_prefix="/hooks")
    register_problems(blueprint)
    blueprint.add_url_rule("/issuers/<name>", view_func=hear, methods=["POST"])
    exempt_from_csrf(blueprint)
    app.register_blueprint(blueprint)


@limited("120 per minute", methods=("POST",))
def hear(name: str) -> Response:
    """Have the shares pulled soon. A message that came before, or comes too late, changes nothing."""
    services = current_services()
    table = services.settings.issuers.get(name)
    if table is None or table.webhook_secret is None:
        raise NotFoundError("There is no such address.", code="unknown")
    body = request.get_data()
    if len(body) > LARGEST:
        raise ApiError(413, "too_long", f"The body is longer than {LARGEST} bytes.")
    now = services.clock()
    try:
        message = verify_signature(
            table.webhook_secret.get_secret_value(), dict(request.headers), body, now.timestamp()
        )
    except AuthenticationError as error:
        raise ApiError(401, error.code or "signature", error.message) from None
    if services.use_once(f"webhook {name}", message, now + REMEMBERED):
        services.run_soon(PULL)
    return Response(status=204)
