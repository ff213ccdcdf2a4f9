"""Calls to Greenhouse's Harvest API, in the two versions that are in use."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any, Protocol

from mimis_ats.greenhouse.mapping import error_code, items, next_cursor
from mimis_ats.greenhouse.pace import Pace
from mimis_ats.greenhouse.settings import GreenhouseSettings
from mimis_ats.greenhouse.token import TokenKeeper
from mimis_core import DataError, MimisError, NotFoundError, PermissionDeniedError
from mimis_core.http import Client, Response
from mimis_core.paging import by_cursor

PAGE_SIZE = "100"
MOST = 100
"""So many candidates, files or notes one candidate or address has at most; more means that a filter was ignored."""

RIGHTS = {
    "candidates": "candidates (list, update)",
    "applications": "applications (list)",
    "attachments": "attachments (list, create, destroy)",
    "notes": "notes (list, create)",
}
"""What a credential must be allowed, by the place that refuses it."""


class Harvest(Protocol):
    """What the feed asks of either version; ids are Greenhouse's numbers."""

    def search(self, email: str) -> list[dict[str, Any]]:
        """Candidates whom Greenhouse gives for an address."""

    def candidate(self, number: int) -> dict[str, Any]:
        """One candidate. Raises NotFoundError."""

    def set_field(self, number: int, key: str, value: str) -> None:
        """Write a candidate's custom field; an empty text clears it."""

    def notes(self, number: int) -> list[dict[str, Any]]:
        """A candidate's notes."""

    def add_note(self, number: int, text: str) -> int:
        """Write a note; gives its id."""

    def close(self) -> None:
        """Close the connections."""


class HarvestV3:
    """Version 3: a token, lists that are filtered, paging by cursor; single records cannot be read."""

    def __init__(self, settings: GreenhouseSettings, pace: Pace) -> None:
        self._settings = settings
        self._keeper = TokenKeeper(settings)
        client = Client(f"{settings.url.rstrip('/')}/v3", system="Greenhouse", authorise=self._keeper.header)
        self._wire = Wire(client, pace)

    def search(self, email: str) -> list[dict[str, Any]]:
        """See :class:`Harvest`."""
        return list(self._list("candidates", {"email": email}))

    def candidate(self, number: int) -> dict[str, Any]:
        """See :class:`Harvest`."""
        found = [one for one in self._list("candidates", {"ids": str(number)}) if one["id"] == number]
        if not found:
            raise NotFoundError("Greenhouse has no such candidate any more.", code="candidate")
        return found[0]

    def applications(self, number: int) -> list[dict[str, Any]]:
        """A candidate's applications."""
        return list(self._list("applications", {"candidate_ids": str(number)}))

    def attachments(self, number: int) -> list[dict[str, Any]]:
        """A candidate's files; their addresses in here are valid for seven days and are not used."""
        return list(self._list("attachments", {"candidate_ids": str(number)}))

    def add_attachment(self, body: dict[str, Any]) -> int:
        """Hang a file on an application; gives its id."""
        return _id_of(self._wire.send("POST", "attachments", body))

    def remove_attachment(self, number: int) -> None:
        """Delete a file. Raises NotFoundError when it is gone."""
        self._wire.send("DELETE", f"attachments/{number}")

    def set_field(self, number: int, key: str, value: str) -> None:
        """See :class:`Harvest`."""
        fields = [{"name_key": key, "value": value or None}]
        self._wire.send("PATCH", f"candidates/{number}", {"custom_fields": fields})

    def notes(self, number: int) -> list[dict[str, Any]]:
        """See :class:`Harvest`."""
        return list(self._list("notes", {"candidate_ids": str(number)}))

    def add_note(self, number: int, text: str) -> int:
        """See :class:`Harvest`."""
        visibility = self._settings.visibility
        body = {"candidate_id": number, "body": text, "visibility": visibility, "note_type": "NOTE"}
        return _id_of(self._wire.send("POST", "notes", {**body, "user_id": self._settings.user_id}))

    def close(self) -> None:
        """See :class:`Harvest`."""
        self._keeper.close()
        self._wire.close()

    def _list(self, path: str, query: dict[str, str]) -> Iterator[dict[str, Any]]:
        def fetch(cursor: str | None) -> tuple[list[dict[str, Any]], str | None]:
            # a cursor holds filter and page size itself; beside it, any other parameter is refused
            asked = {"cursor": cursor} if cursor else {**query, "per_page": PAGE_SIZE}
            response = self._wire.ask("GET", path, params=asked)
            return items(self._wire.json(response)), next_cursor(response.headers.get("Link"))

        for number, item in enumerate(by_cursor(fetch)):
            if number >= MOST:
                raise DataError(f"Greenhouse gave more {path} than there can be: it ignored the filter.", code="filter")
            yield item


