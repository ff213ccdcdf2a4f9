"""The parts of an ELM document that many places need: ids, texts, organisations, reviewing bodies, accreditations.

What is the same for all learners of an achievement is a :class:`Matter`; what differs is a flat table of texts, the
values. A text for people under the key ``grade`` has one value for each language, ``grade.sv`` and ``grade.en``.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from mimis_core import Accreditation, Achievement, Body, DataError, Mandate, Organisation
from mimis_europass.document import vocabulary
from mimis_europass.document.texts import clean, labelled, one_line
from mimis_europass.document.vocabulary import Json

Values = Mapping[str, str]


@dataclass(frozen=True)
class Matter:
    """What one document shares with those of all other learners of the achievement.

    ``activities`` are words of :data:`vocabulary.ACTIVITIES`: how it was learnt, none after a validation;
    ``attachments`` the media types of the documents inside. ``accreditations`` are those of the programme and
    ``institution`` those of the issuer that hold on the day of issue.
    """

    achievement: Achievement
    issuer: Organisation
    owner: Organisation
    languages: tuple[str, ...]
    activities: tuple[str, ...]
    attachments: tuple[str, ...] = ()
    accreditations: tuple[Accreditation, ...] = ()
    institution: tuple[Accreditation, ...] = ()
    mandate: Mandate | None = None

    def __hash__(self) -> int:
        """By the ids only, which is cheap; equality compares all."""
        ids = (self.achievement.ref, self.issuer.id, self.owner.id)
        return hash((ids, self.languages, self.activities, self.attachments))

    @property
    def drawn(self) -> Matter:
        """What pictures show of it: pages are not drawn anew for each way of learning."""
        return Matter(self.achievement, self.issuer, self.owner, self.languages, ())


class Writer:
    """Writes one document; hands out the ids of its objects, so that no two share one."""

    def __init__(self, matter: Matter, values: Values) -> None:
        self.matter = matter
        self.values = values
        self.main = matter.languages[0]
        self._numbers: dict[str, int] = {}
        self.issuer = organisation(self, matter.issuer, matter.institution)
        self.accreditations = [accreditation(self, decision) for decision in matter.accreditations]

    def new(self, kind: str, **members: object) -> Json:
        """An object of a class with an id of its own; members that are None or empty are left out."""
        name = kind[0].lower() + kind[1:]
        self._numbers[name] = self._numbers.get(name, 0) + 1
        present = {key: value for key, value in members.items() if value not in (None, [], {}, "")}
        return {"id": f"urn:epass:{name}:{self._numbers[name]}", "type": kind, **present}

    def text(self, text: Mapping[str, str] | None) -> dict[str, str]:
        """A text of the catalogue in the chosen languages that it has; in all of its own when it has none of them."""
        found = text or {}
        chosen = [code for code in self.matter.languages if code in found]
        return {code: clean(found[code]) for code in chosen or found}

    def name(self, text: Mapping[str, str]) -> dict[str, str]:
        """A text on one line, for titles of parts and pages."""
        return {code: one_line(value) for code, value in self.text(text).items()}

    def fixed(self, text: Mapping[str, str]) -> dict[str, str]:
        """A text of our own: in the chosen languages and always in English, which other programs look for."""
        return {code: value for code, value in text.items() if code == "en" or code in self.matter.languages}

    def note(self, text: Mapping[str, str], label: Mapping[str, str] | None = None) -> Json:
        """A text for people, with what it is about before it."""
        own = self.text(text)
        return self.new("Note", noteLiteral=labelled(label, own) if label else own)

    def own_note(self, label: Mapping[str, str], text: Mapping[str, str]) -> Json:
        """A note with a learner's text in it, which is clean and may be a mark."""
        return self.new("Note", noteLiteral=labelled(label, text))

    def page(self, address: str | None, title: Mapping[str, str] | None = None) -> Json | None:
        """A page or document on the web; None without an address."""
        if not address:
            return None
        return self.new("WebResource", title=self.name(title) if title else None, contentURL=address)

    def media(self, content: str, media_type: str, title: Mapping[str, str] | None = None) -> Json:
        """A file inside the document. Raises DataError for a media type that the list of file types lacks."""
        return self.new(
            "MediaObject",
            title=title,
            content=content,
            contentEncoding=vocabulary.europass("encoding", "6146cde7dd", {"en": "base64"}),
            contentType=vocabulary.file_type(media_type),
        )

    def value_text(self, name: str) -> dict[str, str]:
        """A text that differs between learners, in each language that it has."""
        start = f"{name}."
        return {key.removeprefix(start): value for key, value in self.values.items() if key.startswith(start)}

    def awarded(self) -> Json:
        """Who awarded it and when. The issuer is repeated whole: Europass does not resolve ids."""
        return self.new("AwardingProcess", awardingBody=self.issuer, awardingDate=self.values["awarded"])


