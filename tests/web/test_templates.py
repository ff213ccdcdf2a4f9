"""Templates: every word is in the catalogues, each is given what it asks for, and a language is one file."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from flask import Flask, render_template
from jinja2 import DictLoader, Environment, UndefinedError, nodes

from mimis_core.settings import Settings
from mimis_core.web import create_app, language
from tests.templates import Contract

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = [ROOT / "mimis_core/web/templates", ROOT / "adapters/portal/mimis_portal/templates"]
TEMPLATES = sorted(file for folder in FOLDERS for file in folder.rglob("*.html"))
READ_ALOUD = ("title", "alt", "aria-label", "aria-description", "aria-roledescription", "placeholder", "label")
TRANSLATES = ("_", "gettext", "ngettext")
ADDRESS = re.compile(r"\b[\w-]+(?:\.[\w-]+)+(?:/[\w/-]*)?")
"""The address of a page is the same in every language."""
WORD = re.compile(r"[^\W\d_]{2,}")
SENTENCE = re.compile(r"^[A-ZÅÄÖ][a-zåäö]+(?:[ .].*)?$|\w \w.*\.$")
"""What a text for people looks like between quotation marks: a capital, or words and a full stop."""
ATTRIBUTE = re.compile(r"""([\w-]+)="([^"]*)"|\b(?:checked|disabled|hidden|multiple|open|required|selected)\b""")
"""Templates write some attributes by pieces, which then stand between tags."""


