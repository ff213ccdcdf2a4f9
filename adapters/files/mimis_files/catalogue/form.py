"""The rows of the form: which field of a catalogue entry each one holds, and what helps to fill it in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Place = tuple[str | int, ...]
"""Where in an entry: names of fields and positions, such as ``("outcomes", 0, "title")``."""
Shape = Literal["text", "word", "choice", "words", "number", "date", "concepts"]
"""``text`` stands once for each language, all others once: ``words`` are separated by commas, ``concepts`` by lines."""

MANY = "#"
"""In the path of a field: one of several, numbered from 1 in the label."""


@dataclass(frozen=True)
class Field:
    """One row: the entry's field, what the row is called, the shape of its value, and help in Swedish.

    ``choices`` are the words that people choose from, with what each stands for in the catalogue.
    """

    path: tuple[str, ...]
    label: str
    shape: Shape
    help: str
    choices: Mapping[str, str] = field(default_factory=dict)

    def at(self, number: int) -> Place:
        """The path of its ``number``-th item, counted from 1; without several items, its path."""
        return tuple(number - 1 if part == MANY else part for part in self.path)

    @property
    def many(self) -> str | None:
        """Name of the list that it is part of, None when it stands once."""
        return self.path[self.path.index(MANY) - 1] if MANY in self.path else None


_TYPES = {"kunskap": "knowledge", "färdighet": "skill"}
_REACH = {
    "överallt": "transversal",
    "flera branscher": "cross-sector",
    "en bransch": "sector-specific",
    "ett yrke": "occupation-specific",
}
_STATES = {"egen bedömning": "self_assessed", "beslutad": "decided", "del av beslutad": "part_of_decided"}
_ASSESSMENTS = {
    "skriftligt prov": "written",
    "muntligt prov": "oral",
    "frågeprov": "quiz",
    "inlämningsuppgift": "marked",
    "projektarbete": "project",
    "samlade underlag": "portfolio",
    "praktisk bedömning": "practical",
    "löpande bedömning": "continuous",
    "något som personen har gjort": "artefact",
    "närvaro": "attendance",
    "bedömning av andra deltagare": "peer",
    "granskning av andra deltagare": "peer_review",
    "arbete i grupp": "group",
    "problemlösning": "problem",
}
_MODES = {
    "på nätet": "online",
    "delvis på nätet": "blended",
    "på plats": "present",
    "på en arbetsplats": "work",
    "i projekt": "project",
    "i laboratorium": "research",
}
_SUPERVISION = {
    "någon ser vem som gör bedömningen": "supervised_with_id",
    "ingen ser vem som gör bedömningen": "unsupervised",
    "någon kontrollerar bara vem det är": "id_only",
}
_DECISIONS = {
    "utbildningen är granskad": "programme_quality",
    "tillstånd för utbildningen": "programme_licence",
    "hela skolan är granskad": "institution_quality",
    "tillstånd för hela skolan": "institution_licence",
}
_OUTCOME, _DECISION = ("outcomes", MANY), ("quality_assurance", "accreditations", MANY)
_PAGE = "Börjar med https://"

FIELDS = (
    Field(("id",), "Id", "word", "Kort namn: små bokstäver a–z, siffror, bindestreck. Ändra aldrig efter utfärdande."),
    Field(("version",), "Version", "number", "1 från början. Höj med ett när innehållet ändras efter utfärdande."),
    Field(("title",), "Titel", "text", "Vad mikromeriten heter. Säg vad personen kan."),
    Field(("description",), "Beskrivning", "text", "En eller två meningar om vad den visar."),
    Field(("owner",), "Skapare", "word", "Id för den organisation som svarar för innehållet, som i mimis.toml."),
    Field((*_OUTCOME, "title"), "Läranderesultat {n}", "text", "Vad personen kan. Börja med ett verb som går att se."),
    Field((*_OUTCOME, "criteria"), "Läranderesultat {n}: kriterium", "text", "Ett antal, en gräns eller ett ja."),
    Field((*_OUTCOME, "type"), "Läranderesultat {n}: typ", "choice", "kunskap eller färdighet.", _TYPES),
    Field((*_OUTCOME, "reusability"), "Läranderesultat {n}: räckvidd", "choice", "Var det är användbart.", _REACH),
    Field((*_OUTCOME, "esco"), "Läranderesultat {n}: ESCO", "concepts",
          "En adress på varje rad. Namnet kan stå efter: adress | en: use hand tools"),
    Field((*_OUTCOME, "skills"), "Läranderesultat {n}: annat ramverk", "concepts", "Som ESCO, till exempel DigComp."),
    Field(("workload_hours",), "Timmar", "number", "Ungefär så lång tid tar det att lära sig. 40 timmar är en vecka."),
    Field(("credit", "points"), "Poäng", "number", "Oftast tomt. ECTS ger bara universitet och högskolor."),
    Field(("credit", "framework"), "Poängsystem", "word", "ects, ecvet eller en adress."),
    Field(("level", "value"), "Nivå (SeQF)", "number", "1 till 8. Samma siffra som i EQF."),
    Field(("level", "state"), "Nivåns läge", "choice", "Välj egen bedömning om du är osäker.", _STATES),
    Field(("level", "decision"), "Nivåns beslut", "word", "Beslutets nummer, om det finns ett beslut."),
    Field(("level", "qualification"), "Nivåns kvalifikation", "text", "Kvalifikationen som detta är en del av."),
    Field(("assessment",), "Bedömning", "words", f"Ett eller flera, med komma emellan: {', '.join(_ASSESSMENTS)}.",
          _ASSESSMENTS),
    Field(("mode",), "Form", "words", f"Ett eller flera, med komma emellan: {', '.join(_MODES)}.", _MODES),
    Field(("setting",), "Slag av utbildning", "choice", "formell eller icke-formell.",
          {"formell": "formal", "icke-formell": "non-formal"}),
    Field(("iscedf",), "Ämneskod (ISCED-F)", "word", "EU:s kod för ämnesområdet, två till fyra siffror."),
    Field(("languages",), "Undervisningsspråk", "words", "Två bokstäver för varje språk, till exempel sv."),
    Field(("entry_requirement",), "Förkunskaper", "text", "Om det behövs några."),
    Field(("supervision",), "Kontroll vid bedömning", "choice", "Ser någon vem som gör bedömningen?", _SUPERVISION),
    Field(("grading", "title"), "Betygsskala", "text", "Vad skalan heter, om det finns en."),
    Field(("grading", "description"), "Betygsskala: förklaring", "text", "Vad varje betyg betyder."),
    Field(("quality_assurance", "internal"), "Kvalitetssäkring i skolan", "text", "Vad skolan själv gör."),
    Field(("quality_assurance", "external"), "Kvalitetssäkring utifrån", "text", "Vem som granskar utifrån, och hur."),
    Field(("quality_assurance", "body"), "Granskare", "text", "Granskarens namn, när granskaren har sagt ja."),
    Field(("quality_assurance", "kind"), "Granskningen gäller", "choice", "utbildningen eller hela skolan.",
          {"utbildningen": "programme", "hela skolan": "institution"}),
    Field((*_DECISION, "title"), "Ackreditering {n}", "text", "Vad beslutet heter. Bara beslut som finns."),
    Field((*_DECISION, "type"), "Ackreditering {n}: slag", "choice", "Vad beslutet gäller.", _DECISIONS),
    Field((*_DECISION, "body", "legal_name"), "Ackreditering {n}: beslutad av", "text", "Myndigheten eller organet."),
    Field((*_DECISION, "body", "country"), "Ackreditering {n}: land", "word", "Tre bokstäver. Tomt betyder SWE."),
    Field((*_DECISION, "body", "registration"), "Ackreditering {n}: organisationsnummer", "word", "Organets nummer."),
    Field((*_DECISION, "body", "homepage"), "Ackreditering {n}: webbplats", "word", _PAGE),
    Field((*_DECISION, "description"), "Ackreditering {n}: innehåll", "text", "Vad beslutet säger."),
    Field((*_DECISION, "reference"), "Ackreditering {n}: beslutets nummer", "word", "Måste finnas."),
    Field((*_DECISION, "issued"), "Ackreditering {n}: fattat den", "date", "Till exempel 2026-01-15."),
    Field((*_DECISION, "review"), "Ackreditering {n}: granskas den", "date", "Till exempel 2027-01-15."),
    Field((*_DECISION, "expires"), "Ackreditering {n}: går ut den", "date", "Till exempel 2029-01-14."),
    Field((*_DECISION, "page"), "Ackreditering {n}: sida", "word", _PAGE),
    Field((*_DECISION, "report"), "Ackreditering {n}: rapport", "word", _PAGE),
    Field(("part_of",), "Del av", "text", "Vilken större merit den är en del av."),
    Field(("has_parts", MANY), "Del {n}", "text", "En mindre merit som den består av."),
    Field(("documents", MANY, "title"), "Dokument {n}", "text", "Till exempel kursplanen."),
    Field(("documents", MANY, "url"), "Dokument {n}: adress", "word", _PAGE),
    Field(("target_group",), "Målgrupp", "text", "Vem den är till för."),
    Field(("note",), "Att veta", "text", "Till exempel vad mikromeriten inte ger rätt till."),
    Field(("homepage",), "Webbplats", "word", _PAGE),
    Field(("valid_months",), "Giltig i månader", "number", "Tomt betyder att den inte går ut."),
    Field(("earned_by", MANY, "module"), "Krav {n}", "word",
          "Vad som ska vara klart, till exempel course:2, achievement:cykelservice-grund för intyg om den eller "
          "credential:cykelservice-grund för ett bevis på den. Under Krav 1 kan stå: alla läranderesultat"),
    Field(("earned_by", MANY, "source"), "Krav {n}: källa", "word", "Bara från källan med det namnet i mimis.toml."),
    Field(("earned_by", MANY, "min_grade"), "Krav {n}: minst procent", "number", "Lägsta resultat i procent."),
    Field(("earned_by", MANY, "points"), "Krav {n}: poäng", "number", "Vad kravet ger när det räcker med poäng."),
    Field(("earned_by", MANY, "required"), "Krav {n}: måste vara med", "choice", "När inte alla krav behövs.",
          {"ja": "true", "nej": "false"}),
    Field(("enough_parts",), "Så många krav räcker", "number", "Tomt betyder att alla krav behövs."),
    Field(("enough_points",), "Så många poäng räcker", "number", "Tomt betyder att alla krav behövs."),
    Field(("parts_from",), "Andra utfärdare som räknas", "words",
          "Deras eIDAS-nummer när kravet är credential:ID. En stjärna betyder alla betrodda."),
    Field(("automatic", "decided_by"), "Automatik beslutad av", "word", "Tomt betyder att en lärare alltid beslutar."),
    Field(("automatic", "decided_on"), "Automatik beslutad den", "date", "Till exempel 2026-11-24."),
)  # fmt: skip
"""All rows in their order: all fields of :class:`mimis_core.Achievement`."""

ALL_OUTCOMES = "alla läranderesultat"
"""Under ``Krav 1``: each learning outcome is asked for by itself."""
SPARE = {"outcomes": 4, "accreditations": 1, "has_parts": 2, "documents": 1, "earned_by": 2}
"""How many empty rows of each list a template offers; more are added by writing the next number."""
LANGUAGES = {"svenska": "sv", "engelska": "en"}
"""Headings of the language columns; further ones are headed by the language's code."""
FIELD, HELP = "Fält", "Förklaring"


