"""Notes on candidates in the stand-in of Teamtailor."""

from __future__ import annotations

from itertools import count
from typing import Any

from mimis_ats.teamtailor.sandbox_answers import errors
from mimis_core.testing import Answer, Request

NOTES = "/v1/notes"
USER_ID = 2
"""The one user that there is."""


class NoteShelf:
    """All notes, by id. They are made and deleted; the documents tell of no way to change one."""

    def __init__(self) -> None:
        self.held: dict[str, dict[str, Any]] = {}
        self._numbers = count(901)

    def of(self, candidate_id: str) -> list[dict[str, Any]]:
        """The notes on one candidate."""
        return [_resource(key, note) for key, note in self.held.items() if note["candidate-id"] == candidate_id]

    def drop(self, candidate_id: str) -> None:
        """Delete the notes on one candidate."""
        self.held = {key: note for key, note in self.held.items() if note["candidate-id"] != candidate_id}

    def answer(self, request: Request, candidates: set[str]) -> Answer:
        """Make or delete a note."""
        if request.method == "DELETE":
            gone = self.held.pop(request.path.removeprefix(f"{NOTES}/"), None)
            return Answer(204) if gone else errors(404, "not-found", "Record not found")
        if request.method != "POST" or request.path != NOTES:
            return errors(405, "method-not-allowed", "Method not allowed")
        try:
            data = request.json()["data"]
            text, ties = data["attributes"]["note"], data["relationships"]
            candidate, user = (ties[name]["data"]["id"] for name in ("candidate", "user"))
        except (ValueError, KeyError, TypeError):
            return errors(422, "invalid", "Invalid relationship", "/data/relationships")
        if candidate not in candidates or user != str(USER_ID):
            return errors(422, "invalid", "Invalid relationship", "/data/relationships")
        key = str(next(self._numbers))
        self.held[key] = {"note": text, "candidate-id": candidate, "user-id": user}
        return Answer.of({"data": _resource(key, self.held[key])}, 201)


def _resource(key: str, note: dict[str, Any]) -> dict[str, Any]:
    return {"id": key, "type": "notes", "attributes": note}
