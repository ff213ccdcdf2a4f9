"""The page of a sealed credential as a PDF for printing and sending, with the sealed file inside.

PDF/A-3a (ISO 19005-3) keeps the attachment and the fonts for the archive, PDF/UA-1 (ISO 14289-1) has the tags for
readers that speak. What it says is read from the file. The PDF proves nothing: the proof is the attached file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from mimis_core import CredentialFacts, DataError
from mimis_europass.document import texts, vocabulary
from mimis_europass.document.read import load_document, read_facts
from mimis_europass.document.texts import number, one_line
from mimis_europass.picture.draw import address_lines
from mimis_europass.picture.page import (
    INK,
    PIXEL_OF_A4,
    Details,
    Json,
    Look,
    Personal,
    ShareLink,
    Sheet,
    application_data,
    document_data,
    page_data,
    said,
)
from mimis_europass.picture.page_texts import issued_line, page_text
from mimis_europass.picture.qr import code_svg
from mimis_europass.picture.typesetting import typeset

STANDARDS = ["a-3a", "ua-1"]
MOST_LANGUAGES = 24
"""As many as the European Union has; a file may name thousands."""
MOST_TEXT = 200_000
"""Characters to set in one language, some forty pages: a stranger's file may hold megabytes."""
_HOURS = re.compile(r"PT(\d+)H(?:(\d+)M)?")


def draw_pdf(sealed: bytes, filename: str, look: Look, share: ShareLink | None = None) -> bytes:
    """The page in each language of the title with all that does not fit on it behind, the sealed file attached.

    It leads to the public page, or to the share that it is made for. The same file gives the same bytes. Raises
    DataError when the file is no sealed European Digital Credential or holds far more text than one, and
    ConfigurationError when the logo or the fonts cannot be used.
    """
    document = load_document(sealed)
    if b'"protected"' not in sealed:
        raise DataError("The file is not sealed.", mend="Choose the sealed .jsonld file itself.", code="not_sealed")
    facts = read_facts(sealed)
    issued = facts.issued_at or datetime.fromtimestamp(0, UTC)
    address = share[0] if share else _address(document)
    personal = Personal(facts.learner_name or "", issued, facts.valid_until, address)
    languages = list(facts.title)[:MOST_LANGUAGES]
    sheets = [_sheet(document, facts, language) for language in languages]
    data = full_data(sheets, look, personal) | {"attachment": filename, "unit": PIXEL_OF_A4}
    for page, language in zip(data["pages"], languages, strict=True):
        page |= {"details": asdict(_details(document, language))}
        page |= application_data(language, share[1]) if share else {}
        _check_size(page)
    file = sealed.decode("utf-8")
    options = {"format": "pdf", "pdf_standards": STANDARDS, "timestamp": int(issued.timestamp())}
    return typeset("page.typ", data, look, file, **options)


def _check_size(page: Json) -> None:
    if len(str(page)) > MOST_TEXT:
        raise DataError(
            "The file holds too much text for a PDF.", mend="Open the file itself instead.", code="too_large"
        )


def full_data(sheets: Sequence[Sheet], look: Look, personal: Personal) -> Json:
    """The whole page with all that is the learner's, as typst alone draws it."""
    pages = [
        page_data(sheet, look) | {"issued": issued_line(personal.issued, personal.until, sheet.language)}
        for sheet in sheets
    ]
    address = personal.address
    own = {"name": one_line(personal.name), "address": address, "lines": address_lines(address)}
    return document_data(pages, look, personal=own, code=code_svg(address, INK) if address else None)


def _sheet(document: Json, facts: CredentialFacts, language: str) -> Sheet:
    claim, issuer = _claim(document), _first(document.get("issuer"))
    specification = _first(claim.get("specifiedBy"))
    outcomes = (_text(outcome, "title", language) for outcome in _objects(specification.get("learningOutcome")))
    return Sheet(
        language,
        said(facts.issuer_name, language),
        said(facts.title, language),
        tuple(filter(None, outcomes)),
        _facts(claim, specification, language),
        _plain(_first(issuer.get("homepage")).get("contentURL")),
    )