def label_key(text: str) -> str:
    """A label without case and needless spaces."""
    return " ".join(text.casefold().split())


def _pattern(one: Field) -> re.Pattern[str]:
    return re.compile(re.escape(label_key(one.label)).replace(re.escape("{n}"), r"(\d{1,2})"))


_PATTERNS = tuple((_pattern(one), one) for one in FIELDS)


def find_field(label: str) -> tuple[Field, int] | None:
    """The field that a label names, with its number, which is 1 where there is but one; None for another text."""
    for pattern, one in _PATTERNS:
        if found := pattern.fullmatch(label_key(label)):
            return one, int(found[1]) if one.many else 1
    return None


def template_labels() -> list[str]:
    """The labels of a template, in order."""
    return [one.label.format(n=number) for one, number in form_rows(SPARE)]


def form_rows(counts: Mapping[str, int]) -> list[tuple[Field, int]]:
    """The rows of a form with so many items in each list; the rows of one item stand together."""
    rows: list[tuple[Field, int]] = []
    done: set[str] = set()
    for one in FIELDS:
        if one.many is None:
            rows.append((one, 1))
        elif one.many not in done:
            done.add(one.many)
            together = [other for other in FIELDS if other.many == one.many]
            rows += [(other, number) for number in range(1, counts.get(one.many, 0) + 1) for other in together]
    return rows
