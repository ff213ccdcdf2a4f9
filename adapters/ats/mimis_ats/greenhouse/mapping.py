"""Between mimis' entries and Greenhouse's JSON; pure functions."""

from __future__ import annotations

import base64
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from mimis_ats.marks import digest, record_number
from mimis_ats.texts import STATUS_LINE
from mimis_core import Candidate, DataError, TalentEntry, TemporaryError

NAME = "mikromeriter"
PARTS = ("attachment", "field", "note")
"""What one share can have in Greenhouse, in the order in which it is taken away."""


def text_of(entry: TalentEntry) -> str:
    """What a recruiter reads: the line, who issued what, and the link."""
    details = [f"{title}: {issuer}" for title, issuer in entry.details.items()]
    return "\n".join([entry.summary, "", *details, "", entry.url, STATUS_LINE, ""])


def line_of(entry: TalentEntry) -> str:
    """The same on one line, for a field that several shares stand in."""
    details = ", ".join(f"{title}: {issuer}" for title, issuer in entry.details.items())
    return " ".join(f"{entry.summary} ({details}) {entry.url} {_tag(entry.key)}".split())


def filename_prefix(key: str) -> str:
    """How the names of a share's files begin; its key itself is nobody else's business."""
    return f"{NAME}-{_digest(key)}-"


def filename_of(entry: TalentEntry) -> str:
    """A name that says which share and which state of it: what is there already is known by it alone."""
    return f"{filename_prefix(entry.key)}{_digest(text_of(entry))}.txt"


def attachment(entry: TalentEntry, application_id: int, kind: str, visibility: str) -> dict[str, Any]:
    """Body that creates the attachment of v3."""
    return {
        "application_id": application_id,
        "filename": filename_of(entry),
        "type": kind,
        "content": base64.b64encode(text_of(entry).encode()).decode("ascii"),
        "visibility": visibility,
    }


def with_line(value: str | None, key: str, line: str | None) -> str:
    """A field's text with a share's line in place of its earlier one; None takes it out, other lines stay."""
    kept = [one for one in (value or "").splitlines() if not one.endswith(_tag(key))]
    return "\n".join([*kept, *([line] if line else [])])


def note_marker(entry: TalentEntry) -> str:
    """What only this share's note holds."""
    return _tag(entry.key)


def note_text(entry: TalentEntry) -> str:
    """Body of a note: what it says can never be changed, so that only the link says how a credential stands."""
    return f"{entry.url}\n{STATUS_LINE}\n{note_marker(entry)}"


def _digest(text: str) -> str:
    return digest(text, 12)


def _tag(key: str) -> str:
    return f"[mimis {_digest(key)}]"


def join_ids(ids: dict[str, str]) -> str:
    """What stands where, as the one text that a receipt keeps: ``attachment:88 note:7``."""
    return " ".join(f"{part}:{ids[part]}" for part in PARTS if part in ids)


def split_ids(text: str) -> dict[str, str]:
    """The reverse of :func:`join_ids`. Raises DataError for a text that is none of ours."""
    ids = dict(word.partition(":")[::2] for word in text.split())
    if not ids or not set(ids) <= set(PARTS) or not all(ids.values()):
        raise DataError("The receipt is not one of the Greenhouse feed.", code="receipt")
    return ids


def number_of(identity: str) -> int:
    """A Greenhouse id. Raises DataError for what can be none."""
    return record_number(identity, "Greenhouse")


def items(answer: Any) -> list[dict[str, Any]]:
    """A list answer, which in both versions is a bare array of objects with ids."""
    if not isinstance(answer, list) or not all(map(_has_id, answer)):
        raise TemporaryError("Greenhouse answered with something that is no list.", mend="Try again later.")
    return answer


def _has_id(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("id"), int) and not isinstance(item["id"], bool)


def candidates(found: list[dict[str, Any]], email: str) -> tuple[Candidate, ...]:
    """Those who really have this address, whatever else a search gave."""
    wanted = email.strip().casefold()
    known = [(str(one["id"]), [text for text in addresses(one) if text.casefold() == wanted]) for one in found]
    return tuple(Candidate(id=number, email=same[0]) for number, same in known if same)


def addresses(candidate: dict[str, Any]) -> list[str]:
    """A candidate's mail addresses; none once she was anonymised."""
    given = candidate.get("email_addresses")
    if given is not None and not isinstance(given, list):
        raise TemporaryError("Greenhouse gave a candidate whose addresses are no list.", mend="Try again later.")
    values = [one.get("value") if isinstance(one, dict) else one for one in given or []]
    return [value.strip() for value in values if isinstance(value, str) and value.strip()]


def field_value(candidate: dict[str, Any], key: str) -> str | None:
    """Text of a custom field, which the versions give as a table by key or as a list. DataError when it has none."""
    given = candidate.get("custom_fields")
    if isinstance(given, list):
        given = {str(one.get("name_key") or one.get("key")): one for one in given if isinstance(one, dict)}
    if not isinstance(given, dict) or key not in given:
        raise DataError(f"Greenhouse candidates have no custom field with the key {key!r}.", code="custom-field")
    value = given[key].get("value") if isinstance(given[key], dict) else given[key]
    if not isinstance(value, str | None):
        raise DataError(f"The custom field {key!r} in Greenhouse is no text field.", code="custom-field")
    return value


def next_cursor(link: str | None) -> str | None:
    """Cursor of the page after this one, out of the ``Link`` header; v3 tells it nowhere else."""
    found = re.search(r"<([^<>]*)>\s*;\s*rel=\"?next\"?", link or "")
    values = parse_qs(urlsplit(found[1]).query).get("cursor") if found else None
    return values[0] if values else None


def error_code(body: Any) -> str | None:
    """Field that a refusal is about, ``refused`` where it names none; None for what Greenhouse has not written.

    Texts are left out: they may quote what we sent.
    """
    if not isinstance(body, dict) or "message" not in body:
        return None
    errors = body.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    field = first.get("field") if isinstance(first, dict) else None
    return field if isinstance(field, str) and re.fullmatch(r"[\w.\[\]-]{1,80}", field) else "refused"
