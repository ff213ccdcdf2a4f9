"""A learner's credentials as a Europass CV: XML of the SkillsPassport schema 3.4.1, the one whose rules are published.

Each credential becomes an entry of the education list, with only what the credential itself says. Nobody's seal is
checked here: a CV is the holder's own word, and the address where a credential can be checked stands in the entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from html import escape
from typing import Any

from lxml import etree

from mimis_core import DataError, UserError
from mimis_europass.document.read import load_document
from mimis_europass.document.texts import PAGE_TITLE, choose
from mimis_europass.document.vocabulary import AUTHORITY, SNB, Json
from mimis_europass.exports.xml_file import new_root, to_bytes, xml_text

NAMESPACE = "http://europass.cedefop.europa.eu/Europass"
CHECK = {"sv": "Kontrollera beviset", "en": "Check the credential"}
WORKLOAD = {"sv": "Omfattning", "en": "Workload"}
GRADE = {"sv": "Resultat", "en": "Result"}


def make_cv(contents: Sequence[bytes], language: str, now: datetime) -> bytes:
    """Write the CV that the credentials make, the latest first.

    Arguments:
        contents: files of European Digital Credentials of any issuer, sealed or not.
        language: ``sv`` or ``en``: the language of the CV; what a credential lacks in it stands in another.

    Raises DataError for a file that is no such credential, and UserError when they belong to different people.
    """
    documents = sorted(map(load_document, contents), key=_awarded, reverse=True)
    if not documents:
        raise UserError("There is no credential to write into the CV.", mend="Give at least one.")
    learner = _learner(documents, language)
    tree = {
        "@locale": language,
        "DocumentInfo": {
            "DocumentType": "ECV",
            "CreationDate": _stamp(now),
            "LastUpdateDate": _stamp(now),
            "XSDVersion": "V3.4",
            "Generator": "mimis",
        },
        "LearnerInfo": {
            "Identification": learner,
            "EducationList": {"Education": [_education(document, language) for document in documents]},
        },
    }
    root = new_root(NAMESPACE, "SkillsPassport")
    _fill(root, tree)
    return to_bytes(root)


def _learner(documents: Sequence[Json], language: str) -> dict[str, Any]:
    """The name, and the birth date where a credential has it; never an address of any kind.

    A credential that has the full name alone does not say which part is the family name: then it stands whole.
    """
    people = [next(_find(document, "credentialSubject"), {}) for document in documents]
    names = {" ".join(_text(person.get("fullName"), language).split()).casefold() for person in people} - {""}
    if len(names) > 1:
        raise UserError("The credentials belong to different people.", mend="Give one learner's credentials.")
    known = next((person for person in people if person.get("familyName") and person.get("givenName")), None)
    given = _text((known or {}).get("givenName"), language)
    whole = next((_text(person["fullName"], language) for person in people if person.get("fullName")), "")
    born = next((_moment(person["dateOfBirth"]) for person in people if person.get("dateOfBirth")), None)
    return {
        "PersonName": {
            "FirstName": given if known else whole,
            "Surname": _text((known or {}).get("familyName"), language),
        },
        "Demographics": {"Birthdate": _day(born.date()) if born else None},
    }


def _education(document: Json, language: str) -> dict[str, Any]:
    """One credential as an entry, in the order of the schema."""
    claim = next(_find(document, "credentialSubject", "hasClaim"), {})
    level = next(_find(claim, "specifiedBy", "eqfLevel"), {})
    field = next(_find(claim, "specifiedBy", "thematicArea"), {})
    return {
        "Period": _period(document, claim),
        "Title": _text(claim.get("title"), language),
        "Activities": _activities(claim, language),
        "Organisation": _organisation(document, language),
        "Level": _level(level, language),
        "Field": {"Label": _text(field.get("prefLabel"), language)},
    }


def _period(document: Json, claim: Json) -> dict[str, Any]:
    """From when to when it was learnt, as far as the credential says; else only the day of the award."""
    periods = list(_find(claim, "influencedBy", "temporal"))
    starts = [_moment(period["startDate"]) for period in periods if period.get("startDate")]
    return {
        "From": _day(min(starts).date()) if starts else None,
        "To": _day(_awarded(document).date()),
        "Current": "false",
    }


def _activities(claim: Json, language: str) -> str:
    """Outcomes, workload, result and the place to check it, as the small HTML that the format carries as text."""
    outcomes = [_text(one.get("title"), language) for one in _find(claim, "specifiedBy", "learningOutcome")]
    grades = [_text(note.get("noteLiteral"), language) for note in _find(claim, "provenBy", "grade")]
    hours = next((str(one["volumeOfLearning"]) for one in _find(claim, "specifiedBy") if "volumeOfLearning" in one), "")
    lines = [(WORKLOAD, _hours(hours)), (GRADE, ", ".join(dict.fromkeys(grades))), (CHECK, _page(claim, language))]
    listed = "".join(f"<li>{escape(outcome)}</li>" for outcome in outcomes)
    parts = [f"<ul>{listed}</ul>" if listed else ""]
    parts += [f"<p>{choose(label, language)}: {escape(value)}</p>" for label, value in lines if value]
    return "".join(parts)


def _page(claim: Json, language: str) -> str:
    """The page that tells whether the credential holds, which those of mimis name."""
    pages = _find(claim, "supplementaryDocument")
    wanted = (page for page in pages if _text(page.get("title"), language) in PAGE_TITLE.values())
    return str(next(wanted, {}).get("contentURL", ""))


def _organisation(document: Json, language: str) -> dict[str, Any]:
    issuer = next(_find(document, "issuer"), {})
    country = next(_find(issuer, "location", "address", "countryCode"), {})
    name = _text(country.get("prefLabel"), language) or str(country.get("id", "")).removeprefix(f"{AUTHORITY}country/")
    page = next((str(one["contentURL"]) for one in _find(issuer, "homepage") if one.get("contentURL")), "")
    return {
        "Name": _text(issuer.get("legalName"), language),
        "ContactInfo": {"Address": {"Contact": {"Country": {"Label": name}}}, "Website": {"Contact": page}},
    }


def _level(level: Json, language: str) -> dict[str, str]:
    code = str(level.get("id", "")).removeprefix(f"{SNB}eqf/")
    if code not in set("12345678"):
        return {}
    return {"Code": code, "Label": _text(level.get("prefLabel"), language)}


def _awarded(document: Json) -> datetime:
    awards = _find(document, "credentialSubject", "hasClaim", "awardedBy")
    said = next((one["awardingDate"] for one in awards if one.get("awardingDate")), document.get("issued"))
    return _moment(said or document.get("issuanceDate"))


def _moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise DataError("A date in the credential cannot be read.", mend="Ask its issuer for a new one.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _find(node: object, *path: str) -> Iterator[Json]:
    """All objects at the end of a path of keys, each of which may hold one object or a list of them."""
    if not path:
        yield from (item for item in (node if isinstance(node, list) else [node]) if isinstance(item, dict))
        return
    for parent in _find(node):
        yield from _find(parent.get(path[0]), *path[1:])


def _text(value: object, language: str) -> str:
    """A language map in the wanted language, or the best other one; empty when there is none."""
    if not isinstance(value, Mapping) or not value:
        return ""
    chosen = choose(value, language)
    return " ".join(map(str, chosen)) if isinstance(chosen, list) else str(chosen)


def _hours(duration: str) -> str:
    """``40 h`` for ``PT40H``; other durations as they stand."""
    whole = duration.removeprefix("PT").removesuffix("H")
    return f"{whole} h" if whole.isdigit() else duration


def _day(day: date) -> dict[str, str]:
    return {"@day": f"---{day.day:02}", "@month": f"--{day.month:02}", "@year": f"{day.year:04}"}


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _fill(element: etree._Element, content: Mapping[str, Any]) -> None:
    """Write a tree of names: ``@name`` is an attribute, a list repeats the element, what is empty is left out."""
    for name, value in content.items():
        if name.startswith("@"):
            element.set(name[1:], str(value))
            continue
        for item in value if isinstance(value, list) else [value]:
            child = etree.SubElement(element, _tag(name))
            if isinstance(item, Mapping):
                _fill(child, item)
            elif item:
                child.text = xml_text(str(item))
            if not len(child) and not child.text and not child.attrib:
                element.remove(child)
