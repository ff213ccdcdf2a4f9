"""A stand-in of Greenhouse's Harvest API, v3 as its users describe it and v1 as Greenhouse documents it."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Callable
from itertools import count
from time import time
from typing import Any, ClassVar

from mimis_ats.greenhouse.sandbox_tokens import CLIENT_ID, CLIENT_SECRET, SandboxTokens
from mimis_core.testing import Answer, Request, Sandbox

API_KEY = "harvest-v1-key"
USER_ID = 4080
FIELD = "mikromeriter"
"""Key of the candidates' custom field."""

PERIODS = {"v3": 30.0, "v1": 10.0}
"""Seconds of one rate period."""

Rows = dict[int, dict[str, Any]]
FILTERS = {"ids": "id", "candidate_ids": "candidate_id", "application_ids": "application_id"}
READ_VISIBILITY = {
    "admin_only": "admin_only_visible", "private": "privately_visible", "public": "publicly_visible"
}  # fmt: skip
"""v3 reads another word than it was written with."""


class GreenhouseSandbox(Sandbox):
    """Holds candidates, one application each, and what is written on them. ``limit`` is the requests of a period.

    ``rights`` are the places that the credential may use; take one away for a 403. ``page`` is the largest page.
    """

    name: ClassVar[str] = "greenhouse"

    def __init__(self, limit: int = 50) -> None:
        super().__init__()
        self.limit = limit
        self.page = 500
        self.rights = {"candidates", "applications", "attachments", "notes"}
        self.tokens = SandboxTokens()
        self.rows: dict[str, Rows] = {place: {} for place in sorted(self.rights)}
        self._numbers = count(978031)
        self._state = threading.RLock()
        self._period = (0.0, 0)

    def settings(self) -> dict[str, Any]:
        """The feed table that connects to this sandbox by v3."""
        keys = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "user_id": USER_ID}
        return {"kind": "greenhouse", "url": self.url, "sign_in_url": f"{self.url}/token", **keys}

    def settings_v1(self) -> dict[str, Any]:
        """The feed table that connects to it by v1."""
        table = {"kind": "greenhouse", "url": self.url, "version": "v1"}
        return {**table, "api_key": API_KEY, "user_id": USER_ID, "custom_field": FIELD}

    def add_candidate(self, email: str, name: str = "") -> None:
        """Put a candidate in, with the application that she made; the first has the id 978031."""
        first, _, last = name.partition(" ")
        with self._state:
            number, application = next(self._numbers), next(self._numbers)
            self.rows["candidates"][number] = {
                "id": number, "first_name": first, "last_name": last, "tags": [], "company": None,
                "email_addresses": [{"value": email, "type": "personal"}], "custom_fields": {FIELD: None},
            }  # fmt: skip
            self.rows["applications"][application] = {
                "id": application, "candidate_id": number, "job_id": 3485, "status": "in_process", "prospect": False
            }  # fmt: skip

    def delete_candidate(self, candidate_id: str) -> None:
        """Delete a candidate with her applications, files and notes."""
        with self._state:
            del self.rows["candidates"][int(candidate_id)]
            self._drop(int(candidate_id), "applications", "attachments", "notes")

    def anonymise_candidate(self, candidate_id: str) -> None:
        """Keep a candidate and her applications without name, addresses, fields, files and notes."""
        emptied: dict[str, Any] = {
            "first_name": None,
            "last_name": None,
            "email_addresses": [],
            "custom_fields": {FIELD: None},
        }
        with self._state:
            self.rows["candidates"][int(candidate_id)] |= emptied
            self._drop(int(candidate_id), "attachments", "notes")

    def _drop(self, candidate: int, *places: str) -> None:
        for place in places:
            kept = {key: row for key, row in self.rows[place].items() if row["candidate_id"] != candidate}
            self.rows[place] = kept

    def received(self) -> list[tuple[str, bytes]]:
        """Files, notes and filled fields that are there now."""
        with self._state:
            files = [(row["filename"], row["content"]) for row in self.rows["attachments"].values()]
            notes = [(f"note-{key}.txt", row["body"].encode()) for key, row in self.rows["notes"].items()]
            fields = [(key, row["custom_fields"][FIELD]) for key, row in self.rows["candidates"].items()]
        return [*files, *notes, *((f"field-{key}.txt", value.encode()) for key, value in fields if value)]

    def handle(self, request: Request) -> Answer:
        """Answer as Harvest: the token place apart, limits first, then key, right, resource."""
        if request.path == "/token":
            return self.tokens.issue(request)
        version = request.path.split("/")[1]
        with self._state:
            left, reset = self._count(PERIODS.get(version, 10.0))
            answer = self._route(request, version) if left >= 0 else _refuse(429, "Rate limit exceeded")
        answer.headers |= {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(left, 0)),
            "X-RateLimit-Reset": str(round(reset)),
        }
        if left < 0:
            answer.headers["Retry-After"] = str(max(1, round(reset - time())))
        return answer

    def _count(self, period: float) -> tuple[int, float]:
        started, used = self._period
        if time() - started >= period:
            started, used = time(), 0
        self._period = (started, used + 1)
        return self.limit - used - 1, started + period

    def _route(self, request: Request, version: str) -> Answer:
        place, _, rest = request.path.removeprefix(f"/{version}/").partition("/")
        if version == "v3" and place not in self.rows:  # v3 looks for the place first, v1 for the key
            return Answer.of({"message": "Resource not found"}, 404)
        refused = self._refuse_key(request, version)
        if refused or place not in self.rows:
            return refused or _refuse(404, "Resource not found")
        if place not in self.rights:
            return _refuse(403, "You don't have access to that record")
        if request.method == "GET" and request.body:
            return _refuse(403, "A body is not allowed here")
        serve = self._serve_v3 if version == "v3" else self._serve_v1
        return serve(request, place, rest)

    def _refuse_key(self, request: Request, version: str) -> Answer | None:
        given = request.headers.get("authorization", "")
        if version == "v3":
            known = self.tokens.accepts(given)
            text = "Token could not be decoded. Please check that your token is valid."
            return None if known else Answer.of({"message": "Unauthorized", "errors": [text]}, 401)
        if given != f"Basic {base64.b64encode(f'{API_KEY}:'.encode()).decode()}":
            return Answer.of({"message": "Invalid Basic Auth credentials"}, 401)
        if request.method != "GET" and request.headers.get("on-behalf-of") != str(USER_ID):
            return _refuse(403, "The On-Behalf-Of user does not exist")
        return None

    # Version 3 -------------------------------------------------------------------------------------------------

    def _serve_v3(self, request: Request, place: str, rest: str) -> Answer:
        if request.method == "GET" and not rest:
            return self._list_v3(request, place)
        if request.method == "POST" and not rest and place in ("attachments", "notes"):
            make = self._new_attachment if place == "attachments" else self._new_note
            return _with_json(request, make)
        row = self.rows[place].get(int(rest)) if rest.isdigit() else None
        if row is None:
            return Answer.of({"message": "Resource not found"}, 404)
        if request.method == "DELETE" and place == "attachments":
            del self.rows[place][row["id"]]
            return Answer(204)
        if request.method == "PATCH" and place == "candidates":
            return _with_json(request, lambda body: self._change(row, body, "v3"))
        return _refuse(405, "Method not allowed")  # a note is neither changed nor deleted

    def _list_v3(self, request: Request, place: str) -> Answer:
        query = {name: values[0] for name, values in request.query.items()}
        if "cursor" in query and len(query) > 1:
            return _refuse(422, "cursor must be the only query parameter", "cursor")
        asked = json.loads(base64.urlsafe_b64decode(query["cursor"])) if "cursor" in query else query
        size, start = min(int(asked.pop("per_page", "100")), self.page), int(asked.pop("start", "0"))
        found = [_shown_v3(row) for row in self.rows[place].values() if _matches(row, asked)]
        answer = Answer.of(found[start : start + size])
        if len(found) > start + size:
            kept = json.dumps({**asked, "per_page": str(size), "start": str(start + size)}).encode()
            cursor = base64.urlsafe_b64encode(kept).decode()
            answer.headers["Link"] = f'<{self.url}/v3/{place}?cursor={cursor}>; rel="next"'
        return answer

    def _new_attachment(self, body: dict[str, Any]) -> Answer:
        application = self.rows["applications"].get(body.get("application_id", 0))
        if application is None:
            return _refuse(422, "Application must exist", "application_id")
        if not (body.get("filename") and body.get("type") and body.get("visibility") in READ_VISIBILITY):
            return _refuse(422, "Invalid attachment", "filename")
        number = next(self._numbers)
        row = {**body, "id": number, "candidate_id": application["candidate_id"]}
        self.rows["attachments"][number] = {**row, "content": base64.b64decode(body["content"], validate=True)}
        return Answer.of(_shown_v3(self.rows["attachments"][number]), 201)

    def _new_note(self, body: dict[str, Any]) -> Answer:
        if body.get("candidate_id") not in self.rows["candidates"] or not _is_note(body):
            return _refuse(422, "Invalid note", "candidate_id")
        number = next(self._numbers)
        self.rows["notes"][number] = {**body, "id": number}
        return Answer.of(_shown_v3(self.rows["notes"][number]), 201)

    def _change(self, row: dict[str, Any], body: dict[str, Any], version: str) -> Answer:
        for field in body.get("custom_fields", []):
            if field.get("name_key") not in row["custom_fields"]:
                return _refuse(422, "Custom field does not exist", "custom_fields")
            cleared = field.get("delete_value") == "true"
            row["custom_fields"][field["name_key"]] = None if cleared else field.get("value")
        return Answer.of(_shown_v3(row) if version == "v3" else row)

    # Version 1 -------------------------------------------------------------------------------------------------

    def _serve_v1(self, request: Request, place: str, rest: str) -> Answer:
        if place != "candidates":
            return _refuse(404, "Resource not found")
        if not rest and request.method == "GET":
            return self._search_v1(request)
        number, _, tail = rest.partition("/")
        row = self.rows["candidates"].get(int(number)) if number.isdigit() else None
        if row is None:
            return _refuse(404, "Resource not found")
        if (request.method, tail) == ("GET", ""):
            return Answer.of(row)
        if (request.method, tail) == ("PATCH", ""):
            return _with_json(request, lambda body: self._change(row, body, "v1"))
        if (request.method, tail) == ("GET", "activity_feed"):
            notes = [note for note in self.rows["notes"].values() if note["candidate_id"] == row["id"]]
            return Answer.of({"notes": notes, "emails": [], "activities": []})
        if (request.method, tail) == ("POST", "activity_feed/notes"):
            return _with_json(request, lambda body: self._new_note_v1(row["id"], body))
        return _refuse(404, "Resource not found")

    def _search_v1(self, request: Request) -> Answer:
        query = {name: values[0] for name, values in request.query.items()}
        size, page = min(int(query.get("per_page", "100")), self.page), int(query.get("page", "1"))
        email = {"email": query["email"]} if "email" in query else {}
        found = [row for row in self.rows["candidates"].values() if _matches(row, email)]
        answer = Answer.of(found[(page - 1) * size : page * size])
        if len(found) > page * size:
            answer.headers["Link"] = f'<{self.url}/v1/candidates?page={page + 1}>; rel="next"'
        return answer

    def _new_note_v1(self, candidate: int, body: dict[str, Any]) -> Answer:
        if not _is_note(body):
            return _refuse(422, "Invalid note", "user_id")
        number = next(self._numbers)
        self.rows["notes"][number] = {**body, "id": number, "candidate_id": candidate}
        return Answer.of({**self.rows["notes"][number], "visiblity": body.get("visibility")}, 201)