class HarvestV1:
    """Version 1: a key, and a user for whom it writes."""

    def __init__(self, settings: GreenhouseSettings, pace: Pace) -> None:
        self._settings = settings
        key = settings.api_key.get_secret_value() if settings.api_key else ""
        headers = {
            "Authorization": f"Basic {base64.b64encode(f'{key}:'.encode()).decode('ascii')}",
            "On-Behalf-Of": str(settings.user_id),
        }
        client = Client(f"{settings.url.rstrip('/')}/v1", system="Greenhouse", headers=headers)
        self._wire = Wire(client, pace)

    def search(self, email: str) -> list[dict[str, Any]]:
        """See :class:`Harvest`."""
        response = self._wire.ask("GET", "candidates", params={"email": email, "per_page": str(MOST)})
        if 'rel="next"' in response.headers.get("Link", ""):
            raise DataError("Greenhouse gave more candidates than there can be: it ignored the filter.", code="filter")
        return items(self._wire.json(response))

    def candidate(self, number: int) -> dict[str, Any]:
        """See :class:`Harvest`."""
        try:
            (found,) = items([self._wire.read(f"candidates/{number}")])
        except NotFoundError as error:
            if error.code is None:  # not said in Greenhouse's way: the address may be wrong
                raise
            raise NotFoundError("Greenhouse has no such candidate any more.", code="candidate") from None
        return found

    def set_field(self, number: int, key: str, value: str) -> None:
        """See :class:`Harvest`."""
        field = {"name_key": key, "value": value} if value else {"name_key": key, "delete_value": "true"}
        self._wire.send("PATCH", f"candidates/{number}", {"custom_fields": [field]})

    def notes(self, number: int) -> list[dict[str, Any]]:
        """See :class:`Harvest`."""
        feed = self._wire.read(f"candidates/{number}/activity_feed")
        return items(feed.get("notes") if isinstance(feed, dict) else None)

    def add_note(self, number: int, text: str) -> int:
        """See :class:`Harvest`."""
        body = {"user_id": self._settings.user_id, "body": text, "visibility": self._settings.visibility}
        return _id_of(self._wire.send("POST", f"candidates/{number}/activity_feed/notes", body))

    def close(self) -> None:
        """See :class:`Harvest`."""
        self._wire.close()


class Wire:
    """A connection that keeps Greenhouse's pace and turns its refusals into mimis' errors."""

    def __init__(self, http: Client, pace: Pace) -> None:
        self._http = http
        self._pace = pace

    def ask(self, method: str, path: str, **arguments: Any) -> Response:
        """A good answer."""
        self._pace.before()
        response = self._http.ask(method, path, **arguments)
        self._pace.note(response)
        if response.status_code >= 400:
            raise self._refusal(response, path)
        return response

    def read(self, path: str) -> Any:
        """The JSON of a place."""
        return self._http.json(self.ask("GET", path))

    def send(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """The JSON of the answer, None where there is none."""
        response = self.ask(method, path, json=body)
        return self._http.json(response) if response.content or method == "POST" else None

    def json(self, response: Response) -> Any:
        """The JSON of an answer."""
        return self._http.json(response)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _refusal(self, response: Response, path: str) -> MimisError:
        if response.status_code == 403:
            right = RIGHTS[path.partition("/")[0]]
            return PermissionDeniedError(
                "Greenhouse refuses what the key asks for (403).",
                mend=f"Let the credential use {right}, and let user_id be a site admin.",
            )
        try:
            code = error_code(response.json())
        except ValueError:  # a proxy's page says nothing
            code = None
        return self._http.error(response, code)


def _id_of(answer: Any) -> int:
    (made,) = items([answer])
    return int(made["id"])
