"""Findings in words, Swedish and English, by the human names of classes and fields (``fields.json``)."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Literal

from mimis_europass.rules.codes import list_name
from mimis_europass.rules.findings import OTHER_CONTEXT, Finding, ShapesReport
from mimis_europass.rules.table import load_table

Language = Literal["sv", "en"]
LONGEST = 100
PUBLIC = ("urn:", "http://data.europa.eu/", "http://publications.europa.eu/")
"""Ids that are shown begin so; others, such as mail addresses, may tell who somebody is."""
SENTENCES: dict[str, dict[Language, str]] = {
    "missing": {"sv": "{kind}: {field} saknas.", "en": "{kind}: {field} is missing."},
    "too_many": {
        "sv": "{kind}: {field} finns för många gånger, eller så har två olika objekt samma id.",
        "en": "{kind}: {field} stands there too many times, or two different objects share one id.",
    },
    "languages": {
        "sv": "{kind}: {field} har flera texter på samma språk; bara en får stå där.",
        "en": "{kind}: {field} has several texts in one language; only one may stand there.",
    },
    "text": {
        "sv": "{kind}: {field} ska vara text med språk angivet, till exempel sv eller en.",
        "en": '{kind}: {field} must be text with its language named, such as "sv" or "en".',
    },
    "literal": {
        "sv": "{kind}: {field} ska vara {detail}.",
        "en": "{kind}: {field} must be {detail}.",
    },
    "top": {"sv": "{kind}: {field} får vara högst {detail}.", "en": "{kind}: {field} may be {detail} at most."},
    "address": {
        "sv": "{kind}: {field} ska vara ett objekt med ett eget id.",
        "en": "{kind}: {field} must be an object with an id of its own.",
    },
    "class": {
        "sv": "{kind}: {field} ska vara ett objekt av {detail}, med typen angiven.",
        "en": "{kind}: {field} must be an object of {detail}, with the type named.",
    },
    "list": {
        "sv": "{kind}: {field} ska vara ett begrepp ur listan {detail}.",
        "en": "{kind}: {field} must be a concept of the list {detail}.",
    },
    "part": {
        "sv": "{kind}: {field} saknar {detail}, eller har det i fel form eller flera gånger.",
        "en": "{kind}: {field} lacks {detail}, or has it in the wrong form or more than once.",
    },
    "shape": {
        "sv": "{kind}: {field} stämmer inte med profilen; där står fel sorts värde.",
        "en": "{kind}: {field} does not keep the profile; the wrong kind of value stands there.",
    },
    "lexical": {
        "sv": "{kind}: {field} ska vara {detail}.",
        "en": "{kind}: {field} must be {detail}.",
    },
    "language": {
        "sv": "{kind}: {field} har en text vars språk inte är någon språkkod; en sådan är till exempel sv.",
        "en": '{kind}: {field} has a text whose language is no language tag; one is "sv", for example.',
    },
    "code": {
        "sv": "{kind}: listan {detail} har ingen sådan kod.",
        "en": "{kind}: the list {detail} has no such code.",
    },
    "key": {
        "sv": "{kind}: nyckeln {field} är okänd för profilen, så läsare tappar den.",
        "en": "{kind}: the key {field} is unknown to the profile, so readers lose it.",
    },
    "type": {
        "sv": "Typen {field} är okänd för profilen, så läsare tappar den.",
        "en": "The type {field} is unknown to the profile, so readers lose it.",
    },
    "id": {
        "sv": "{kind}: ett id eller en adress är inte fullständig och pekar ingenstans.",
        "en": "{kind}: an id or address is not absolute and leads nowhere.",
    },
    "tag": {
        "sv": "{kind}: {field} har ett språk som inte är någon språkkod, så läsare tappar texten.",
        "en": "{kind}: {field} has a language that is no language tag, so readers lose the text.",
    },
    "context": {
        "sv": "Dokumentet: @context ska vara profilens två adresser i rätt ordning.",
        "en": "Document: @context must be the two addresses of the EDC profile, in their order.",
    },
    "credential_type": {
        "sv": "Dokumentet: typerna VerifiableCredential och EuropeanDigitalCredential ska båda stå där.",
        "en": "Document: the types VerifiableCredential and EuropeanDigitalCredential must both stand there.",
    },
    "unread": {
        "sv": "Dokumentet är skrivet så att dess fält och värden inte kan prövas utöver profilen.",
        "en": "Document: it is written so that its fields and values cannot be looked at beyond the profile.",
    },
    "deep": {
        "sv": "Dokumentet är nästlat djupare än något bevis behöver vara.",
        "en": "Document: it is nested deeper than any credential needs to be.",
    },
    "annex": {
        "sv": "Rådets rekommendation, bilaga I: {detail} saknas.",
        "en": "Missing by Annex I of the Council Recommendation: {detail}.",
    },
}
ELEMENTS: dict[str, dict[Language, str]] = {
    "learner": {"sv": "vem den lärande är", "en": "the identification of the learner"},
    "title": {"sv": "mikromeritens titel", "en": "the title of the micro-credential"},
    "country": {"sv": "utfärdarens land", "en": "the country of the issuer"},
    "awarding_body": {"sv": "den tilldelande organisationen", "en": "the awarding body"},
    "date": {"sv": "datum för utfärdandet", "en": "the date of issuing"},
    "outcomes": {"sv": "lärandemål", "en": "the learning outcomes"},
    "workload": {"sv": "omfattningen", "en": "the notional workload"},
    "level": {"sv": "nivån (EQF eller SeQF)", "en": "the level (EQF or national)"},
    "assessment": {"sv": "typ av bedömning", "en": "the type of assessment"},
    "participation": {"sv": "form för deltagande", "en": "the form of participation"},
    "quality": {"sv": "typ av kvalitetssäkring", "en": "the type of quality assurance"},
}
UNDECIDED: dict[Language, str] = {
    "sv": "Dokumentet är skrivet på ett ovanligt sätt, som regeltabellen inte kan avgöra "
    "(teknisk orsak, på engelska: {reason}). Installera tillägget shacl, som kan det: pip install 'mimis[shacl]'.",
    "en": "Document: cannot be decided by the rule table ({reason}).",
}
OTHER: dict[Language, str] = {
    "sv": "Dokumentet hör till en annan version av profilen, som inte kan bedömas här.",
    "en": "Document: it is of another version of the profile, which cannot be judged here.",
}
MALFORMED: dict[Language, str] = {
    "sv": "Dokumentet är inte giltig JSON-LD, så ingen läsare tar emot det (teknisk orsak, på engelska: {reason}).",
    "en": "Document: no JSON-LD processor takes it ({reason}).",
}


def say(finding: Finding, language: Language) -> str:
    """One finding as a whole sentence. It holds names of the model and ids, never a value."""
    return SENTENCES[finding.code][language].format(
        kind=_kind(finding, language),
        field=_field(finding.path, language),
        detail=_detail(finding, language),
    )


def describe(shapes: ShapesReport, language: Language) -> str | None:
    """Why there is no verdict, or no property to blame; None when the findings tell all."""
    if shapes.undecided == OTHER_CONTEXT:
        return OTHER[language]
    if shapes.undecided is not None:
        return UNDECIDED[language].format(reason=shapes.undecided)
    return MALFORMED[language].format(reason=shapes.malformed) if shapes.malformed is not None else None


def key_of(path: str) -> str:
    """The key that documents use for a property's IRI; the IRI when the context has none, a key itself as it is."""
    return _keys().get(path, path)


