"""Concepts of the controlled vocabularies that a document names (lists of Europass and the EU Publications Office).

The catalogue writes short words (``written``, ``blended``); a full address of a concept is understood as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from mimis_core import DataError

SNB = "http://data.europa.eu/snb/"
AUTHORITY = "http://publications.europa.eu/resource/authority/"
ESCO_SCHEME = "http://data.europa.eu/esco/concept-scheme/"
NUTS = "http://data.europa.eu/nuts"

ASSESSMENTS: dict[str, tuple[str, str, str]] = {
    "written": ("6e6cb2cc78", "Skriftligt prov", "Written examination"),
    "oral": ("d30284d7df", "Muntligt prov", "Oral examination"),
    "quiz": ("b1b68f6735", "Frågeprov", "Quiz"),
    "marked": ("2939dae15f", "Bedömd uppgift", "Marked assignment"),
    "project": ("795dac4096", "Projektarbete", "Project work"),
    "portfolio": ("4f03b91c0e", "Portfölj", "Portfolio"),
    "practical": ("6a4db9f11d", "Praktiskt prov", "Practical assessment"),
    "continuous": ("3484bd7e51", "Löpande bedömning", "Continuous evaluation"),
    "artefact": ("de4d165a6c", "Bedömning av ett arbetsprov", "Artefact assessment"),
    "attendance": ("7331eb4762", "Närvaro", "Level of attendance"),
    "peer": ("19a2e5e671", "Kamratbedömning", "Peer assessment"),
    "peer_review": ("812e3b0ae1", "Kamratgranskning", "Peer review"),
    "group": ("56539a6507", "Arbete i grupp", "Group performance"),
    "problem": ("c4256a2726", "Problembaserat lärande", "Problem based learning"),
}
MODES: dict[str, tuple[str, str, str]] = {
    "online": ("920fbb3cbe", "På nätet", "Online"),
    "blended": ("e92d221e4d", "Delvis på nätet", "Blended"),
    "present": ("9191af2ed9", "På plats", "Presential"),
    "work": ("729f3bed4b", "På en arbetsplats", "Workbased"),
    "project": ("7813801c77", "I projekt", "Project based"),
    "research": ("ed4c557045", "I forskning eller laboratorium", "Research-Lab based"),
}
ACTIVITIES: dict[str, tuple[str, str, str]] = {
    "online": ("bf2e3a7bae", "Studier på nätet", "e-learning coursework"),
    "classroom": ("ff436ea7c9", "Undervisning på plats", "classroom coursework"),
    "work": ("4357e0e681", "Arbete på en arbetsplats", "job experience"),
}
SETTINGS: dict[str, tuple[str, str, str]] = {
    "formal": ("6fd4685715", "Formellt lärande", "formal learning"),
    "non-formal": ("e207a81fc7", "Icke-formellt lärande", "non-formal learning"),
}
SUPERVISION: dict[str, tuple[str, str, str]] = {
    "unsupervised": ("c598449d64", "Utan övervakning och utan id-kontroll", "Unsupervised without ID Verification"),
    "supervised_with_id": ("70be69aaf9", "Med övervakning och id-kontroll", "Supervised with ID Verification"),
}
OUTCOME_TYPES: dict[str, tuple[str, str, str]] = {
    "knowledge": ("knowledge", "Kunskap", "knowledge"),
    "skill": ("skill", "Färdighet", "skill"),
}
REUSE: dict[str, tuple[str, str, str]] = {
    "transversal": ("transversal", "Allmän kompetens", "transversal skills and competences"),
    "cross-sector": ("cross-sector", "Kompetens för flera branscher", "cross-sector skills and competences"),
    "sector-specific": ("sector-specific", "Kompetens för en bransch", "sector-specific skills and competences"),
    "occupation-specific": (
        "occupation-specific",
        "Kompetens för ett yrke",
        "occupation-specific skills and competences",
    ),
}
LANGUAGES: dict[str, tuple[str, str, str]] = {
    "sv": ("SWE", "svenska", "Swedish"),
    "en": ("ENG", "engelska", "English"),
    "ar": ("ARA", "arabiska", "Arabic"),
    "da": ("DAN", "danska", "Danish"),
    "de": ("DEU", "tyska", "German"),
    "es": ("SPA", "spanska", "Spanish"),
    "et": ("EST", "estniska", "Estonian"),
    "fa": ("FAS", "persiska", "Persian"),
    "fi": ("FIN", "finska", "Finnish"),
    "fr": ("FRA", "franska", "French"),
    "it": ("ITA", "italienska", "Italian"),
    "lt": ("LIT", "litauiska", "Lithuanian"),
    "lv": ("LAV", "lettiska", "Latvian"),
    "nb": ("NOB", "norskt bokmål", "Norwegian Bokmål"),
    "nl": ("NLD", "nederländska", "Dutch"),
    "no": ("NOR", "norska", "Norwegian"),
    "pl": ("POL", "polska", "Polish"),
    "pt": ("POR", "portugisiska", "Portuguese"),
    "ro": ("RON", "rumänska", "Romanian"),
    "se": ("SME", "nordsamiska", "Northern Sami"),
    "so": ("SOM", "somaliska", "Somali"),
    "ti": ("TIR", "tigrinska", "Tigrinya"),
    "tr": ("TUR", "turkiska", "Turkish"),
    "uk": ("UKR", "ukrainska", "Ukrainian"),
}
COUNTRIES = {"SWE": ("Sverige", "Sweden"), "NOR": ("Norge", "Norway"), "DNK": ("Danmark", "Denmark"),
             "FIN": ("Finland", "Finland"), "DEU": ("Tyskland", "Germany")}  # fmt: skip
SEQF = (
    "c_20b8cbc9",
    "c_e1f75f79",
    "c_4ec9e6c0",
    "c_6477e349",
    "c_b44f7367",
    "c_185bb246",
    "c_1ab773a2",
    "c_055b6cf8",
)

CLOSED: dict[str, frozenset[str]] = {
    "credential": frozenset(
        (
            "e34929035b",
            "6dff8a0f87",
            "c_ae121a00",
            "c_9a31f32a",
            "c_7e400154",
            "48b514e72a",
            "6cf8e68c43",
            "bdc47cb449",
        )
    ),
    "eqf": frozenset("12345678"),
    "learning-setting": frozenset({"6fd4685715", "e207a81fc7"}),
    "skill-type": frozenset(OUTCOME_TYPES),
    "skill-reuse-level": frozenset(REUSE),
    "accreditation": frozenset(("820101cba6", "bb4618238e", "e57dddfcf3", "003293d2ce")),
    "evidence-type": frozenset(("c_991b06c6", "c_18016257", "c_c4f849d7")),
    "entitlement-status": frozenset({"5b8d6b34fb", "b7015a8a8c"}),
}
"""Lists whose every code is known here; another code makes Europass refuse the credential."""

Json = dict[str, Any]


def concept(uri: str, scheme: str, label: Mapping[str, str] | None = None, notation: str | None = None) -> Json:
    """A concept as the profile wants it: typed, and in a typed scheme."""
    result: Json = {"id": uri, "type": "Concept", "inScheme": {"id": scheme, "type": "ConceptScheme"}}
    if label:
        result["prefLabel"] = dict(label)
    if notation:
        result["notation"] = notation
    return result


def europass(list_name: str, code: str, label: Mapping[str, str]) -> Json:
    """A concept of a Europass list."""
    return concept(f"{SNB}{list_name}/{code}", f"{SNB}{list_name}/25831c2", label)


def authority(list_name: str, code: str, label: Mapping[str, str]) -> Json:
    """A concept of a list of the Publications Office."""
    return concept(f"{AUTHORITY}{list_name}/{code}", f"{AUTHORITY}{list_name}", label, notation=list_name)


def pick(table: Mapping[str, tuple[str, str, str]], list_name: str, word: str) -> Json:
    """The concept that a word of the catalogue, or a full address, means. Raises DataError when there is none."""
    code, swedish, english = find(table, word, list_name)
    return europass(list_name, code, {"sv": swedish, "en": english})


def find(table: Mapping[str, tuple[str, str, str]], word: str, list_name: str) -> tuple[str, str, str]:
    """Code and labels of a word or address. Raises DataError when the list has no such entry."""
    code = word.rsplit("/", 1)[-1]
    for known, entry in table.items():
        if word == known or code == entry[0]:
            return entry
    raise DataError(
        f"The catalogue names {word!r}, which the list {list_name} does not have.",
        mend=f"Use one of: {', '.join(sorted(table))}.",
        code="unknown_concept",
    )


def language(code: str) -> Json:
    """The concept of a language, by ISO 639-1 code."""
    name, swedish, english = find(LANGUAGES, code, "language")
    return authority("language", name, {"sv": swedish, "en": english})


def country(code: str) -> Json:
    """The concept of a country, by ISO 3166-1 alpha-3 code."""
    swedish, english = COUNTRIES.get(code, (code, code))
    return authority("country", code, {"sv": swedish, "en": english})


def eqf(level: int) -> Json:
    """A level of the European Qualifications Framework."""
    return europass("eqf", str(level), {"sv": f"Nivå {level}", "en": f"Level {level}"})


def seqf(level: int) -> Json:
    """A level of the Swedish framework SeQF."""
    return europass("qdr", SEQF[level - 1], {"sv": f"SeQF-nivå {level}", "en": f"SeQF Level {level}"})


def isced(code: str) -> Json:
    """A field of education and training (ISCED-F 2013). Raises DataError for a code that the list lacks."""
    label = isced_labels().get(code)
    if label is None:
        raise DataError(
            f"The catalogue names the field of education {code!r}, which ISCED-F does not have.",
            mend="Use a code of two to four digits from the ISCED-F 2013 list.",
            code="unknown_concept",
        )
    return europass("isced-f", code, {"en": label})


@cache
def isced_labels() -> dict[str, str]:
    """All ISCED-F codes with their English labels."""
    labels: dict[str, str] = json.loads((files(__package__) / "isced-f.json").read_text(encoding="utf-8"))
    return labels
