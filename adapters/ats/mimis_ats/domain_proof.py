"""Proof that an employer holds its domain: a small file that only its web master can put there."""

from __future__ import annotations

import re
from contextlib import closing
from urllib.parse import urlsplit

from mimis_ats.organisation_number import normalise
from mimis_core import PermanentError, UserError
from mimis_core.http import Client

WELL_KNOWN = "/.well-known/mimis-employer.json"


def normalise_domain(text: str) -> str:
    """A domain in lower case and IDNA. Raises UserError for addresses, IP numbers and single words."""
    try:
        domain = text.strip().rstrip(".").encode("idna").decode().lower()
    except UnicodeError:
        domain = ""
    label = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
    if not re.fullmatch(rf"(?:{label}\.)+(?=[a-z])[a-z0-9-]{{2,63}}", domain):
        raise UserError("That is no domain.", mend="Write the domain alone, such as saab.com.", code="domain")
    return domain


def prove_domain(registration: str, domain: str, proof_url: str | None = None) -> None:
    """Ask the domain for its organisation number and compare.

    ``proof_url`` replaces the address for trials and must stand on http://127.0.0.1. Redirects are not followed: a
    page that forwards anywhere would prove any domain. Raises PermanentError when the proof is missing or differs.
    """
    address = _address(domain, proof_url)
    with closing(Client(address, system="The employer's domain", retries=1)) as client:
        response = client.ask("GET", address, allow_redirects=False, headers={"Accept": "application/json"})
        if response.status_code != 200:
            raise _unproved(domain, f"answers {response.status_code}", registration)
        body = client.json(response)
    try:
        found = normalise(str(body["registration"]))
    except (KeyError, TypeError, UserError):
        raise _unproved(domain, "names no organisation number", registration) from None
    if found != registration:
        raise _unproved(domain, "names another organisation number", registration)


def _address(domain: str, proof_url: str | None) -> str:
    if proof_url is None:
        return f"https://{domain}{WELL_KNOWN}"
    split = urlsplit(proof_url)
    if split.scheme != "http" or split.hostname != "127.0.0.1" or split.username is not None:
        raise UserError("--proof-url is for trials and must begin with http://127.0.0.1.", mend="Leave it out.")
    return proof_url


def _unproved(domain: str, what: str, registration: str) -> PermanentError:
    return PermanentError(
        f"The domain is not proved: https://{domain}{WELL_KNOWN} {what}.",
        mend=f'Let the employer\'s web master put {{"registration": "{registration}"}} there.',
        code="unproved",
    )