def _kind(finding: Finding, language: Language) -> str:
    name = finding.kind.rsplit("/", 1)[-1].rsplit("#", 1)[-1]
    named = _names("classes", language).get(name, _shown(name)) or {"sv": "Ett objekt", "en": "An object"}[language]
    return f"{named} {_shown(finding.node)}" if finding.node.startswith(PUBLIC) else named


def _field(path: str, language: Language) -> str:
    key = key_of(path)
    return _names("fields", language).get(key, _shown(key))


def _shown(name: str) -> str:
    """A name out of a document as a terminal may show it: printable, and not endless."""
    printable = "".join(mark if mark.isprintable() else "\ufffd" for mark in name[:LONGEST])
    return f"{printable}…" if len(name) > LONGEST else printable


def _detail(finding: Finding, language: Language) -> str:
    if finding.code == "annex":
        return ELEMENTS[finding.detail][language]
    if finding.code == "part":
        return _field(finding.detail, language)
    if finding.code == "class":
        return _kinds(finding.detail, language)
    name = list_name(finding.detail).rsplit("#", 1)[-1]
    if finding.code in ("list", "code"):
        return _both(_names("lists", language).get(name, name), name)
    return _names("datatypes", language).get(name, _shown(name))


def _kinds(classes: str, language: Language) -> str:
    """The types of which an object must be one, each by its name and by the word that documents use."""
    words = [kind.rsplit("/", 1)[-1].rsplit("#", 1)[-1] for kind in classes.split("|") if kind]
    named = [_both(_names("classes", language).get(word, word), word) for word in words]
    unknown, known, other = {"sv": ("rätt typ", "typen", "eller"), "en": ("the right type", "type", "or")}[language]
    return f"{known} {f' {other} '.join(named)}" if named else unknown


def _both(name: str, word: str) -> str:
    """A name for people, with the word that documents use where it is another one."""
    return _shown(word) if name == word else f"{name} ({_shown(word)})"


@cache
def _keys() -> dict[str, str]:
    table = load_table()
    everything = {key: term for terms in (*table.scoped.values(), table.terms) for key, term in terms.items()}
    return {term.iri: key for key, term in everything.items() if term.how or key == "notation"}


@cache
def _names(what: str, language: Language) -> dict[str, str]:
    names = json.loads((files(__package__) / "fields.json").read_text(encoding="utf-8"))[what]
    return {name: both[0 if language == "sv" else 1] for name, both in names.items()}
