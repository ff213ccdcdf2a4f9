"""The papers that data protection asks for, as Swedish drafts filled in from the configuration.

The record of processing (article 30 GDPR), a draft impact assessment (35), a draft agreement with a processor (28), and
what learners are told (13, 14). They say what mimis does as it is configured. What mimis cannot know stands as
``[FYLL I: ...]`` for a person; what follows in law is for a lawyer.

A line of a template that begins with ``%name`` is kept where the flag holds, ``%!name`` where it does not.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from string import Template
from typing import Any
from urllib.parse import urlsplit

from mimis_core.catalogue import Catalogue
from mimis_core.services.texts import in_swedish
from mimis_core.settings import Settings
from mimis_core.store.cipher import ALSO_PLAIN

TITLES = {
    "registerforteckning": "Registerförteckning",
    "konsekvensbedomning": "Konsekvensbedömning",
    "bitradesavtal": "Personuppgiftsbiträdesavtal",
    "information": "Information till dem vars uppgifter behandlas",
}
"""The papers by the name of their file."""
_FLAG = re.compile(r"%(!?)(\w+) ")
_MARKUP = re.compile(r"([\\`*_\[\]<>|#])")
_TO_FILL_IN = re.compile(r"\[FYLL I\b:?[^\]]*\]")
_PAGE = """\
<!doctype html>
<html lang="sv">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}, utkast – {organisation}</title>
<style>
body {{ max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a }}
body {{ font: 1.05rem/1.55 system-ui, sans-serif }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ border: 1px solid #767676; padding: .4rem .6rem; text-align: left; vertical-align: top }}
mark {{ background: #fff3bf; color: inherit; padding: 0 .15em }}
@media print {{
  body {{ margin: 0; max-width: none; font-size: 11pt }}
  h2 {{ break-after: avoid }}
  tr {{ break-inside: avoid }}
}}
</style>
</head>
<body>
<main>
{body}</main>
</body>
</html>
"""


@dataclass(frozen=True)
class Paper:
    """One draft: its file's name, its title, its text as Markdown and as a page, and how much is left to fill in."""

    name: str
    title: str
    markdown: str
    page: str
    to_fill_in: int


def make_papers(settings: Settings, catalogue: Catalogue, today: date) -> tuple[Paper, ...]:
    """All papers for one configuration and its catalogue. Nothing of any person goes into them."""
    flags, values = _flags(settings, catalogue), _values(settings, catalogue, today)
    return tuple(_make(name, title, settings, flags, values) for name, title in TITLES.items())


def _make(name: str, title: str, settings: Settings, flags: dict[str, bool], values: dict[str, str]) -> Paper:
    source = files("mimis_core").joinpath("data", "privacy", f"{name}.md").read_text(encoding="utf-8")
    kept = (text for line in source.splitlines() if (text := _kept(line, flags)) is not None)
    # The holes of a template are filled all or not at all: one without a value raises KeyError.
    markdown = re.sub(r"\n{3,}", "\n\n", Template("\n".join(kept) + "\n").substitute(values))
    page = _PAGE.format(title=title, organisation=html.escape(_name(settings)), body=_to_html(markdown))
    return Paper(name, title, markdown, page, len(_TO_FILL_IN.findall(markdown)))


def _kept(line: str, flags: dict[str, bool]) -> str | None:
    """The line without its flags; None where one of them does not hold."""
    while found := _FLAG.match(line):
        if flags[found[2]] == bool(found[1]):
            return None
        line = line[found.end() :]
    return line


def _to_html(markdown: str) -> str:
    from markdown_it import MarkdownIt

    made = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown)
    headed = made.replace("<th>", '<th scope="col">')
    return _TO_FILL_IN.sub(lambda found: f"<mark>{found[0]}</mark>", headed)


def _flags(settings: Settings, catalogue: Catalogue) -> dict[str, bool]:
    public, school = settings.organisation.public_body, settings.role == "school"
    return {
        "school": school,
        "employer": not school,
        "public": public,
        "archive": public and school,
        "birth": settings.show_birth_date,
        "rule": settings.delivery.rule is not None,
        "norule": settings.delivery.rule is None,
        "automatic": any(entry.automatic for entry in catalogue.latest()),
    }


def _values(settings: Settings, catalogue: Catalogue, today: date) -> dict[str, str]:
    rule, organisation = settings.delivery.rule, settings.organisation
    automatic = [entry.title.get("sv", entry.id) for entry in catalogue.latest() if entry.automatic]
    plain = {
        "organisation": _name(settings),
        "registration": organisation.registration,
        "email": organisation.email or "",
        "base_url": settings.base_url,
        "rule_courier": rule.courier if rule else "",
        "rule_by": rule.decided_by if rule else "",
        "rule_on": rule.decided_on.isoformat() if rule else "",
        "automatic": ", ".join(automatic),
    }
    lists = {"sources": _sources, "recipients": _recipients, "retention": _retention, "security": _security}
    return {
        **{name: _escape(text) or "[FYLL I]" for name, text in plain.items()},
        **{name: "\n".join(f"- {line}" for line in made(settings)) for name, made in lists.items()},
        "date": today.isoformat(),
        "protected": _protected(settings),
        "encrypted": _encrypted(settings),
    }


def _name(settings: Settings) -> str:
    return in_swedish(settings.organisation.legal_name)


def _escape(text: str) -> str:
    """A value as Markdown shows it as it is."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def _system(name: str, table: dict[str, Any]) -> str:
    """One configured system in words: its name, its kind and where it is; never a key."""
    host = urlsplit(str(table.get("url") or table.get("base_url") or "")).hostname or table.get("host")
    kind = str(table.get("kind", name))
    return _escape(name if kind == name else f"{name} ({kind})") + (f", {_escape(str(host))}" if host else "")


def _sources(settings: Settings) -> Iterator[str]:
    if settings.role == "employer":
        yield "Filer och länkar som en sökande lämnar"
        for name, issuer in settings.issuers.items():
            yield f"Utfärdare: {_system(name, issuer.model_dump())}"
        return
    for name, table in settings.sources.items():
        yield _system(name, table)
    if not settings.sources:
        yield "[FYLL I: ingen källa är inställd än]"
    yield "Läraren, som beslutar, och deltagaren själv, som väljer vad som skickas och delas"


def _recipients(settings: Settings) -> Iterator[str]:
    if settings.role == "employer":
        for name, table in settings.feeds.items():
            yield f"Ert system: {_system(name, table)}. Där står en kort rad och en länk, inte hela beviset"
        yield "Utfärdaren får veta när ni öppnar en delning, och deltagaren ser det"
        return
    yield "Deltagaren själv"
    yield "Arbetsgivare som deltagaren delar med, så länge delningen gäller"
    for name, table in settings.couriers.items():
        yield f"Skickas med: {_system(name, table)}"
    for owner in settings.owners:
        owner_name = _escape(owner.legal_name.get("sv", owner.id))
        yield f"{owner_name} äger innehåll i katalogen, men får inga personuppgifter av mimis"
    if settings.organisation.public_body:
        yield "Den som begär ut allmänna handlingar, efter att sekretess har prövats"


def _retention(settings: Settings) -> Iterator[str]:
    decision = settings.privacy.retention
    if settings.organisation.public_body and settings.role == "school":
        if decision:
            yield f"Skolans handlingar får gallras enligt {_escape(decision)}."
        else:
            yield "Skolans handlingar sparas. De får inte förstöras utan ett gallringsbeslut, och inget är inställt."
        yield "E-postadress, inloggningar, delningar och mejl är inte skolans arkiv. De kan tas bort på begäran."
    else:
        yield (
            f"Uppgifterna sparas enligt {_escape(decision)}."
            if decision
            else "[FYLL I: hur länge, och vem som beslutar]"
        )
    yield "mimis tar inte bort något av sig självt. En människa gör det, och det står i historiken."
    yield "Bevisets status sparas utan namn så länge någon kan fråga efter den."


def _security(settings: Settings) -> Iterator[str]:
    yield f"{_encrypted(settings)}."
    if old := [one.get_secret_value() for one in settings.old_encryption_keys]:
        how = "okrypterade" if ALSO_PLAIN in old else "krypterade med en tidigare nyckel"
        yield f"Nyckelbyte pågår: äldre uppgifter kan ännu vara {how}."
    secure = settings.base_url.startswith("https://")
    yield (
        "Trafiken är krypterad (https)."
        if secure
        else "[FYLL I: adressen är inte https. Inställningarna är inte klara]"
    )
    engine = "SQLite, en fil på servern" if settings.database.startswith("sqlite") else "PostgreSQL"
    yield f"Databasen är {engine}. [FYLL I: var den finns, och vem som kommer åt den]"
    yield "E-postadresser, länkar och koder söks med kontrollsummor som kräver en egen nyckel."
    yield "Varje beslut, visning och utlämnande står i en historik där ändringar upptäcks. Där står id, inte namn."
    yield "Inga namn, adresser eller koder skrivs i loggar."
    yield (
        "Säkerhetskopior är krypterade på samma sätt som databasen."
        if settings.encryption_key
        else ("[FYLL I: säkerhetskopior är inte krypterade. Hur skyddas de?]")
    )


def _encrypted(settings: Settings) -> str:
    if settings.encryption_key is None:
        return "[FYLL I: uppgifterna är inte krypterade i databasen, för encryption\\_key saknas]"
    return "Namn, kontaktuppgifter, underlag och bevis är krypterade i databasen med AES-256. Nyckeln finns inte där"


def _protected(settings: Settings) -> str:
    names = _escape(", ".join(settings.privacy.values)) or "[FYLL I: vilken]"
    ways = {
        "role": f"Den som har rollen {names} i lärplattformen hämtas inte.",
        "group": f"Den som är med i gruppen {names} i lärplattformen hämtas inte.",
        "list": "Den som skolan har skrivit upp i inställningarna läggs åt sidan.",
        "none-enrolled": "Skolan har svarat att sådana personer aldrig finns i lärplattformen.",
        None: "[FYLL I: skolan har inte svarat på hur sådana personer hålls utanför]",
    }
    rest = "Den som är märkt visas utan namn, och inget beslutas, skickas eller delas automatiskt."
    return f"{ways[settings.privacy.protected]} {rest}" if settings.role == "school" else rest
