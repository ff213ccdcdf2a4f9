"""What words in a catalogue entry give away: look-alike titles, credit points, vague wording, personal data.

Heuristics for Swedish and English; :mod:`mimis_core.principles` decides what follows from a finding.
"""

from __future__ import annotations

import re
import unicodedata

ASSESSMENTS = {
    "written": "6e6cb2cc78",
    "oral": "d30284d7df",
    "quiz": "b1b68f6735",
    "marked": "2939dae15f",
    "project": "795dac4096",
    "portfolio": "4f03b91c0e",
    "practical": "6a4db9f11d",
    "continuous": "3484bd7e51",
    "artefact": "de4d165a6c",
    "attendance": "7331eb4762",
    "peer": "19a2e5e671",
    "peer_review": "812e3b0ae1",
    "group": "56539a6507",
    "problem": "c4256a2726",
}
"""Types of assessment: the catalogue's word for each code of the EU's list (facts/elm-edc.md section 3)."""

MODES = {
    "online": "920fbb3cbe",
    "blended": "e92d221e4d",
    "present": "9191af2ed9",
    "work": "729f3bed4b",
    "project": "7813801c77",
    "research": "ed4c557045",
}
"""Modes of learning: the catalogue's word for each code of the EU's list."""

_CREDIT_POINTS = re.compile(r"högskolepoäng|\bects\b|\d\s*hp\b", re.IGNORECASE)
_PERSONAL_NUMBER = re.compile(r"(?<!\d)(?:\d{2})?\d{2}(?:0\d|1[0-2])(?:[0-2]\d|3[01]|[678]\d|9[01])[-+]\d{4}(?!\d)")
_MAIL_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[a-z]{2,}", re.IGNORECASE)
_PROTECTED_TITLE = re.compile(
    "underskoterska|sjukskoterska|barnmorska|lakare|psykolog|legitimerad|elektriker|elinstallator|auktoriserad"
)
_QUALITY = re.compile(
    r"\b(?:är|vara|is|be|being)\s+(?:\w+\s+)?(?:social|positiv|positive|snäll|kind|ärlig|honest|trevlig|friendly"
    r"|flexibel|flexible|punktlig|punctual|noggrann|engagerad|committed)\b"
    r"|\b(?:lojal|lojalt|loyal|ödmjuk|humble|stresstålig|utåtriktad|outgoing|ansvarsfull|initiativrik|empatisk)\b",
    re.IGNORECASE,
)
_VAGUE_CRITERION = re.compile(
    r"\b(?:bra|god|gott|goda|tillräckligt?|tillfredsställande|acceptabelt?|good|well|sufficient|satisfactory)\b",
    re.IGNORECASE,
)
_VAGUE_VERB = re.compile(
    r"(?:förstå|känna till|veta|ha (?:kunskap|kännedom)|vara medveten|understand|know|be aware|have knowledge)\b",
    re.IGNORECASE,
)
_INFINITIVE = re.compile("be|bli|bo|bry|dö|fly|få|ge|gå|klä|le|må|ro|se|ske|sko|stå|sy|så|tro|.*as?")


def squeeze(text: str) -> str:
    """Letters and digits alone, without case and diacritics: what a look-alike cannot hide behind."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def looks_official(title: str) -> bool:
    """Find titles that could be taken for a behörighetsintyg or a certificate of an SeQF level."""
    plain = squeeze(title)
    paper = any(word in plain for word in ("intyg", "bevis", "certifikat", "certificate"))
    return "behorighetsintyg" in plain or "intygomgodkantresultat" in plain or (paper and "eqf" in plain)


def names_protected_title(title: str) -> bool:
    """Find occupational titles that are protected or may be."""
    return _PROTECTED_TITLE.search(squeeze(title)) is not None


def speaks_of_credits(text: str) -> bool:
    """Find credit points of higher education, which a micro-credential outside it never carries."""
    return _CREDIT_POINTS.search(text) is not None


def holds_personal_data(text: str) -> bool:
    """Find what looks like a personal number or a mail address."""
    return _PERSONAL_NUMBER.search(text) is not None or _MAIL_ADDRESS.search(text) is not None


def describes_quality(text: str) -> bool:
    """Find wording about what someone is like instead of what someone can do."""
    return _QUALITY.search(text) is not None


def is_unclear_outcome(text: str, language: str) -> bool:
    """Find outcomes that are very short or do not start with a verb that can be observed."""
    first = text.casefold().split()[0].rstrip(",") if text.strip() else ""
    not_a_verb = language == "sv" and _INFINITIVE.fullmatch(first) is None
    return len(text.strip()) < 10 or not_a_verb or _VAGUE_VERB.match(text.strip()) is not None


def is_unmeasurable(criterion: str) -> bool:
    """Find criteria that are very short, or rest on a word such as "good" with no number."""
    vague = _VAGUE_CRITERION.search(criterion) is not None and not any(map(str.isdigit, criterion))
    return len(criterion.strip()) < 10 or vague


def concept_code(table: dict[str, str], word: str) -> str | None:
    """The EU's code for a word of the catalogue, a code or a full address; None when the list has no such entry."""
    code = table.get(word, word.rsplit("/", 1)[-1])
    return code if code in table.values() else None
