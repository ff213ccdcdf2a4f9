"""What is handed to couriers and recruitment systems, and what is told about a step."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime

from mimis_core.model.achievement import Model
from mimis_core.model.credential import Sealed


class Parcel(Model):
    """What a Courier carries. ``key`` stays the same when the same delivery is tried again.

    ``to`` is a wallet address or an e-mail address; ``language`` that of ``subject`` and ``text``.
    """

    key: str
    to: str
    subject: str = ""
    text: str = ""
    sealed: Sealed | None = None
    language: str = "sv"


class Receipt(Model):
    """Proof that a parcel arrived. ``already`` means that it was there before: a success, not a second one."""

    courier: str
    reference: str
    url: str | None = None
    already: bool = False


class Person(Model):
    """Whom a TalentFeed looks for: what the share's application gives, nothing more."""

    email: str
    full_name: str | None = None


class Candidate(Model):
    """A person as one ATS knows her."""

    id: str
    email: str | None = None
    job_id: str | None = None


class TalentEntry(Model):
    """What is written into an ATS about one share: a pointer and a short summary, never the whole document."""

    key: str
    candidate: Candidate
    summary: str
    url: str
    details: dict[str, str] = {}


class FeedReceipt(Model):
    """What was written where, so that it can be changed or removed later."""

    feed: str
    key: str
    candidate_id: str
    external_id: str


class Finding(Model):
    """One line of ``mimis check``: what was looked at, how it is, and what mends it."""

    subject: str
    status: Literal["ok", "warning", "error"]
    message: str
    mend: str | None = None


class Event(Model):
    """Told to ``mimis_record`` after a step: ids and counts only, never names or addresses."""

    action: str
    organisation: str
    subject: str
    at: AwareDatetime
    details: dict[str, Any] = {}