def _details(document: Json, language: str) -> Details:
    """Each outcome with its criteria, and every note: how quality is assured and a self-assessed level stand there."""
    claim = _claim(document)
    specification = _first(claim.get("specifiedBy"))
    outcomes = [
        (_text(one, "title", language), _several(_notes(one, language)))
        for one in _objects(specification.get("learningOutcome"))
    ]
    notes = [*_notes(claim, language), *_notes(specification, language)]
    return Details(tuple(one for one in outcomes if one[0]), tuple(dict.fromkeys(notes)))


def _notes(holder: Json, language: str) -> list[str]:
    texts = (_text(note, "noteLiteral", language) for note in _objects(holder.get("additionalNote")))
    return [text for text in texts if text]


def _facts(claim: Json, specification: Json, language: str) -> tuple[tuple[str, str], ...]:
    assessments = _objects(claim.get("provenBy"))
    specifications = [_first(one.get("specifiedBy")) for one in assessments]
    return (
        ("workload", _workload(specification, language)),
        ("level", _level(specification, language)),
        ("assessment", _several(_assessment(one, language) for one in assessments)),
        ("grading", _several(_text(_first(one.get("gradingScheme")), "title", language) for one in specifications)),
        (
            "supervision",
            _several(_text(_first(one.get("idVerification")), "prefLabel", language) for one in assessments),
        ),
        ("mode", _several(_text(mode, "prefLabel", language) for mode in _objects(specification.get("mode")))),
        ("quality", _several(_text(one, "title", language) for one in _objects(specification.get("accreditation")))),
        ("part_of", _several(_text(one, "title", language) for one in _objects(specification.get("isPartOf")))),
    )


def _workload(specification: Json, language: str) -> str:
    volume = _plain(specification.get("volumeOfLearning"))
    if found := _HOURS.fullmatch(volume):
        hours = int(found[1]) + int(found[2] or 0) / 60
        volume = page_text("hours", language, hours=number(hours, language))
    points = [
        page_text(
            "credits",
            language,
            points=one.get("point", ""),
            framework=_text(_first(one.get("framework")), "prefLabel", language),
        )
        for one in _objects(specification.get("creditPoint"))
    ]
    return ", ".join(filter(None, (volume, *points)))


def _level(specification: Json, language: str) -> str:
    """The level; named in the Swedish framework too where the document does so."""
    level = str(_first(specification.get("eqfLevel")).get("id", "")).rpartition("/")[2]
    if not level:
        return ""
    national = {str(one.get("id", "")).rpartition("/")[2] for one in _objects(specification.get("nqfLevel"))}
    if not national & set(vocabulary.SEQF):
        return page_text("eqf", language, level=level)
    partial = specification.get("isPartialQualification") is True
    return page_text("part_of_decided" if partial else "decided", language, level=level)


def _assessment(assessment: Json, language: str) -> str:
    grade = _text(_first(assessment.get("grade")), "noteLiteral", language)
    return ": ".join(filter(None, (_text(assessment, "title", language), grade)))


def _address(document: Json) -> str:
    """The public page if it is one of ours, else where the status is asked; empty when there is neither."""
    pages = _objects(_claim(document).get("supplementaryDocument"))
    ours = [page for page in pages if set(texts.PAGE_TITLE.values()) & set(_map(page.get("title")).values())]
    addresses = (_plain(page.get("contentURL")) for page in (*ours, *pages))
    return next(filter(None, addresses), "")


def _claim(document: Json) -> Json:
    claims = _objects(_first(document.get("credentialSubject")).get("hasClaim"))
    achievements = [claim for claim in claims if claim.get("type") == "LearningAchievement"]
    return next(iter((*achievements, *claims)), {})


def _plain(value: Any) -> str:
    return one_line(value) if isinstance(value, str) else ""


def _several(values: Any) -> str:
    return ", ".join(dict.fromkeys(filter(None, values)))


def _text(holder: Mapping[str, Any], key: str, language: str) -> str:
    found = _map(holder.get(key))
    return said(found, language) if found else ""


def _map(value: Any) -> dict[str, str]:
    """The strings of a language map; of several in one language, the first."""
    pairs = value.items() if isinstance(value, dict) else ()
    firsts = {code: text[0] if isinstance(text, list) and text else text for code, text in pairs}
    return {code: text for code, text in firsts.items() if isinstance(text, str)}


def _objects(value: Any) -> list[Json]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def _first(value: Any) -> Json:
    return next(iter(_objects(value)), {})
