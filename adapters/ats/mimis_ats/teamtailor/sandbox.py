"""A stand-in of Teamtailor's public API and partner API, as their documentation tells them."""

from __future__ import annotations

import json
import threading
import uuid
from itertools import count
from time import monotonic
from typing import Any, ClassVar

from mimis_ats.teamtailor.mapping import SUMMARY_LIMIT
from mimis_ats.teamtailor.sandbox_answers import JSON_API, errors, page
from mimis_ats.teamtailor.sandbox_notes import NOTES, NoteShelf
from mimis_core.testing import Answer, Request, Sandbox

ADMIN_KEY = "customer-admin-key"
PUBLIC_KEY = "customer-public-key"
PARTNER_KEY = "partner-key-of-the-sandbox"
PERIOD = 10.0
"""Seconds of one rate period."""

STATES = ("sending", "sent", "pending", "completed", "failed")
RESULTS = "/partner/v1/partner-results"


class TeamtailorSandbox(Sandbox):
    """Holds candidates and partner results in memory. ``limit`` is the number of requests in ten seconds.

    ``PUBLIC_KEY`` is a key of the scope *Public*: known, but without the right to read candidates.
    """

    name: ClassVar[str] = "teamtailor"

    def __init__(self, limit: int = 50) -> None:
        super().__init__()
        self.limit = limit
        self.results: dict[str, dict[str, Any]] = {}
        self.notes = NoteShelf()
        self._candidates: list[dict[str, Any]] = []
        self._numbers = count(50001)
        self._state = threading.Lock()
        self._period = (monotonic(), 0)

    def add_candidate(self, email: str, name: str = "") -> None:
        """Put a candidate in, as her application would have done; ids count from 50001."""
        first, _, last = name.partition(" ")
        attributes: dict[str, Any] = {"email": email, "first-name": first, "last-name": last, "tags": [], "pitch": None}
        number = str(next(self._numbers))
        self._candidates.append({"id": number, "type": "candidates", "attributes": attributes})

    def address_of(self, candidate_id: str) -> str | None:
        """Where a candidate is reached; None for one who was anonymised."""
        found = next(one for one in self._candidates if one["id"] == candidate_id)
        return str(found["attributes"]["email"]) if found["attributes"]["email"] else None

    def delete_candidate(self, candidate_id: str) -> None:
        """Delete a candidate, and the results that stood on her."""
        with self._state:
            self._candidates = [one for one in self._candidates if one["id"] != candidate_id]
            self._drop_results(candidate_id)

    def anonymise_candidate(self, candidate_id: str) -> None:
        """Keep a candidate without name, address and results."""
        with self._state:
            for one in self._candidates:
                if one["id"] == candidate_id:
                    one["attributes"] |= {"email": None, "first-name": None, "last-name": None}
            self._drop_results(candidate_id)

    def _drop_results(self, candidate_id: str) -> None:
        self.notes.drop(candidate_id)
        self.results = {
            key: result for key, result in self.results.items() if str(result["candidate-id"]) != candidate_id
        }

    def settings(self) -> dict[str, Any]:
        """The feed table that connects to this sandbox."""
        return {"kind": "teamtailor", "url": self.url, "partner_key": PARTNER_KEY, "api_key": ADMIN_KEY}

    def received(self) -> list[tuple[str, bytes]]:
        """The partner results and notes that are there now."""
        with self._state:
            return [
                (f"{key}.json", json.dumps(value, ensure_ascii=False, indent=2).encode())
                for key, value in [*self.results.items(), *self.notes.held.items()]
            ]

    def handle(self, request: Request) -> Answer:
        """Answer as Teamtailor: limits first, then key, version, resource."""
        with self._state:
            left, reset = self._count()
            answer = self._route(request) if left >= 0 else errors(429, "too-many-requests", "Too many requests")
        answer.content_type = JSON_API
        answer.headers |= {
            "X-Rate-Limit-Limit": str(self.limit),
            "X-Rate-Limit-Remaining": str(max(left, 0)),
            "X-Rate-Limit-Reset": str(reset),
        }
        if version := request.headers.get("x-api-version"):
            answer.headers["X-Api-Version"] = version
        return answer

    def _count(self) -> tuple[int, int]:
        started, used = self._period
        now = monotonic()
        if now - started >= PERIOD:
            started, used = now, 0
        self._period = (started, used + 1)
        return self.limit - used - 1, max(1, round(started + PERIOD - now))

    def _route(self, request: Request) -> Answer:
        partner = request.path.startswith("/partner/")
        refused = _refuse_key(request, partner) or _refuse_headers(request)
        if refused:
            return refused
        if not partner and request.path == "/v1/candidates" and request.method == "GET":
            return self._search(request)
        if request.path.startswith(NOTES):
            return self.notes.answer(request, {one["id"] for one in self._candidates})
        if request.path.startswith("/v1/candidates/") and request.method == "GET":
            return self._candidate(request, *request.path.removeprefix("/v1/candidates/").split("/"))
        if partner and request.path == RESULTS:
            return self._collection(request)
        if partner and request.path.startswith(f"{RESULTS}/"):
            return self._member(request, request.path.removeprefix(f"{RESULTS}/"))
        return errors(404, "not-found", "Not found")

    def _search(self, request: Request) -> Answer:
        wanted = request.query.get("filter[email]", [""])[0].casefold()
        known = [(one, one["attributes"]["email"] or "") for one in self._candidates]
        return page([one for one, email in known if not wanted or email.casefold() == wanted], request, self.url)

    def _candidate(self, request: Request, number: str, *parts: str) -> Answer:
        found = next((one for one in self._candidates if one["id"] == number), None)
        if found is None or parts not in ((), ("notes",)):
            return errors(404, "not-found", "Record not found")
        return page(self.notes.of(number), request, self.url) if parts else Answer.of({"data": found})

    def _collection(self, request: Request) -> Answer:
        if request.method == "GET":
            return page([_resource(key, value) for key, value in self.results.items()], request, self.url)
        if request.method != "POST":
            return errors(405, "method-not-allowed", "Method not allowed")
        attributes = _attributes(request)
        wrong = _wrong_field(attributes, None)
        if attributes is None or wrong:
            return errors(422, "invalid", "Invalid attribute", wrong or "/data")
        key = str(uuid.uuid4())
        self.results[key] = attributes
        return Answer.of({"data": _resource(key, attributes)}, 201)

    def _member(self, request: Request, key: str) -> Answer:
        if key not in self.results:
            return errors(404, "not-found", "Record not found")
        if request.method == "DELETE":
            del self.results[key]
            return Answer(204)
        if request.method != "PUT":
            return errors(405, "method-not-allowed", "Method not allowed")
        attributes = _attributes(request)
        wrong = _wrong_field(attributes, self.results[key])
        if attributes is None or wrong:
            return errors(422, "invalid", "Invalid attribute", wrong or "/data")
        self.results[key] |= attributes
        return Answer.of({"data": _resource(key, self.results[key])})


