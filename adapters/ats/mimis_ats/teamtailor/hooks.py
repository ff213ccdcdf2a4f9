"""What Teamtailor asks us itself: a recruiter wants a candidate's micro-credentials, and gets those shared with her.

The address for Teamtailor's partner settings (``base-url``) is ``https://YOUR-MIMIS/hooks/teamtailor``, one for all
customers of a hub. Which ``[feeds.NAME]`` a message is for follows from the code that its customer typed at activation.
Teamtailor tries nothing again, and shows the recruiter the text of any answer from 400 on.
"""

from __future__ import annotations

import hmac
import json
from datetime import timedelta
from typing import Annotated, Any

from flask import Blueprint, Flask, Response, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mimis_ats.employer import Desk
from mimis_ats.listening import PULL, listen
from mimis_ats.records import takes
from mimis_ats.teamtailor.feed import TeamtailorFeed
from mimis_ats.teamtailor.signing import TOLERANCE, is_signed, provider_claims
from mimis_ats.texts import TOLD_IN_ATS
from mimis_core import FeedReceipt, MimisError, TalentEntry
from mimis_core.services import ImportedShare, Services
from mimis_core.web import current_services, limited

CODE = "code"
"""The field that a customer fills in when it activates mimis."""
LARGEST = 256 * 1024
SHOWN = ("verified", "written", "ask")
"""States in which a share can be handed over, if nothing else is against it."""
REMEMBERED = timedelta(seconds=2 * TOLERANCE)


class RefusalError(Exception):
    """An answer that a recruiter reads: a code of :data:`TOLD_IN_ATS`."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")]
"""An id of Teamtailor's. The body is not signed, and ids stand in addresses that we ask: neither dot nor slash."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


class _Result(_Part):
    id: Id


class _Candidate(_Part):
    id: Id
    email: str | None = None


class _Event(_Part):
    """Of what Teamtailor tells about a candidate, no more is read than who it is."""

    id: Id
    partner_result: _Result
    candidate: _Candidate


def register(app: Flask) -> None:
    """Listen, if this is an employer's mimis."""
    blueprint = Blueprint("teamtailor_hooks", __name__, url_prefix="/hooks/teamtailor")
    blueprint.register_error_handler(RefusalError, _refused)
    blueprint.add_url_rule("/webhook", view_func=hear, methods=["POST"])
    blueprint.add_url_rule("/config", view_func=config)
    blueprint.add_url_rule("/activation", view_func=activation)
    listen(app, blueprint, "employer")


@limited("600 per minute")
def config() -> dict[str, Any]:
    """What a recruiter fills in for a trigger: nothing, and there is no assessment."""
    return {"config": {"fields": [], "assessment-criteria": []}}


@limited("600 per minute")
def activation() -> dict[str, Any]:
    """What a customer fills in once: the code that says which of a hub's customers it is."""
    return {"config": {"fields": [{"id": CODE, "type": "text", "label": "Kod från mimis / Code from mimis"}]}}


@limited("600 per minute", methods=("POST",))
def hear() -> dict[str, Any]:
    """Answer a recruiter's question with what the candidate's share says."""
    services = current_services()
    feed, secret = _feed(services)
    event = _event()
    now = services.clock()
    if not is_signed(request.headers.get("Teamtailor-Signature", ""), secret, event.id, now.timestamp()):
        raise RefusalError(401, "key")
    if not services.use_once(f"teamtailor {feed.name}", event.id, now + REMEMBERED):
        raise RefusalError(409, "again")
    return _answer(_hand_over(services, feed, event))


def _feed(services: Services) -> tuple[TeamtailorFeed, str]:
    """The feed whose customer asks, and the secret that signs. Raises RefusalError."""
    header, now = request.headers.get("Authorization", ""), services.clock().timestamp()
    for feed in services.open_feeds():
        if not isinstance(feed, TeamtailorFeed):
            continue
        key, secret, code = feed.settings.partner_key, feed.settings.webhook_secret, feed.settings.activation_code
        if not (key and secret and code):
            continue
        claims = provider_claims(header, key.get_secret_value(), now)
        if claims is not None:
            said = str(claims.get(CODE, "")).encode()
            if hmac.compare_digest(said, code.get_secret_value().encode()):
                return feed, secret.get_secret_value()
    raise RefusalError(401, "key")


def _event() -> _Event:
    body = request.get_data()
    if len(body) > LARGEST:
        raise RefusalError(413, "message")
    try:
        told = json.loads(body)["partner-event"]
        return _Event(id=told["id"], partner_result=told["partner-result"], candidate=told["candidate"])
    except (ValueError, ValidationError, KeyError, TypeError, RecursionError):
        raise RefusalError(400, "message") from None


def _hand_over(services: Services, feed: TeamtailorFeed, event: _Event) -> TalentEntry:
    desk, number = Desk(services), event.candidate.id
    share = _shared_by(services, desk, feed, event.candidate.email)
    services.run_soon(PULL)  # after each question: something may have been shared meanwhile
    if share is None:
        raise RefusalError(404, "none")
    if any(one.feed == feed.name and one.candidate_id != number for one in share.receipts):
        raise RefusalError(409, "other")
    receipt = FeedReceipt(feed=feed.name, key=share.key, candidate_id=number, external_id=event.partner_result.id)
    try:
        entry = desk.hand_over(share, receipt)
    except MimisError:
        raise RefusalError(503, "not-now") from None
    if entry is None:
        raise RefusalError(404, "none")
    return entry


def _shared_by(services: Services, desk: Desk, feed: TeamtailorFeed, email: str | None) -> ImportedShare | None:
    """The newest share for this system that is open and gives this address; an empty one matches nobody."""
    wanted = (email or "").strip().casefold()
    for share in reversed(services.imports() if wanted else []):
        is_open = share.state in SHOWN and not desk.has_ended(share) and takes(feed, share.purpose)
        if is_open and (share.person_email or "").strip().casefold() == wanted:
            return share
    return None


def _answer(entry: TalentEntry) -> dict[str, Any]:
    attachments = [{"url": entry.url, "description": entry.summary}]
    attributes = {"status": "completed", "details": dict(entry.details), "attachments": attachments}
    return {"partner_result_attributes": attributes}


def _refused(error: RefusalError) -> Response:
    return Response(TOLD_IN_ATS[error.code], error.status, mimetype="text/plain")