class Texts(HTMLParser):
    """Gathers what a page would say by itself: text between tags, and attributes that are read aloud.

    What stands in ``<code>`` is a command, which is the same in every language.
    """

    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_code = False
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at its attributes."""
        self._in_code = self._in_code or tag == "code"
        self.found += [value for name, value in attrs if value and name in READ_ALOUD]

    def handle_endtag(self, tag: str) -> None:
        """Notice where a command ends."""
        self._in_code = self._in_code and tag != "code"

    def handle_data(self, data: str) -> None:
        """Look at its text."""
        if self._in_code:
            return
        self.found += [value for name, value in ATTRIBUTE.findall(data) if name in READ_ALOUD]
        self.found.append(ATTRIBUTE.sub("", data))


def plain_texts(source: str) -> list[str]:
    """What stands in a template in no catalogue."""
    tokens = list(Environment().lex(source))
    outside = "".join(value for _, kind, value in tokens if kind == "data")
    found = [text.strip() for text in Texts(outside).found if WORD.search(ADDRESS.sub("", text))]
    return found + quoted_texts(source)


def quoted_texts(source: str) -> list[str]:
    """Texts for people between quotation marks that no translation is asked for."""
    tree = Environment(extensions=["jinja2.ext.do"]).parse(source)
    done = {id(one) for call in tree.find_all(nodes.Call) if translates(call) for one in call.find_all(nodes.Const)}
    texts = [one.value for one in tree.find_all(nodes.Const) if id(one) not in done and isinstance(one.value, str)]
    return [text for text in texts if SENTENCE.search(text)]


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def translates(call: nodes.Call) -> bool:
    return isinstance(call.node, nodes.Name) and call.node.name in TRANSLATES


@pytest.mark.parametrize("file", TEMPLATES, ids=name_of)
def test_every_word_is_in_the_catalogues(file: Path) -> None:
    assert plain_texts(file.read_text("utf-8")) == []


@pytest.mark.parametrize("file", TEMPLATES, ids=name_of)
def test_no_style_and_no_script_stand_in_a_page(file: Path) -> None:
    source = file.read_text("utf-8")
    assert re.findall(r"<style|\sstyle=|\son\w+=\"|<script(?![^>]*\ssrc=)", source) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Spara</p>",
        "<p>{{ name }} har sparat</p>",
        '<img alt="Bild">',
        '<button aria-label="Stäng">x</button>',
        '{% call ui.field("name", _("Name")) %} placeholder="Ditt namn"{% endcall %}',
        '{{ ui.field("name", "Ditt namn") }}',
        '{{ "Klart." if done else "" }}',
    ],
)
def test_plain_text_is_found(source: str) -> None:
    assert plain_texts(source)


@pytest.mark.parametrize(
    "source",
    [
        '<p>{{ _("Save") }}</p>',
        '{{ ui.field("name", _("Your name"), hint=ngettext("%(num)s day", "%(num)s days", 2)) }}',
        '<p class="second">{# A note. #}</p>',
        "<p><code>mimis lti key</code></p>",
        '<a href="https://www.digg.se/tdosanmalan">digg.se/tdosanmalan</a>',
    ],
)
def test_translated_text_is_not_found(source: str) -> None:
    assert plain_texts(source) == []


@pytest.fixture
def sample(app: Flask) -> Flask:
    """An app with two templates, of which one is made of the other."""
    files = {"whole.html": '{% include "part.html" %}{{ known }}', "part.html": "{% if rare %}{{ rare }}{% endif %}"}
    app.jinja_env.loader = DictLoader(files)
    return app


@pytest.mark.parametrize(
    ("given", "broken"),
    [
        ({"known": 1, "rare": None}, set()),
        ({"known": 1, "rare": None, "extra": 2}, {"whole.html is given extra and does not use it"}),
    ],
    ids=["as asked", "more"],
)
def test_contract_is_compared(
    sample: Flask, template_contract: Contract, given: dict[str, Any], broken: set[str]
) -> None:
    with sample.test_request_context():
        render_template("whole.html", **given)
    assert template_contract.broken == broken
    template_contract.broken.clear()


def test_value_that_is_not_given_is_an_error(sample: Flask, template_contract: Contract) -> None:
    with sample.test_request_context(), pytest.raises(UndefinedError):
        render_template("whole.html", known=1)
    assert template_contract.broken == {"whole.html uses rare and is not given it"}
    template_contract.broken.clear()


@pytest.mark.parametrize(
    ("source", "shown"),
    [("{% if errors.name %}wrong{% endif %}", ""), ("{{ errors.name }}", None)],
    ids=["asked", "shown"],
)
def test_key_that_is_missing_may_be_asked_for_and_not_shown(app: Flask, source: str, shown: str | None) -> None:
    template = app.jinja_env.from_string(source)
    if shown is None:
        with pytest.raises(UndefinedError):
            template.render(errors={})
    else:
        assert template.render(errors={}) == shown


@pytest.fixture
def finnish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The core's catalogues and a third beside them: the English one, with a text of its own."""
    folder = tmp_path / "translations"
    shutil.copytree(language.CATALOGUES, folder)
    shutil.copytree(folder / "en", folder / "fi")
    file = folder / "fi/LC_MESSAGES/messages.po"
    with file.open("rb") as opened:
        catalogue = read_po(opened, locale="fi")
    text = catalogue["Skip to the content"]
    assert text is not None
    text.string = "Siirry sisältöön"
    with file.open("wb") as opened, file.with_suffix(".mo").open("wb") as compiled:
        write_po(opened, catalogue)
        write_mo(compiled, catalogue)
    monkeypatch.setattr(language, "CATALOGUES", folder)
    language.languages.cache_clear()
    yield
    language.languages.cache_clear()


@pytest.mark.usefixtures("finnish")
def test_language_is_one_catalogue(settings: Settings, services: Any) -> None:
    client = create_app(settings, services).test_client()
    assert 'lang="fi" hreflang="fi">Suomi</a>' in client.get("/nowhere").text
    page = client.get("/nowhere?lang=fi").text
    assert '<html lang="fi">' in page
    assert "Siirry sisältöön" in page


@pytest.mark.usefixtures("finnish")
def test_browser_chooses_the_new_language(settings: Settings, services: Any) -> None:
    client = create_app(settings, services).test_client()
    assert '<html lang="fi">' in client.get("/nowhere", headers={"Accept-Language": "fi, sv;q=0.5"}).text
