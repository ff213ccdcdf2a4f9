"""From what an issuer answers, or a file holds, to one shape; nothing in here is believed before it is verified."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from mimis_core import DataError, UserError
from mimis_core.services import Competence


@dataclass(frozen=True)
class IncomingCredential:
    """One credential as handed over. ``content`` is None when the learner shared without her name.

    ``status`` is what the issuer's page says; the verdict rests on the signed answer alone. ``competence`` is what it
    says that a credential without its file proves.
    """

    urn: str
    title: dict[str, str]
    issuer_name: dict[str, str]
    content: bytes | None
    status: str | None = None
    competence: Competence | None = None


@dataclass(frozen=True)
class Incoming:
    """One share or file on its way in. ``issuer`` is the address of the mimis that it comes from, or ``file``."""

    key: str
    issuer: str
    link: str | None
    person_name: str | None
    person_email: str | None
    purpose: str | None
    until: date | None
    credentials: tuple[IncomingCredential, ...]


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Head(_Lenient):
    id: str
    purpose: str | None = None
    until: date | None = None
    application_email: str | None = None
    url: str | None = None


class _Credential(_Lenient):
    urn: str
    title: dict[str, str] | str
    issuer: dict[str, str] | str
    status: Any = None
    sealed: dict[str, Any] | str | None = None
    competence: Any = None


class _Share(_Lenient):
    share: _Head
    learner_name: str | None = None
    credentials: tuple[_Credential, ...]


def share_key(issuer: str, share_id: str) -> str:
    """Key under which a share of this issuer is kept."""
    return f"{issuer}/shares/{share_id}"


def read_share(body: Any, issuer: str, link: str | None = None) -> Incoming:
    """The share JSON of a share page or of the partner API. Raises DataError when it is none.

    ``link`` is the address that it was read from; without one, the share's own ``url`` counts if it stands with the
    issuer that was asked.
    """
    try:
        share = _Share.model_validate(body)
    except ValidationError as error:
        fields = ", ".join(sorted({".".join(map(str, item["loc"])) for item in error.errors(include_input=False)}))
        raise DataError(f"The share of {issuer} is not as expected in: {fields}.", code="share") from None
    own = share.share.url if share.share.url and share.share.url.startswith(f"{issuer}/") else None
    return Incoming(
        key=share_key(issuer, share.share.id),
        issuer=issuer,
        link=link or own,
        person_name=share.learner_name,
        person_email=share.share.application_email,
        purpose=share.share.purpose,
        until=share.share.until,
        credentials=tuple(_incoming(one) for one in share.credentials),
    )


def read_share_file(content: bytes) -> Incoming | None:
    """A saved share JSON, or None when the file is something else. Its link is not believed and left out."""
    try:
        body = json.loads(content)
    except ValueError:
        return None
    if not isinstance(body, dict) or "share" not in body or "credentials" not in body:
        return None
    return read_share(body, "file")


def issuer_of_link(link: str) -> str:
    """Address of the mimis that a share page stands on. Raises UserError for what is no share page address."""
    base, found, token = link.partition("/s/")
    if not _is_safe(link) or not found or not token or "?" in base:
        raise UserError("That is no address of a share.", mend="Use the whole link, https://.../s/....", code="link")
    return base


def _is_safe(link: str) -> bool:
    try:
        split = urlsplit(link)
    except ValueError:
        return False
    by_safe_way = split.scheme == "https" or (split.scheme == "http" and split.hostname == "127.0.0.1")
    return by_safe_way and bool(split.hostname) and split.username is None


def same_address(one: str, other: str) -> bool:
    """Whether two addresses stand on the same host, by the same scheme and port."""
    first, second = urlsplit(one), urlsplit(other)
    return (first.scheme, first.netloc) == (second.scheme, second.netloc)


def _incoming(one: _Credential) -> IncomingCredential:
    content, status = _content(one.sealed), _word(one.status)
    proved = _competence(one.competence) if content is None else None
    return IncomingCredential(one.urn, _texts(one.title), _texts(one.issuer), content, status, proved)


def _competence(value: Any) -> Competence | None:
    """What it proves; None where this version does not understand it."""
    try:
        return Competence.model_validate(value)
    except ValidationError:
        return None


def _texts(value: dict[str, str] | str) -> dict[str, str]:
    return value if isinstance(value, dict) else {"sv": value}


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _content(sealed: dict[str, Any] | str | None) -> bytes | None:
    if sealed is None:
        return None
    if isinstance(sealed, dict) and not isinstance(sealed.get("content"), str):
        return json.dumps(sealed, ensure_ascii=False).encode()
    text = sealed["content"] if isinstance(sealed, dict) else sealed
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return str(text).encode()
