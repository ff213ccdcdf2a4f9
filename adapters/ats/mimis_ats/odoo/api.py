"""Odoo's models as the feed uses them, over whichever way this Odoo understands."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from mimis_ats.odoo.settings import OdooSettings
from mimis_ats.odoo.transport import Transport, choose
from mimis_ats.taken_away import already_gone
from mimis_core import NotFoundError, PermanentError, TemporaryError

Row = dict[str, Any]
Domain = list[Any]


class OdooApi:
    """One database. Asks at the first call how to talk to it. Safe to use from many threads."""

    def __init__(self, settings: OdooSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._transport: Transport | None = None

    def fields_of(self, model: str) -> set[str] | None:
        """Names of a model's fields; None when this Odoo has no such model.

        Raises PermissionDeniedError, and NotFoundError where no such Odoo or database answers.
        """
        try:
            found = self._call(model, "fields_get", None, {"attributes": ["type"]})
        except PermanentError:  # before 19
            return None
        except NotFoundError as error:  # from 19 on
            if error.code is None:  # not said in Odoo's way
                raise
            return None
        if not isinstance(found, dict) or not all(isinstance(one, dict) for one in found.values()):
            raise TemporaryError("Odoo did not tell its fields.", mend="Try again later.")
        return set(found)

    def read(
        self, model: str, domain: Domain, fields: Sequence[str], limit: int, order: str = "id", archived: bool = False
    ) -> list[Row]:
        """Records that fit; ``archived`` ones too only on demand, as in Odoo's own lists."""
        named: dict[str, Any] = {"domain": domain, "fields": list(fields), "limit": limit, "order": order}
        if archived:
            named["context"] = {"active_test": False}
        rows = self._call(model, "search_read", None, named)
        if not isinstance(rows, list) or not all(map(_is_row, rows)):
            raise TemporaryError("Odoo answered with something that is no list of records.", mend="Try again later.")
        return rows

    def create(self, model: str, values: Row) -> int:
        """Make a record; gives its id."""
        return _id_of(self._call(model, "create", None, {"vals_list": [values]}))

    def write(self, model: str, number: int, values: Row) -> None:
        """Change a record. Raises NotFoundError."""
        self._call(model, "write", [number], {"vals": values})

    def unlink(self, model: str, numbers: Sequence[int]) -> None:
        """Delete records, each by itself: one that is gone is what was wanted."""
        for number in numbers:
            with already_gone():
                self._call(model, "unlink", [number], {})

    def post_note(self, model: str, number: int, html: str) -> int:
        """Write an internal note into a record's history; gives the message's id."""
        named = {"body": html, "body_is_html": True, "message_type": "comment", "subtype_xmlid": "mail.mt_note"}
        return _id_of(self._call(model, "message_post", [number], named))

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            if self._transport is not None:
                self._transport.close()

    def _call(self, model: str, method: str, ids: Sequence[int] | None, named: dict[str, Any]) -> Any:
        with self._lock:
            if self._transport is None:
                self._transport = choose(self._settings)
            transport = self._transport
        return transport.call(model, method, ids, named)


def _is_row(row: Any) -> bool:
    return isinstance(row, dict) and isinstance(row.get("id"), int) and not isinstance(row["id"], bool)


def _id_of(result: Any) -> int:
    """Id of what was made: a number up to 18, a list of one from 19 on."""
    found = result[0] if isinstance(result, list) and len(result) == 1 else result
    if not isinstance(found, int) or isinstance(found, bool):
        raise TemporaryError("Odoo's answer lacks the id of what was written.", mend="Try again.")
    return found
