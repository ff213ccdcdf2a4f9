"""Organisations of a LOQ document: schools, owners and reviewing bodies with their places, and what bodies decided."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time

from mimis_core import Accreditation, Body, Organisation
from mimis_europass.document import vocabulary
from mimis_europass.exports.qdr_checks import COUNTRIES, REGIONS, Problem
from mimis_europass.exports.qdr_xml import Courses

DECISION = {"sv": "Beslut", "en": "Decision"}


class Bodies:
    """Writes each organisation and decision once and gives its id, however many entries point at it."""

    def __init__(self, courses: Courses, base: str, problems: list[Problem]) -> None:
        self._courses = courses
        self._base = base
        self._problems = problems

    def organisation(self, body: Organisation) -> str:
        """The id of a school or owner, which is written when it is asked for first."""
        identity = f"{self._base}/organisation/{body.id}"
        if self._courses.has(identity):
            return identity
        node = self._courses.new("agentReferences", "organisation", identity)
        country = vocabulary.country(body.country)
        node.texts("legalName", body.legal_name)
        node.identifier("eidasLegalIdentifier", body.eidas, "eIDAS legal person identifier", country)
        node.identifier("registration", body.registration, "Organisationsnummer", country)
        node.page("homepage", body.homepage)
        node.links("accreditation", self.accreditations(body.accreditations, body))
        node.links("location", [self._location(identity, body.country, body.address, body.region)])
        return identity

    def _location(self, of: str, country: str, address: str | None = None, region: str | None = None) -> str:
        identity = f"{of}/location"
        node = self._courses.new("locationReferences", "location", identity)
        if region and REGIONS.fullmatch(region):
            node.child("spatialCode", uri=f"{vocabulary.NUTS}/code/{region}")
        place = node.child("address")
        place.note("fullAddress", {"sv": address} if address else None)
        place.concept("countryCode", vocabulary.country(country))
        return identity

    def accreditations(self, decisions: Iterable[Accreditation], body: Organisation) -> Iterator[str]:
        """The decisions about a body or its programmes; one whose deciding body the schema cannot place is told."""
        for decision in decisions:
            if not COUNTRIES.fullmatch(decision.body.country):
                message = (
                    f"The register is not known to take the country {decision.body.country!r} of an accreditation."
                )
                mend = "Correct the country of the reviewing body; the decision is left out until then."
                self._problems.append(Problem(body.id, message, mend, written=True))
                continue
            yield self._accreditation(decision, body)

    def _accreditation(self, decision: Accreditation, body: Organisation) -> str:
        identity = f"{self._base}/accreditation/{_digest([body.id, decision.model_dump(mode='json')])}"
        if self._courses.has(identity):
            return identity
        node = self._courses.new("accreditationReferences", "accreditation", identity)
        node.concept("type", vocabulary.pick(vocabulary.ACCREDITATIONS, "accreditation", decision.type))
        node.texts("title", decision.title)
        node.texts("description", decision.description)
        node.page("report", decision.report)
        node.links("organisation", [f"{self._base}/organisation/{body.id}"])
        node.links("accreditingAgent", [self._reviewer(decision.body)])
        for name, day in _days(decision):
            node.child(name, day)
        if decision.reference:
            node.note("additionalNote", {code: f"{label}: {decision.reference}" for code, label in DECISION.items()})
        node.page("landingPage", decision.page)
        return identity

    def _reviewer(self, body: Body) -> str:
        identity = f"{self._base}/organisation/{_digest(body.model_dump(mode='json'))}"
        if self._courses.has(identity):
            return identity
        node = self._courses.new("agentReferences", "organisation", identity)
        node.texts("legalName", body.legal_name)
        if body.registration:
            node.identifier("registration", body.registration, "registration", vocabulary.country(body.country))
        node.page("homepage", body.homepage)
        node.links("location", [self._location(identity, body.country)])
        return identity


def _days(decision: Accreditation) -> Iterator[tuple[str, str]]:
    days = (("issued", decision.issued), ("reviewDate", decision.review), ("expiryDate", decision.expires))
    return ((name, _moment(day)) for name, day in days if day)


def _moment(day: date) -> str:
    return datetime.combine(day, time(), UTC).isoformat()


def _digest(value: object) -> str:
    """A short name for what has no id of its own, the same for the same content."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
