"""Fixed texts of the document: whole sentences, and labels before a colon.

One file for each language, ``labels/<code>.json``; a new language is a new file. Swedish and English are whole; of
another language English stands in for what its file lacks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from importlib.resources import files

Text = dict[str, str]


def _load() -> dict[str, dict[str, str]]:
    folder = files(__package__) / "labels"
    found = sorted((file.name, file) for file in folder.iterdir() if file.name.endswith(".json"))
    return {name.removesuffix(".json"): json.loads(file.read_text(encoding="utf-8")) for name, file in found}


_LABELS = _load()


def _text(key: str) -> Text:
    return {code: labels[key] for code, labels in _LABELS.items() if key in labels}


STATUS_TITLE = _text("status_title")
PAGE_TITLE = _text("page_title")
PASSED = _text("passed")
POINTS = _text("points")
RESULT = _text("result")
SELF_ASSESSED = _text("self_assessed")
LEVEL_DECISION = _text("level_decision")
CRITERIA = _text("criteria")
INTERNAL = _text("internal")
EXTERNAL = _text("external")
BODY = _text("body")
PART_OF = _text("part_of")
OWNER = _text("owner")
NO_CRITERIA = _text("no_criteria")
PROGRAMME = _text("programme")
HOURS = _text("hours")
PLACE = _text("place")
VALIDATION = _text("validation")
TARGET_GROUP = _text("target_group")
DOCUMENT = _text("document")
UNTITLED = _text("untitled")
UNNAMED = _text("unnamed")

_DECIMAL_POINT = frozenset({"am", "cy", "en", "ga", "ha", "he", "hi", "ja", "ko", "mt", "pa", "so", "sw", "ta", "th",
                            "ti", "tl", "ur", "zh"})  # fmt: skip
"""Languages that write 2.5 and not 2,5 (Unicode CLDR)."""

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


def spoken(text: Mapping[str, str], languages: Iterable[str]) -> tuple[str, ...]:
    """Those of the languages that a fixed text has; English when it has none, since no text may pass for another's."""
    return tuple(code for code in languages if code in text) or ("en",)


def number(value: float, language: str) -> str:
    """A number as it is written in the language: ``2,5`` or ``2.5``."""
    plain = f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"
    return plain if language in _DECIMAL_POINT else plain.replace(".", ",")
