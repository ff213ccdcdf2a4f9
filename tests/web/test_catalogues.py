"""Every text is in every language, and the compiled catalogues are those of the written ones."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
PARTS = [ROOT / "mimis_core/web", ROOT / "adapters/portal/mimis_portal"]
WAYS = [("**/translations/**", "ignore"), ("**.py", "python"), ("**/templates/**.html", "jinja2")]
WORDS = {"gettext": None, "_": None, "ngettext": (1, 2)}
LANGUAGES = ["en", "sv"]


def catalogue(part: Path, language: str) -> tuple[Path, Catalog]:
    path = part / "translations" / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return path, read_po(file, locale=language)


def in_use(part: Path) -> set[str]:
    found = extract_from_dir(str(part), method_map=WAYS, keywords=WORDS)
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_no_text_lacks_translation(part: Path, language: str) -> None:
    _, written = catalogue(part, language)
    done = {
        message.id if isinstance(message.id, str) else message.id[0]
        for message in written
        if message.id and (message.string if isinstance(message.string, str) else all(message.string or ()))
    }
    assert in_use(part) == done


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_compiled_catalogue_is_current(part: Path, language: str) -> None:
    path, written = catalogue(part, language)
    compiled = io.BytesIO()
    write_mo(compiled, written)
    assert path.with_suffix(".mo").read_bytes() == compiled.getvalue()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_placeholders_survive_every_translation(part: Path, language: str) -> None:
    _, written = catalogue(part, language)
    assert [str(error) for message in written if message.id for error in message.check(written)] == []


def test_languages_are_the_same_everywhere() -> None:
    for part in PARTS:
        found = sorted(path.parent.parent.name for path in part.glob("translations/*/LC_MESSAGES/messages.po"))
        assert found == LANGUAGES


@pytest.mark.parametrize("word", ["vänligen", "användare", "verifiera", "erhålla", "samt", "certifikat", "!"])
def test_swedish_avoids_unplain_words(word: str) -> None:
    texts = [str(message.string).lower() for part in PARTS for message in catalogue(part, "sv")[1] if message.id]
    whole = re.compile(rf"\b{word}\b" if word.isalpha() else re.escape(word))
    assert [text for text in texts if whole.search(text)] == []
