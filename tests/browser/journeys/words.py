"""What pages say, by the English sentences that are the keys of the catalogues."""

from __future__ import annotations

from gettext import NullTranslations, translation
from pathlib import Path

import mimis_portal

import mimis_core

FOLDERS = [Path(package.__path__[0]) / where for package, where in ((mimis_core, "web"), (mimis_portal, ""))]


class _Unknown(NullTranslations):
    """The end of the chain: a sentence that no page says any more is a fault of the test, told at once."""

    def gettext(self, message: str) -> str:
        raise LookupError(f"No page says {message!r}.")


class Words:
    """Sentences in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._core, portal = (translation("messages", folder / "translations", [language]) for folder in FOLDERS)
        portal.add_fallback(_Unknown())
        self._core.add_fallback(portal)

    def __call__(self, sentence: str, **values: str) -> str:
        """A sentence as a page says it. Raises LookupError for one that is in no catalogue."""
        said = self._core.gettext(sentence)
        return said % values if values else said

    def pick(self, text: dict[str, str]) -> str:
        """A text of the catalogue of achievements."""
        return text[self.language]
