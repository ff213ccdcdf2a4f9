"""Languages: one gettext catalogue per language, chosen by the reader or by the browser."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path

import flask_babel
from babel import Locale
from babel.support import NullTranslations
from flask import Flask, current_app, g, request, session
from flask_babel import Babel, format_date, format_datetime, get_locale
from markupsafe import Markup, escape

SESSION_KEY = "lang"
DEFAULT = "sv"
TIMEZONE = "Europe/Stockholm"
CATALOGUES = Path(__file__).parent / "translations"


def install(app: Flask) -> None:
    """Let an app speak every language that the core has a catalogue for."""
    Babel(
        app,
        default_locale=DEFAULT,
        default_timezone=TIMEZONE,
        default_translation_directories=str(CATALOGUES),
        locale_selector=choose,
    )
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # of the extension that Babel has added
        lambda message: _texts().ugettext(message),
        lambda singular, plural, num: _texts().ungettext(singular, plural, num),
        newstyle=True,
    )
    app.before_request(_keep_choice)
    app.add_template_filter(pick)
    app.add_template_filter(said)
    app.add_template_filter(day)
    app.add_template_filter(_moment, "moment")
    app.add_template_filter(_language_name, "language_name")
    app.context_processor(lambda: {"language": current_language(), "languages": languages()})


def add_translations(app: Flask, folder: Path) -> None:
    """Add an adapter's catalogues: ``<folder>/<language>/LC_MESSAGES/messages.mo``."""
    app.extensions["babel"].translation_directories.append(str(folder))


@cache
def languages() -> tuple[str, ...]:
    """Codes of the languages that pages come in: those the core has a catalogue for."""
    return tuple(sorted(path.parent.parent.name for path in CATALOGUES.glob("*/LC_MESSAGES/messages.po")))


def choose() -> str:
    """The reader's language: her own choice, else the browser's, else Swedish."""
    chosen = session.get(SESSION_KEY)
    if chosen in languages():
        return str(chosen)
    return request.accept_languages.best_match(languages()) or DEFAULT


def current_language() -> str:
    """Code of the language of the page that is being made."""
    return str(get_locale() or current_app.extensions["babel"].default_locale)


def gettext(message: str, **values: object) -> str:
    """A whole sentence in the reader's language; the English one is its key in the catalogues."""
    text = str(_texts().ugettext(message))
    return text % values if values else text


def ngettext(singular: str, plural: str, num: int, **values: object) -> str:
    """A whole sentence about ``num`` things, in the form that the reader's language has for so many."""
    return str(_texts().ungettext(singular, plural, num)) % {"num": num, **values}


def _texts() -> NullTranslations:
    """The catalogue of the reader's language, looked up once in a request: a page has some hundred texts.

    Flask-Babel looks it up for each, which took half of the time of a page with a table.
    """
    try:
        texts: NullTranslations = g.texts
    except AttributeError:
        texts = g.texts = flask_babel.get_domain().get_translations()
    except RuntimeError:  # outside any request they stay English
        texts = flask_babel.get_domain().get_translations()
    return texts


def pick(text: Mapping[str, str]) -> str:
    """Take the reader's language out of a text in several, else Swedish, else English, else whatever there is."""
    return text[_best(text)]


def said(text: Mapping[str, str]) -> Markup:
    """The same for a page's body: a text that is in another language than the page is marked with its own."""
    code = _best(text)
    if code == current_language():
        return escape(text[code])
    return Markup('<span lang="{}">{}</span>').format(code, text[code])


def _best(text: Mapping[str, str]) -> str:
    return next((code for code in (current_language(), "sv", "en") if code in text), next(iter(text)))


def day(value: date) -> str:
    """A date as it stands in running text, such as 24 november 2026; a time is taken in the pages' zone."""
    return str(format_date(value, "d MMMM y"))


def whole_month(value: date) -> str:
    """The month of a date as it stands in running text, such as november 2026."""
    return str(format_date(value, "LLLL y"))


def month(text: str) -> str:
    """A month such as ``2026-11`` as it stands in a table, such as nov. 2026."""
    return str(format_date(date.fromisoformat(f"{text}-01"), "MMM y"))


def _keep_choice() -> None:
    wanted = request.args.get(SESSION_KEY)
    if wanted in languages():
        session[SESSION_KEY] = wanted


def _language_name(code: str) -> str:
    return (Locale.parse(code).get_display_name(code) or code).capitalize()


def _moment(value: datetime) -> str:
    form = "d MMMM y 'kl.' HH.mm" if current_language() == "sv" else "d MMMM y, HH:mm"
    return str(format_datetime(value, form))
