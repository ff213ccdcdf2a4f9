"""The other direction: what Teamtailor sends to a partner when a recruiter presses the partner's button."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.jwk import OctKey

from mimis_ats.teamtailor.sandbox import PARTNER_KEY, TeamtailorSandbox
from mimis_ats.teamtailor.signing import signature
from mimis_core.http import Client, Response

WEBHOOK_SECRET = "the-partners-web-hook-secret"
ACTIVATION_CODE = "what-the-customer-typed"
TAKEN = ("status", "details", "attachments", "assessment")
"""What an answer can bring up to date; all else in it is ignored."""


@dataclass(frozen=True)
class Message:
    """One message, as headers and body."""

    headers: dict[str, str]
    body: bytes


def provider_key(code: str = ACTIVATION_CODE, key: str = PARTNER_KEY, **claims: Any) -> str:
    """The JWT of a customer that typed this code."""
    return jwt.encode({"alg": "HS256"}, {"code": code, **claims}, OctKey.import_key(key))


def signed_header(event: str, at: int | None = None, secret: str = WEBHOOK_SECRET) -> str:
    """The signature of an event, with the decoy that Teamtailor adds."""
    moment = int(time.time()) if at is None else at
    decoy = hashlib.sha256(event.encode()).hexdigest()
    return f"t={moment},v1={signature(secret, moment, event)},v0={decoy}"


class TeamtailorButton:
    """A recruiter's button: makes a result in a sandbox, asks the partner at ``base_url``, shows what it answers."""

    def __init__(self, sandbox: TeamtailorSandbox, base_url: str) -> None:
        self._sandbox, self._base_url = sandbox, base_url

    def press(self, candidate: str) -> str | None:
        """Ask for a candidate. Gives what the recruiter reads when it is refused, None when it is not."""
        message = self.message(candidate)
        with closing(Client(self._base_url, system="The partner", retries=0)) as client:
            response = client.ask("POST", "webhook", data=message.body, headers=message.headers)
        return self.take(json.loads(message.body)["partner-event"]["partner-result"]["id"], response)

    def message(self, candidate: str) -> Message:
        """What is sent for a candidate; the result that it is about stands in the sandbox."""
        event, result = str(uuid.uuid4()), str(uuid.uuid4())
        email = self._sandbox.address_of(candidate)
        self._sandbox.results[result] = {"candidate-id": int(candidate), "status": "sent"}
        told = {
            "partner-event": {
                "id": event,
                "webhook-data": {},
                "partner-result": {"id": result, "status": "sent", "update-url": f"{self._sandbox.url}/x"},
                "candidate": {
                    "id": int(candidate),
                    "email": email,
                    "phone": "070-1740605",
                    "tags": [],
                    "job": {"id": 1},
                },
            },
            "company": {"uuid": str(uuid.uuid4()), "name": "Bolaget", "url": "https://bolaget.teamtailor.com"},
        }
        signed = {"Authorization": f"Bearer {provider_key()}", "Teamtailor-Signature": signed_header(event)}
        return Message(signed | {"Content-Type": "application/json"}, json.dumps(told, ensure_ascii=False).encode())

    def take(self, result: str, response: Response) -> str | None:
        """Do as Teamtailor does with an answer: bring the result up to date, or show the text."""
        if response.status_code >= 400:
            self._sandbox.results[result]["status"] = "failed"
            return response.text
        told = response.json().get("partner_result_attributes", {})
        self._sandbox.results[result] |= {name: told[name] for name in TAKEN if name in told}
        return None
