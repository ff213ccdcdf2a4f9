"""Whether a document has the form of an Open Badge 3.0: what the official schema asks of the parts that are read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mimis_openbadges.jose import FormError, Json
from mimis_openbadges.rdf import UndecidedError
from mimis_openbadges.read import is_badge, moment
from mimis_openbadges.terms import VC

_OB = re.compile(r"https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.\d\.\d)*\.json", re.ASCII)
"""The context that the official schema wants in the second place."""
DEEPEST = 50
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
"""A moment with its zone, as Verifiable Credentials 2.0 wants it (section 4.9)."""


def check_form(badge: Json) -> None:
    """Raises FormError with a sentence for what is wrong, UndecidedError for a badge of the older VC 1.1 form."""
    context = badge.get("@context")
    named = context if isinstance(context, list) else [context]
    if is_badge(badge) and named and named[0] == "https://www.w3.org/2018/credentials/v1":
        raise UndecidedError("it is in the older form of Verifiable Credentials 1.1")
    wrong = [what for fine, what in _rules(badge, named) if not fine]
    if wrong:
        raise FormError(f"The file is no proper Open Badge: {wrong[0]}.")
    _refuse_scattered(badge)


def _rules(badge: Json, context: list[Any]) -> Iterator[tuple[bool, str]]:
    issuer, subject = badge.get("issuer"), badge.get("credentialSubject")
    achievement = subject.get("achievement") if isinstance(subject, dict) else None
    types = badge.get("type")
    yield bool(context) and context[0] == VC, "its vocabulary is not Verifiable Credentials 2.0"
    known = len(context) > 1 and isinstance(context[1], str) and _OB.fullmatch(context[1]) is not None
    yield known, "its vocabulary is not Open Badges 3.0"
    yield isinstance(types, list) and "VerifiableCredential" in types and is_badge(badge), "it has not the type of one"
    yield _text(badge.get("id")), "it has no id"
    yield _moment(badge.get("validFrom")), "it does not say from when it holds"
    yield "validUntil" not in badge or _moment(badge["validUntil"]), "its end date is damaged"
    yield _text(issuer) or (isinstance(issuer, dict) and _text(issuer.get("id"))), "it names no issuer"
    yield isinstance(achievement, dict), "it says nothing about an achievement"
    if isinstance(achievement, dict):
        for name in ("id", "name", "description"):
            yield _text(achievement.get(name)), f"its achievement has no {name}"
        yield isinstance(achievement.get("criteria"), dict), "it states no criteria"


def _refuse_scattered(badge: Json) -> None:
    """Objects with one id are one to RDF, so what a proof covers could move between them: they must be equal here."""
    subject = badge["credentialSubject"]
    main = [badge, subject, subject["achievement"], badge["issuer"]]
    known: dict[str, Json] = {
        one["id"]: one for one in main if isinstance(one, dict) and isinstance(one.get("id"), str)
    }
    # All of them are taken first: what is nested too deeply is refused before anything is compared.
    for one in list(_objects(badge, 0)):
        name = one.get("id")
        if isinstance(name, str) and name in known and set(one) != {"id"} and one != known[name]:
            raise UndecidedError("it says different things about one thing in several places")


def _objects(value: Any, depth: int) -> Iterator[Json]:
    if depth > DEEPEST:
        raise FormError("The file is nested too deeply.")
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(one, depth + 1)


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _moment(value: object) -> bool:
    return isinstance(value, str) and _STAMP.fullmatch(value) is not None and moment(value) is not None
