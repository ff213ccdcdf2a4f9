"""The calls of SS12000 that a pull needs: lists, lookups, deletions, and the register's clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from mimis_core import (
    MimisError,
    NotFoundError,
    PermanentError,
    PermissionDeniedError,
    TemporaryError,
)
from mimis_core.http import Client, Response
from mimis_core.paging import by_cursor
from mimis_ss12000.records import Record, read_id, read_record
from mimis_ss12000.settings import SS12000Settings
from mimis_ss12000.token import Tokens

GRADES, PERSONS, SYLLABUSES, DELETED = "grades", "persons", "syllabuses", "deletedEntities"
NO_FILTER = "400"
"""Code of the error for a filter that a register does not know."""
EVER = datetime(2000, 1, 1, tzinfo=UTC)
"""Before any register of this standard: some demand a time that deletions are asked for from."""

R = TypeVar("R", bound=Record)
Page = Sequence[Any]


class Register:
    """One school register. Safe to use from many threads."""

    def __init__(self, settings: SS12000Settings) -> None:
        self._tokens = Tokens(settings)
        headers = {"Accept": "application/json"}
        self._http = Client(settings.url, system="The register", headers=headers, authorise=self._tokens.header)
        # A lookup is a POST that changes nothing. It is repeated once only: a register that is overloaded by it is
        # asked for less instead.
        self._lookups = Client(
            settings.url,
            system="The register",
            headers=headers,
            authorise=self._tokens.header,
            repeat=frozenset({"POST"}),
            retries=1,
        )
        self._page_size = settings.page_size
        self._lookup_size = settings.lookup_size

    def clock(self) -> datetime:
        """The register's own time, since what changed is asked for by it; ours when it does not tell."""
        response = self._good(self._http.ask("GET", GRADES, params={"limit": 1}), GRADES)
        try:
            return parsedate_to_datetime(response.headers.get("Date", "")).astimezone(UTC)
        except ValueError:
            return datetime.now(UTC)

    def rows(self, kind: str, **filters: str | None) -> Iterator[Page]:
        """Pages of unread rows. Raises PermanentError with the code :data:`NO_FILTER` for a filter it cannot do."""
        return self._pages(kind, {name: value for name, value in filters.items() if value is not None})

    def deleted(self, after: datetime | None) -> dict[str, set[str]]:
        """Ids of grades and persons that were deleted, since ``after`` or ever.

        Raises NotFoundError, PermissionDeniedError or PermanentError when the register tells no deletions.
        """
        since: dict[str, Any] = {"after": (after or EVER).isoformat()}
        try:
            return _read_deleted(self._pages(DELETED, {**since, "entities": [GRADES, PERSONS]}))
        except PermanentError:  # it names its entities otherwise: all are asked for, and ours picked
            return _read_deleted(self._pages(DELETED, since))

    def look_up(self, kind: str, model: type[R], ids: Sequence[str]) -> dict[str, R]:
        """Records by id; those that it does not know, or that have no id, are not among them.

        Raises TemporaryError when even one at a time is too much for the register.
        """
        found: dict[str, R] = {}
        for start in range(0, len(ids), self._lookup_size):
            for item in self._look_up(kind, ids[start : start + self._lookup_size]):
                if known := read_id(item):
                    found[known] = read_record(model, item)
        return found

    def close(self) -> None:
        """Close all connections."""
        for client in (self._http, self._lookups, self._tokens):
            client.close()

    def _look_up(self, kind: str, ids: Sequence[str]) -> Page:
        path = f"{kind}/lookup"
        response = self._lookups.ask("POST", path, json={"ids": list(ids)})
        if response.status_code == 503 and len(ids) > 1:
            middle = len(ids) // 2
            return [*self._look_up(kind, ids[:middle]), *self._look_up(kind, ids[middle:])]
        body = self._lookups.json(self._good(response, path))
        return _demand_list(body.get("data") if isinstance(body, dict) else body)

    def _pages(self, kind: str, filters: dict[str, Any]) -> Iterator[Page]:
        def fetch(token: str | None) -> tuple[Sequence[Page], str | None]:
            # A page token stands for the whole question: beside it only limit is allowed.
            asked = {"pageToken": token} if token else filters
            response = self._http.ask("GET", kind, params={**asked, "limit": self._page_size})
            body = self._http.json(self._good(response, kind))
            following = body.get("pageToken") if isinstance(body, dict) else None
            if not isinstance(body, dict) or "data" not in body or not isinstance(following, str | None):
                raise TemporaryError(f"The register answered /{kind} without a page.", mend="Try again later.")
            data = body["data"]
            return [data if isinstance(data, list) else [data]], following or None

        return by_cursor(fetch)

    def _good(self, response: Response, path: str) -> Response:
        if response.status_code < 400:
            return response
        raise self._refusal(self._http.error(response), path)

    def _refusal(self, error: MimisError, path: str) -> MimisError:
        """The error with what mends it here; the register's own texts are not passed on, since they can hold ids."""
        if isinstance(error, PermissionDeniedError):
            mend = f"Ask the register's owner for the right to read /{path}."
            return PermissionDeniedError(error.message, mend=mend)
        if isinstance(error, NotFoundError):
            return NotFoundError(f"The register does not offer /{path}.", mend="Check url, and ask its owner.")
        if isinstance(error, PermanentError) and error.code == "400":
            mend = "Check organisations, and ask its owner what it can be filtered by."
            return PermanentError(f"The register does not take a filter of /{path}.", mend=mend, code=NO_FILTER)
        return error


def _demand_list(body: Any) -> list[Any]:
    if isinstance(body, list):
        return body
    raise TemporaryError("The register answered a lookup with something else than a list.", mend="Try again later.")


def _read_deleted(pages: Iterator[Page]) -> dict[str, set[str]]:
    """Both forms in use: lists of ids by entity, and rows of entity and id."""
    found: dict[str, set[str]] = {GRADES: set(), PERSONS: set()}
    for item in (item for page in pages for item in page if isinstance(item, dict)):
        if "entityType" in item:
            kind = f"{str(item['entityType']).lower().removesuffix('s')}s"
            pairs = [(kind, item)]
        else:
            pairs = [(kind, {"id": one}) for kind in found for one in item.get(kind) or ()]
        for kind, pair in pairs:
            if kind in found and (known := read_id(pair)):
                found[kind].add(known)
    return found
