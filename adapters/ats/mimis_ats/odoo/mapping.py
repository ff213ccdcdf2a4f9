"""Between mimis' entries and Odoo's records; pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from email.utils import parseaddr
from html import escape
from typing import Any

from mimis_ats.marks import digest, record_number
from mimis_ats.texts import STANDING, STATUS_LINE
from mimis_core import Candidate, DataError, TalentEntry, TemporaryError

MARK = "mimis"
"""Begins the last line of every note of ours: by it they are known again."""

PARTS = ("note", "tag", "skill")

Ids = list[tuple[str, str]]
"""What stands where: kind and id, a skill as often as there are skills."""


def note_html(entry: TalentEntry) -> str:
    """The note: the line, who issued what, the link, and what it is known by."""
    details = "".join(f"<li>{escape(title)}: {escape(issuer)}</li>" for title, issuer in entry.details.items())
    pointer = f'<p><a href="{escape(entry.url)}">{escape(entry.url)}</a><br/>{STATUS_LINE}</p>'
    if not entry.url.startswith(("https://", "http://")):
        raise DataError("The share's address is no web address.", code="url")
    return f"<p>{escape(entry.summary)}</p><ul>{details}</ul>{pointer}<p>{state_mark(entry)}</p>"


def share_mark(key: str) -> str:
    """What every note about a share holds; its key itself is nobody else's business."""
    return f"{MARK} {_digest(key)}"


def state_mark(entry: TalentEntry) -> str:
    """What the note holds that says just this: Odoo stores its HTML in another form, so that texts do not compare."""
    text = "\n".join([entry.summary, entry.url, *(f"{title}\t{value}" for title, value in entry.details.items())])
    return f"{share_mark(entry.key)} {_digest(text)}"


def _digest(text: str) -> str:
    return digest(text, 12)


def holding(entry: TalentEntry) -> list[str]:
    """Titles of the credentials that hold: only they may stand as a skill or under a tag."""
    marks = tuple(f"({text})" for text in STANDING.values())
    return [title for title, issuer in entry.details.items() if not issuer.endswith(marks)]


def join_ids(ids: Iterable[tuple[str, str]]) -> str:
    """What stands where, as the one text that a receipt keeps: ``note:12 tag:5@hr.applicant/7 skill:33``."""
    return " ".join(f"{kind}:{value}" for kind, value in ids)


def split_ids(text: str) -> Ids:
    """The reverse of :func:`join_ids`. Raises DataError for a text that is none of ours."""
    ids = [(kind, value) for kind, _, value in (word.partition(":") for word in text.split())]
    if not ids or not all(kind in PARTS and value for kind, value in ids):
        raise DataError("The receipt is not one of the Odoo feed.", code="receipt")
    return ids


def numbers(ids: Ids, kind: str) -> list[int]:
    """The ids of one kind."""
    return [number_of(value) for known, value in ids if known == kind]


def tag_place(model: str, number: int, tag: int) -> str:
    """Which tag stands on which record."""
    return f"{tag}@{model}/{number}"


def read_tag_place(text: str) -> tuple[str, int, int]:
    """Model, record and tag of :func:`tag_place`. Raises DataError."""
    tag, _, place = text.partition("@")
    model, _, number = place.partition("/")
    return model, number_of(number), number_of(tag)


def number_of(identity: str) -> int:
    """An id of Odoo. Raises DataError for what can be none."""
    return record_number(identity, "Odoo")


def related(value: Any) -> int | None:
    """Id of the record that a field points to: a pair of id and name, or false for none."""
    first = value[0] if isinstance(value, list) and value else value
    return first if isinstance(first, int) and not isinstance(first, bool) else None


def address_in(row: dict[str, Any], fields: Sequence[str], wanted: str) -> str | None:
    """The first of these fields that holds the address, whatever stands around it."""
    return next((one for one in addresses(row, fields) if one.casefold() == wanted.strip().casefold()), None)


def addresses(row: dict[str, Any], fields: Sequence[str]) -> list[str]:
    """The mail addresses of a record; none once it was emptied. An empty field is false in Odoo."""
    given = [row.get(field) for field in fields]
    if not all(value is None or value is False or isinstance(value, str) for value in given):
        raise TemporaryError("Odoo gave an address that is no text.", mend="Try again later.")
    found = (parseaddr(value)[1].strip() for value in given if value)
    return [one for one in found if one]


def candidates(rows: list[dict[str, Any]], fields: Sequence[str], email: str) -> tuple[Candidate, ...]:
    """Those who really have this address; of several applications of one contact the newest stands for all."""
    newest: dict[str, Candidate] = {}
    for row in sorted(rows, key=lambda one: one["id"]):
        address = address_in(row, fields, email)
        if address is not None:
            contact = related(row.get("partner_id"))
            newest[f"contact {contact}" if contact else f"record {row['id']}"] = Candidate(
                id=str(row["id"]), email=address
            )
    return tuple(newest.values())
