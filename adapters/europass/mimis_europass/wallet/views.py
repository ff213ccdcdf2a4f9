"""What the wallet sandbox answers: errors, credential views, verification results."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from mimis_core.testing import Answer
from mimis_europass.wallet.seal import Opened, SealError, TrustList
from mimis_europass.wallet.store import ShareLink

ERRORS: dict[str, tuple[int, str]] = {
    "AU-0001": (403, "Access denied"),
    "AU-0002": (401, "Not authenticated"),
    "CI-0001": (400, "The file could not be converted"),
    "CR-0001": (409, "The credential already exists in the wallet"),
    "CR-0003": (404, "Credential not found"),
    "CR-0005": (400, "Unsupported credential format"),
    "CR-0006": (400, "The credential is not valid"),
    "CR-0007": (400, "The seal of the credential is not valid"),
    "CR-0009": (400, "The credential is already signed"),
    "CR-0010": (400, "The credential subject is malformed"),
    "GL-0001": (418, "Unknown endpoint"),
    "IE-0001": (500, "Database error"),
    "SL-0001": (403, "The share link has expired"),
    "SL-0002": (403, "The share link is not valid"),
    "UN-0000": (500, "Unexpected error"),
    "WL-0001": (409, "A wallet with this e-mail already exists"),
    "WL-0002": (409, "A wallet with this id already exists"),
    "WL-0003": (404, "Wallet not found"),
    "WL-0005": (500, "The e-mail could not be sent"),
    "WL-0006": (409, "The wallet already exists"),
}
"""Documented codes with their status; the sandbox's own wording. For WL-0005 and WL-0006 the status is a guess."""

_LIST = "http://data.europa.eu/snb"
_TYPES = {
    "format": "2f5b89b96f",
    "seal": "f9c2016fe9",
    "owner": "1faf8d450f",
    "accreditation": "e2bbc86a28",
    "revocation": "271aef9eb4",
    "expiry": "94d828f160",
}
_STATUSES = {"ok": "9895008394", "error": "9d26eb9a37", "skipped": "641f0c5e5d"}


class RefusedError(Exception):
    """Ends a request with a documented error; ``code`` is one of :data:`ERRORS`."""

    def __init__(self, code: str, description: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.description = description


def error_answer(refused: RefusedError, path: str) -> Answer:
    """An ApiErrorMessage. As in the real one, the path may hold an e-mail address."""
    status, message = ERRORS[refused.code]
    return Answer.of(
        {
            "code": refused.code,
            "message": message,
            "description": refused.description,
            "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "path": path,
            "affectedAssets": {},
        },
        status,
    )


def credential_view(credential: dict[str, Any], viewer_url: str) -> dict[str, Any]:
    """A CredentialView: title and description in the credential's first language."""
    display = credential.get("displayParameter")
    shown: dict[str, Any] = display if isinstance(display, dict) else {}
    profiles = credential.get("credentialProfiles")
    return {
        "uuid": credential["id"],
        "viewerURL": viewer_url,
        "title": _first(shown.get("title")),
        "description": _first(shown.get("description")),
        "profile": profiles if isinstance(profiles, list) else [profiles] if profiles else [],
    }


def link_view(link: ShareLink, base: str) -> dict[str, Any]:
    """A share link as the wallet describes it."""
    own = f"{base}/sharelinks/{link.hash}"
    return {
        "shareHash": link.hash,
        "expirationDate": link.expires.isoformat(timespec="seconds"),
        "creationDate": link.created.isoformat(timespec="seconds"),
        "expired": link.expired,
        "links": [
            {"rel": "self", "href": own},
            {"rel": "view", "href": f"{base}/#/shareview/{link.hash}"},
            {"rel": "presentation", "href": f"{own}/presentation"},
        ],
    }


def verification_views(content: bytes, trust: TrustList) -> list[dict[str, Any]]:
    """The six standard checks of a stored file; accreditation and revocation are beyond a sandbox and skipped."""
    opened: Opened | None
    try:
        opened = trust.open(content)
    except SealError:
        opened = None
    found = {
        "format": "ok",
        "seal": "ok" if opened else "error",
        "owner": "ok" if opened and opened.holder == _issuer_id(opened.credential) else "error",
        "accreditation": "skipped",
        "revocation": "skipped",
        "expiry": "error" if opened and _is_over(opened.credential) else "ok" if opened else "skipped",
    }
    return [_check_view(number, kind, status) for number, (kind, status) in enumerate(found.items(), 1)]


def _check_view(number: int, kind: str, status: str) -> dict[str, Any]:
    return {
        "id": f"urn:epass:verificationCheck:{number}",
        "type": {"link": f"{_LIST}/verification/{_TYPES[kind]}", "title": [kind]},
        "status": {"link": f"{_LIST}/verification-status/{_STATUSES[status]}", "title": [status]},
        "description": f"{kind}: {status}",
        "longDescription": f"{kind}: {status}",
        "descrAvailableLangs": ["en"],
        "longDescrAvailableLangs": ["en"],
    }


def _issuer_id(credential: dict[str, Any]) -> str | None:
    issuer = credential.get("issuer")
    identifier = issuer.get("eIDASIdentifier") if isinstance(issuer, dict) else None
    return identifier.get("notation") if isinstance(identifier, dict) else None


def _is_over(credential: dict[str, Any]) -> bool:
    until = credential.get("validUntil") or credential.get("expirationDate")
    try:
        return datetime.fromisoformat(str(until)).astimezone(UTC) <= datetime.now(UTC)
    except ValueError:
        return False


def _first(texts: object) -> str:
    if isinstance(texts, dict) and texts:
        value = next(iter(texts.values()))
        return str(value[0] if isinstance(value, list) and value else value)
    return ""
