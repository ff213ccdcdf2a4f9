"""Fixed texts of a badge in Swedish and English."""

from __future__ import annotations

from collections.abc import Mapping

from mimis_core import CompletionKind

Text = dict[str, str]

HOLDER_CAN = {"sv": "Den som har mikromeriten kan", "en": "The holder can"}
CRITERION = {"sv": "Kriterium", "en": "Criterion"}
WORKLOAD = {"sv": "Omfattning: {hours} timmar.", "en": "Workload: {hours} hours."}
ENTRY = {"sv": "Förkunskaper", "en": "Entry requirements"}
INTERNAL = {"sv": "Intern kvalitetssäkring", "en": "Internal quality assurance"}
EXTERNAL = {"sv": "Extern kvalitetssäkring", "en": "External quality assurance"}
PART_OF = {"sv": "Del av", "en": "Part of"}
ACHIEVED = {"sv": "Uppnått", "en": "Achieved"}
RESULT = {"sv": "Resultat", "en": "Result"}
MANDATE = {"sv": "Uppdrag att utfärda", "en": "Mandate to issue"}
DECIDED = {"sv": "Beslutat av {by} {on}.", "en": "Decided by {by} on {on}."}
LEVEL = {"sv": "{framework} nivå {level}", "en": "{framework} level {level}"}
DECISION = {"sv": "Beslut om nivå: {decision}", "en": "Decision on the level: {decision}"}
EVIDENCE: dict[CompletionKind, Text] = {
    CompletionKind.COURSE: {"sv": "Genomförd kurs, klar {on}.", "en": "Completed course, finished on {on}."},
    CompletionKind.ACTIVITY: {"sv": "Genomförd uppgift, klar {on}.", "en": "Completed activity, finished on {on}."},
    CompletionKind.VALIDATION: {
        "sv": "Validering utan kurs, bedömd {on}.",
        "en": "Validation of prior learning, assessed on {on}.",
    },
    CompletionKind.CREDENTIAL: {"sv": "Bevis som ingår, erhållet {on}.", "en": "A part, credential of {on}."},
    CompletionKind.ATTESTATION: {"sv": "Intyg från arbetsplats, {on}.", "en": "Workplace attestation of {on}."},
}
ASSESSED = {"sv": "Bedömd av {by}.", "en": "Assessed by {by}."}


def choose(text: Mapping[str, str], language: str) -> str:
    """The text in a language, or in the best other one that there is."""
    for code in (language, "en", "sv"):
        if code in text:
            return text[code]
    return next(iter(text.values()))
