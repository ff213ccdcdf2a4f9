"""Elements of a LOQ document, the XML in which the Europass register of courses (QDR) takes a catalogue.

Everything that others point at stands once, in the section of its class, under an id of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

from mimis_europass.exports.xml_file import new_root, to_bytes, xml_text

LOQ = "http://data.europa.eu/snb/model/ap/loq-constraints/"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DC = "http://purl.org/dc/terms/"
VERSION = "3.1.0"
SECTIONS = (
    "learningOpportunityReferences",
    "learningAchievementSpecificationReferences",
    "learningOutcomeReferences",
    "learningAssessmentSpecificationReferences",
    "agentReferences",
    "accreditationReferences",
    "gradingSchemeReferences",
    "locationReferences",
)
"""Those sections that a catalogue fills, in the order of the schema (facts/elm-edc.md section 8)."""


class Node:
    """One element and its children. The order of the calls is the order in the file, and the schema wants a fixed one.

    Texts are cleaned of control characters, which XML cannot hold. What is empty or None is not written.
    """

    def __init__(self, element: etree._Element) -> None:
        self._element = element

    def child(self, name: str, text: str | None = None, **attributes: str) -> Node:
        """A child element, in LOQ's namespace unless the name says ``skos:`` or ``dc:``."""
        element = etree.SubElement(self._element, _tag(name), {key: xml_text(one) for key, one in attributes.items()})
        if text is not None:
            element.text = xml_text(text)
        return Node(element)

    def texts(self, name: str, text: Mapping[str, str] | None) -> None:
        """A text for people: one element for each language."""
        for language, value in (text or {}).items():
            self.child(name, value, language=language)

    def note(self, name: str, text: Mapping[str, str] | None) -> None:
        """Notes: one for each language, since a note of LOQ holds one text."""
        for language, value in (text or {}).items():
            self.child(name).child("noteLiteral", value, language=language)

    def concept(self, name: str, concept: Mapping[str, Any] | None) -> None:
        """A concept by its address, as :mod:`mimis_europass.document.vocabulary` gives it."""
        if concept:
            self.child(name, uri=str(concept["id"]))

    def links(self, name: str, ids: Iterable[str]) -> None:
        """References to objects that stand elsewhere in the document."""
        for one in ids:
            self.child(name, idref=one)

    def page(self, name: str, url: str | None, title: Mapping[str, str] | None = None) -> None:
        """A page on the web."""
        if url:
            page = self.child(name)
            page.texts("title", title)
            page.child("contentUrl", url)

    def identifier(self, name: str, notation: str, scheme: str, country: Mapping[str, Any] | None = None) -> None:
        """An identifier, or with a country a legal identifier."""
        identifier = self.child(name)
        identifier.child("skos:notation", notation)
        identifier.child("schemeName", scheme)
        identifier.concept("spatial", country)


class Courses:
    """A whole LOQ document in the making: sections, and the ids that stand in them."""

    def __init__(self) -> None:
        self._sections = {name: etree.Element(_tag(name)) for name in SECTIONS}
        self._ids: set[str] = set()

    def has(self, identity: str) -> bool:
        """Say whether the object stands there already, so that what many entries share is written once."""
        return identity in self._ids

    def new(self, section: str, kind: str, identity: str) -> Node:
        """A new object of a section. The caller asks :meth:`has` first where the id is not its own."""
        self._ids.add(identity)
        return Node(etree.SubElement(self._sections[section], _tag(kind), {"id": identity}))

    def to_bytes(self) -> bytes:
        """The document, the same bytes for the same objects; empty sections are left out."""
        root = new_root(LOQ, "Courses", {"skos": SKOS, "dc": DC})
        root.set("xsdVersion", VERSION)
        root.extend([section for section in self._sections.values() if len(section)])
        return to_bytes(root)


def _tag(name: str) -> str:
    prefix, _, local = name.rpartition(":")
    return f"{{{ {'': LOQ, 'skos': SKOS, 'dc': DC}[prefix] }}}{local}"
