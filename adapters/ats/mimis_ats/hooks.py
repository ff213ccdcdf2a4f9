"""What an issuer tells an employer's mimis at its webhook: that there is something to pull. No more is believed of it.

The address is ``/hooks/issuers/NAME``, with NAME as in ``[issuers.NAME]``, whose ``webhook_secret`` is what the issuer
gave when the webhook was made.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Flask, Response, request

from mimis_ats.listening import PULL, listen
from mimis_ats.problems import ApiError, register_problems
from mimis_ats.sent import read_bytes
from mimis_core import AuthenticationError, NotFoundError
from mimis_core.services import WEBHOOK_TOLERANCE, verify_signature
from mimis_core.web import current_services, limited

REMEMBERED = timedelta(seconds=2 * WEBHOOK_TOLERANCE)
"""How long a message is remembered: until it is too old, by a clock that is behind or ahead."""
LARGEST = 16 * 1024


def register(app: Flask) -> None:
    """Listen, if this is an employer's mimis; a school's pulls from no issuer."""
    blueprint = Blueprint("issuer_hooks", __name__, url_prefix="/hooks")
    register_problems(blueprint)
    blueprint.add_url_rule("/issuers/<name>", view_func=hear, methods=["POST"])
    listen(app, blueprint, "employer")


@limited("120 per minute", methods=("POST",))
def hear(name: str) -> Response:
    """Have the shares pulled soon. A message that came before, or comes too late, changes nothing."""
    services = current_services()
    table = services.settings.issuers.get(name)
    if table is None or table.webhook_secret is None:
        raise NotFoundError("There is no such address.", code="unknown")
    body = read_bytes(LARGEST)
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
