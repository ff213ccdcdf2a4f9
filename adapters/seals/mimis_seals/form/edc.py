"""The few members of a European Digital Credential that its seal and its checks rest on.

JSON-LD lets one value stand bare or in a list; whether the whole document has the right shape is not judged here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from mimis_seals.form.jws import FormError
from mimis_seals.form.limits import DEEPEST

CREDENTIAL_TYPE = "EuropeanDigitalCredential"
REQUIRED = ("@context", "id", "issuer", "credentialSubject", "issued", "validFrom")
STATUS_SCHEME = "mimis-status"
STATUS_TITLE = "current status"

Json = dict[str, Any]


def check_form(document: Json) -> None:
    """Hold a document to what every European Digital Credential has. Raises FormError."""
    check_depth(document)
    if CREDENTIAL_TYPE not in listed(document.get("type")):
        raise FormError("The file is no European Digital Credential.")
    missing = [name for name in REQUIRED if not document.get(name)]
    if missing:
        raise FormError(f"The credential lacks {', '.join(missing)}.")
    if not isinstance(document["id"], str):
        raise FormError("The credential has no usable id.")
    for name in ("issued", "validFrom", "validUntil", "expirationDate"):
        if name in document:
            _moment(document[name], name)


def issuer_identifier(document: Json) -> str | None:
    """The issuer's eIDAS identifier, such as ``NTRSE-8020026509``; None when there is not exactly one."""
    issuers = _objects(document.get("issuer"))
    identifiers = _objects(issuers[0].get("eIDASIdentifier")) if len(issuers) == 1 else []
    notation = identifiers[0].get("notation") if len(identifiers) == 1 else None
    return notation if isinstance(notation, str) else None


def status_address(document: Json) -> str | None:
    """Where the current status is asked: the identifier made for it, else the claim's document of that title."""
    for identifier in _objects(document.get("identifier")):
        if identifier.get("schemeName") == STATUS_SCHEME and isinstance(identifier.get("notation"), str):
            return str(identifier["notation"])
    for subject in _objects(document.get("credentialSubject")):
        for claim in _objects(subject.get("hasClaim")):
            for page in _objects(claim.get("supplementaryDocument")):
                if _is_status_page(page) and isinstance(page.get("contentURL"), str):
                    return str(page["contentURL"])
    return None


def valid_from(document: Json) -> datetime:
    """From when the credential holds."""
    return _moment(document["validFrom"], "validFrom")


def valid_until(document: Json) -> datetime | None:
    """Until when the credential holds: the earlier of its two end dates; None when it has no end."""
    ends = [_moment(document[name], name) for name in ("validUntil", "expirationDate") if name in document]
    return min(ends, default=None)


def check_depth(document: Json) -> None:
    """Refuse a document that is nested deeper than any credential. Raises FormError."""
    level: list[Any] = [document]
    for _ in range(DEEPEST):
        level = [
            member
            for value in level
            for member in (value.values() if type(value) is dict else value)
            if type(member) is dict or type(member) is list
        ]
        if not level:
            return
    raise FormError("The credential is nested too deeply.")


def claims_accreditation(document: Json) -> bool:
    """Whether the document names an accreditation anywhere: of its issuer, its qualification or as evidence."""
    pending: list[Any] = [document]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            if value.get("accreditation"):
                return True
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
    return False


def listed(value: Any) -> list[Any]:
    """A bare value as a list of one, nothing as an empty list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _objects(value: Any) -> list[Json]:
    return list(_only_objects(listed(value)))


def _only_objects(values: list[Any]) -> Iterator[Json]:
    yield from (value for value in values if isinstance(value, dict))


def _is_status_page(page: Json) -> bool:
    title = page.get("title")
    texts = title.values() if isinstance(title, dict) else ()
    return any(isinstance(text, str) and text.casefold() == STATUS_TITLE for text in texts)


def _moment(value: Any, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise FormError(f"The credential's {name} is not a date and time.") from None
    if moment.tzinfo is None:
        raise FormError(f"The credential's {name} lacks a time zone.")
    return moment