def _with_json(request: Request, then: Callable[[dict[str, Any]], Answer]) -> Answer:
    try:
        body = request.json()
        return then(body) if isinstance(body, dict) else _refuse(422, "Invalid body")
    except (ValueError, KeyError):
        return _refuse(422, "Invalid body")


def _is_note(body: dict[str, Any]) -> bool:
    """Whether a note says what it must: who writes what, and who sees it."""
    return body.get("user_id") == USER_ID and bool(body.get("body")) and body.get("visibility") in READ_VISIBILITY


def _matches(row: dict[str, Any], asked: dict[str, str]) -> bool:
    """Whether a row passes the filters of a list; what is no filter here is ignored, as Greenhouse does."""
    known = [one["value"].casefold() for one in row.get("email_addresses", [])]
    if "email" in asked and asked["email"].casefold() not in known:
        return False
    numbers = {FILTERS[name]: re.split(",", value) for name, value in asked.items() if name in FILTERS}
    return all(str(row.get(name)) in values for name, values in numbers.items())


def _shown_v3(row: dict[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in row.items() if name not in ("content", "custom_fields")}
    if "custom_fields" in row:
        shown["custom_fields"] = [{"name_key": key, "value": value} for key, value in row["custom_fields"].items()]
    if "filename" in row:
        shown["url"] = "https://files.greenhouse.invalid/expires-in-7-days"
    elif "visibility" in row:
        shown["visibility"] = READ_VISIBILITY[row["visibility"]]
    return shown


def _refuse(status: int, message: str, field: str | None = None) -> Answer:
    errors = [{"message": message, **({"field": field} if field else {})}]
    return Answer.of({"message": message, "errors": errors}, status)