def _refuse_key(request: Request, partner: bool) -> Answer | None:
    given = request.headers.get("authorization", "")
    if partner:
        known = given in (f"Token {PARTNER_KEY}", f"Bearer {PARTNER_KEY}")
        return None if known else errors(401, "unauthorized", "Unauthorized")
    if given == f"Token token={PUBLIC_KEY}":
        return errors(403, "forbidden", "Forbidden")
    return None if given == f"Token token={ADMIN_KEY}" else errors(401, "unauthorized", "Unauthorized")


def _refuse_headers(request: Request) -> Answer | None:
    version = request.headers.get("x-api-version", "")
    if len(version) != 8 or not version.isdigit():
        return errors(406, "api-version", "X-Api-Version is required")
    if request.method in ("POST", "PUT") and request.headers.get("content-type") != JSON_API:
        return errors(415, "media-type", "Unsupported media type")
    return None


def _attributes(request: Request) -> dict[str, Any] | None:
    try:
        data = request.json()["data"]
        attributes = data["attributes"]
    except (ValueError, KeyError, TypeError):
        return None
    return attributes if data.get("type") == "partner-results" and isinstance(attributes, dict) else None


def _wrong_field(attributes: dict[str, Any] | None, known: dict[str, Any] | None) -> str | None:
    """Pointer to the first attribute that Teamtailor would refuse."""
    given = attributes or {}
    candidate = given.get("candidate-id", (known or {}).get("candidate-id"))
    status = given.get("status", (known or {}).get("status"))
    sound = {
        "status": status in STATES,
        "candidate-id": isinstance(candidate, int) and (known is None or candidate == known["candidate-id"]),
        "summary": len(given.get("summary") or "") <= SUMMARY_LIMIT,
        "details": _depth(given.get("details", {})) <= 2,
        "attachments": all(set(one) == {"url", "description"} for one in given.get("attachments", [])),
    }
    return next((f"/data/attributes/{name}" for name, good in sound.items() if not good), None)


def _depth(value: Any) -> int:
    return 1 + max(map(_depth, value.values()), default=0) if isinstance(value, dict) else 0


def _resource(key: str, attributes: dict[str, Any]) -> dict[str, Any]:
    return {"id": key, "type": "partner-results", "attributes": attributes}
