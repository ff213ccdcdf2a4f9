"""Fixed texts in Swedish and English: whole sentences, and labels before a colon."""

from __future__ import annotations

from collections.abc import Mapping

Text = dict[str, str]

STATUS_TITLE = {"sv": "Aktuell status", "en": "Current status"}
PAGE_TITLE = {"sv": "Se mikromeriten och kontrollera filen", "en": "See the micro-credential and check the file"}
PASSED = {"sv": "Godkänd", "en": "Passed"}
POINTS = {"sv": "{value} av {maximum} poäng", "en": "{value} of {maximum} points"}
RESULT = {"sv": "Resultat", "en": "Result"}
SELF_ASSESSED = {
    "sv": "Utfärdaren bedömer att innehållet ligger på ungefär nivå {level}. Nivån är inte beslutad av MYH.",
    "en": "The issuer judges that the content is at about level {level}. "
    "MYH (the Swedish National Agency for Higher Vocational Education) has not decided the level.",
}
LEVEL_DECISION = {"sv": "Beslut om nivå", "en": "Decision on the level"}
CRITERIA = {"sv": "Bedömningskriterier", "en": "Assessment criteria"}
INTERNAL = {"sv": "Intern kvalitetssäkring", "en": "Internal quality assurance"}
EXTERNAL = {"sv": "Extern kvalitetssäkring", "en": "External quality assurance"}
BODY = {"sv": "Kvalitetssäkras av", "en": "Quality assured by"}
PART_OF = {"sv": "Del av", "en": "Part of"}
OWNER = {"sv": "Skapare av innehållet", "en": "Owner of the content"}
NO_CRITERIA = {"sv": "Dokumentet anger inga kriterier.", "en": "The document states no criteria."}
PROGRAMME = {"sv": "Kortare utbildning", "en": "Short learning programme"}
GENERIC = {"sv": "Allmän", "en": "Generic"}

MONTHS = {
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "en": "January February March April May June July August September October November December",
}
PAGE: dict[str, Text] = {
    "kind": {"sv": "Mikromerit", "en": "Micro-credential"},
    "awarded": {"sv": "Utfärdad till", "en": "Awarded to"},
    "can": {"sv": "Innehavaren kan", "en": "The holder can"},
    "more": {"sv": "Fler resultat står i den digitala filen.", "en": "More outcomes are in the digital file."},
    "workload": {"sv": "Omfattning", "en": "Workload"},
    "hours": {"sv": "{hours} timmar", "en": "{hours} hours"},
    "assessment": {"sv": "Bedömning", "en": "Assessment"},
    "mode": {"sv": "Form", "en": "Form"},
    "level": {"sv": "Nivå", "en": "Level"},
    "decided": {"sv": "SeQF och EQF nivå {level}", "en": "SeQF and EQF level {level}"},
    "quality": {"sv": "Kvalitetssäkring", "en": "Quality assurance"},
    "part_of": PART_OF,
    "check": {"sv": "Kontrollera mikromeriten", "en": "Check this micro-credential"},
    "how": {
        "sv": "Läs av koden eller öppna adressen. Där ser du vem som har utfärdat mikromeriten och om den gäller, "
        "och där kan du kontrollera den digitala filen. Beviset är filen med sitt sigill, inte bilden.",
        "en": "Scan the code or open the address. There you see who issued the micro-credential and whether it is "
        "valid, and there you can check the digital file. The proof is the sealed file, not this picture.",
    },
}
ISSUED_LINE = {"sv": "Utfärdad {issued}", "en": "Issued {issued}"}
ISSUED_UNTIL_LINE = {"sv": "Utfärdad {issued}, gäller till {until}", "en": "Issued {issued}, valid until {until}"}

_CONTROLS = (*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F, *range(0x80, 0xA0), 0x2028, 0x2029)
_CLEANING: dict[int, str | None] = {
    **dict.fromkeys(_CONTROLS, " "),
    **dict.fromkeys((*range(0xFDD0, 0xFDF0), *range(0xD800, 0xE000)), None),
}


def clean(text: str) -> str:
    """A text without control characters and rare line ends, which break Europass' one-line search for the context."""
    return text.translate(_CLEANING).strip()


def one_line(text: str) -> str:
    """A cleaned text on one line, for names and titles."""
    return " ".join(clean(text).split())


def choose(text: Mapping[str, str], language: str) -> str:
    """The text in a language, or in the best other one that there is."""
    for code in (language, "en", "sv"):
        if code in text:
            return text[code]
    return next(iter(text.values()))


def labelled(label: Mapping[str, str], text: Mapping[str, str]) -> Text:
    """Label, colon and text in each language of the text."""
    return {code: f"{choose(label, code)}: {value}" for code, value in text.items()}


def number(value: float, language: str) -> str:
    """A number as it is written in the language: ``2,5`` or ``2.5``."""
    plain = f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"
    return plain.replace(".", ",") if language == "sv" else plain
