"""The sentences that explain a line of a match, in Swedish and English."""

from __future__ import annotations

from collections.abc import Mapping

from mimis_core.model import LangMap

SENTENCES: dict[str, dict[str, str]] = {
    "not": {
        "sv": "Inget bevis här visar detta. Det betyder inte att kunskapen saknas.",
        "en": "No credential here shows this. That does not mean that the knowledge is not there.",
    },
    "exact": {
        "sv": "{credential} visar det: {outcome}.",
        "en": "{credential} shows it: {outcome}.",
    },
    "narrower": {
        "sv": "{credential} visar det: {outcome}. ”{skill}” är en del av det som behövs.",
        "en": "{credential} shows it: {outcome}. “{skill}” is a special case of what is needed.",
    },
    "broader": {
        "sv": "{credential} visar något bredare: {outcome}. ”{skill}” säger inte om just detta ingår.",
        "en": "{credential} shows something broader: {outcome}. “{skill}” does not say whether this is part of it.",
    },
    "whole": {
        "sv": "Beviset finns: {credential}.",
        "en": "The credential is there: {credential}.",
    },
    "title": {
        "sv": "{credential} heter likadant, men filen säger inte att det är samma mikromerit.",
        "en": "{credential} has the same name, but the file does not say that it is the same micro-credential.",
    },
    "too_low": {
        "sv": "Nivån är {level}, och här behövs minst {wanted}.",
        "en": "The level is {level}, and at least {wanted} is needed here.",
    },
    "unsaid": {
        "sv": "Ingen nivå är beslutad, och här behövs minst {wanted}.",
        "en": "No level is decided, and at least {wanted} is needed here.",
    },
}
"""What was found, by how it stands to the need; and what is wrong with its level."""


def say(names: tuple[str, ...], texts: Mapping[str, LangMap], numbers: Mapping[str, str]) -> LangMap:
    """These sentences one after the other, in each language, with texts and numbers in their places.

    A text that this language lacks stands in another one.
    """
    said = {}
    for language in ("sv", "en"):
        values = {key: choose(text, language).rstrip(" .") for key, text in texts.items()}
        said[language] = " ".join(SENTENCES[name][language].format_map({**values, **numbers}) for name in names)
    return said


def choose(text: LangMap, language: str) -> str:
    """A text in this language, else in Swedish, English, or whatever there is."""
    return next(text[code] for code in (language, "sv", "en", *text) if code in text)