def base64_text(content: str) -> str:
    """The base64 of a file on one line. Raises DataError when it is none."""
    text = "".join(content.split())
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise DataError(
            "A document that is to be inside the credential is no base64.",
            mend="Give its content as base64, or its address.",
            code="not_base64",
        ) from None
    return text


def moment(day: date | None) -> str | None:
    """A day as the profile wants it: with a time and an offset."""
    return f"{day.isoformat()}T00:00:00Z" if day else None


def organisation(writer: Writer, body: Organisation, decisions: tuple[Accreditation, ...] = ()) -> Json:
    """A school with its country, which the profile demands, its legal identifiers and what it is accredited for."""
    return writer.new(
        "Organisation",
        legalName=writer.text(body.legal_name),
        eIDASIdentifier=_legal_id(writer, body.eidas, body.country, "eIDAS legal person identifier"),
        registration=_legal_id(writer, body.registration, body.country, "Organisationsnummer"),
        homepage=writer.page(body.homepage),
        location=_location(writer, body.country, body.address, body.region),
        accreditation=[accreditation(writer, decision) for decision in decisions],
    )


def accreditation(writer: Writer, decision: Accreditation) -> Json:
    """A decision by a reviewing body; whose it is shows the place where it stands."""
    word = decision.type
    number = writer.new("Identifier", notation=one_line(decision.reference)) if decision.reference else None
    return writer.new(
        "Accreditation",
        title=writer.name(decision.title),
        description=writer.text(decision.description),
        dcType=vocabulary.pick(vocabulary.ACCREDITATIONS, "accreditation", word),
        identifier=number,
        accreditingAgent=_reviewer(writer, decision.body),
        dateIssued=moment(decision.issued),
        reviewDate=moment(decision.review),
        expiryDate=moment(decision.expires),
        landingPage=writer.page(decision.page),
        report=writer.page(decision.report),
    )


def _reviewer(writer: Writer, body: Body) -> Json:
    number = body.registration
    return writer.new(
        "Organisation",
        legalName=writer.text(body.legal_name),
        registration=_legal_id(writer, number, body.country, None) if number else None,
        homepage=writer.page(body.homepage),
        location=_location(writer, body.country),
    )


def _legal_id(writer: Writer, notation: str, country: str, scheme: str | None) -> Json:
    return writer.new("LegalIdentifier", notation=notation, schemeName=scheme, spatial=vocabulary.country(country))


def _location(writer: Writer, country: str, address: str | None = None, region: str | None = None) -> Json:
    whole = writer.new(
        "Address",
        countryCode=vocabulary.country(country),
        fullAddress=writer.note({writer.main: address}) if address else None,
    )
    code = f"{vocabulary.NUTS}/code/{region}"
    part = vocabulary.concept(code, vocabulary.NUTS, notation="nuts") if region else None
    return writer.new("Location", address=whole, spatialCode=part)
