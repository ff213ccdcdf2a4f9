"""The papers say what the configuration says, in plain Swedish, and promise nothing that a school must not."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from mimis_core import Organisation
from mimis_core.catalogue import Catalogue
from mimis_core.services.privacy_papers import TITLES, make_papers
from mimis_core.settings import Delivery, DeliveryRule, IssuerTable, Privacy, Settings, load_settings
from mimis_core.store.catalogue_files import load_catalogue

TODAY = date(2026, 11, 24)
RULE = DeliveryRule(courier="europass", decided_by="Rektor Ek", decided_on=date(2026, 8, 1))
HEAVY = r"\b(vänligen|erhåll\w*|avseende|samt|nyttja\w*|därav)\b"


@pytest.fixture
def settings(school_folder: Path) -> Settings:
    return load_settings(school_folder)


def papers(settings: Settings, **changes: Any) -> dict[str, str]:
    """The Markdown of all papers after these changes of the settings."""
    catalogue = load_catalogue(settings.folder / "catalogue") if settings.role == "school" else Catalogue(())
    made = make_papers(settings.model_copy(update=changes), catalogue, TODAY)
    return {one.name: one.markdown for one in made}


def organisation(settings: Settings, **changes: Any) -> Organisation:
    return settings.organisation.model_copy(update=changes)


EVERY_KIND: list[dict[str, Any]] = [
    {},
    {"role": "employer"},
    {"encryption_key": None, "sources": {}, "couriers": {}},
    {"delivery": Delivery(rule=RULE), "show_birth_date": True},
    {"privacy": Privacy(protected="group", values=("Skydd",), retention="beslut 12/2026")},
]


@pytest.mark.parametrize("public", [True, False])
@pytest.mark.parametrize("changes", EVERY_KIND)
def test_every_hole_is_filled(settings: Settings, changes: dict[str, Any], public: bool) -> None:
    made = papers(settings, organisation=organisation(settings, public_body=public), **changes)
    assert list(made) == list(TITLES)
    for text in made.values():
        assert not re.search(r"[$%{}]|\bNone\b", text)
        assert "**Utkast** 2026-11-24" in text
        assert "Testbygdens folkhögskola" in text


@pytest.mark.parametrize(
    ("changes", "paper", "said"),
    [
        ({"sources": {"lms": {"kind": "moodle", "url": "https://lms.x.se"}}}, "information", "lms (moodle), lms.x.se"),
        ({"sources": {}}, "registerforteckning", "ingen källa är inställd"),
        ({"couriers": {"mail": {"host": "smtp.x.se"}}}, "registerforteckning", "Skickas med: mail, smtp.x.se"),
        ({"delivery": Delivery(rule=RULE)}, "registerforteckning", "av Rektor Ek den 2026-08-01"),
        ({}, "information", "om du inte själv väljer det"),
        ({"show_birth_date": True}, "information", "födelsedatum"),
        ({"encryption_key": None}, "konsekvensbedomning", "inte krypterade i databasen"),
        ({}, "bitradesavtal", "krypterade i databasen med AES-256"),
        ({"old_encryption_keys": (SecretStr("x"),)}, "registerforteckning", "Nyckelbyte pågår"),
        ({"old_encryption_keys": (SecretStr("plain"),)}, "registerforteckning", "kan ännu vara okrypterade"),
        ({"base_url": "https://bevis.x.se"}, "bitradesavtal", "Trafiken är krypterad"),
        ({}, "bitradesavtal", "inte https"),
        ({"database": "postgresql+psycopg://h/d"}, "registerforteckning", "PostgreSQL"),
        ({"privacy": Privacy(protected="role", values=("skyddad",))}, "konsekvensbedomning", "rollen skyddad"),
        ({"privacy": Privacy(protected="list")}, "bitradesavtal", "skrivit upp i inställningarna"),
        ({"privacy": Privacy()}, "bitradesavtal", "har inte svarat på hur"),
        ({"privacy": Privacy(retention="beslut 12/2026")}, "information", "enligt beslut 12/2026"),
        ({}, "konsekvensbedomning", "Digitala arbetsmiljöer"),
    ],
)
def test_each_setting_shows(settings: Settings, changes: dict[str, Any], paper: str, said: str) -> None:
    assert said.lower() in papers(settings, **changes)[paper].lower()


def test_employer_is_told_of_its_own_part(settings: Settings) -> None:
    issuer = IssuerTable(url="https://skola.x.se", client_id="a", client_secret=SecretStr("b"))
    made = papers(settings, role="employer", issuers={"skola": issuer}, feeds={"teamtailor": {}})
    assert "Utfärdare: skola, skola.x.se" in made["registerforteckning"]
    assert "Ert system: teamtailor" in made["bitradesavtal"]
    assert "utfärda" not in made["information"].lower().replace("utfärdare", "")


@pytest.mark.parametrize("decision", [None, "beslut 12/2026"])
def test_public_school_promises_no_erasure(settings: Settings, decision: str | None) -> None:
    made = papers(settings, organisation=organisation(settings, public_body=True), privacy=Privacy(retention=decision))
    assert "får vi oftast inte ta bort" in made["information"]
    assert "Våra handlingar är allmänna" in made["information"]
    assert "Den nämnd" in made["information"] or "den nämnd" in made["information"]
    for text in made.values():
        assert not re.search(r"(tas|tar) bort (automatiskt|efter)|bara du kan|raderas", text)


def test_private_school_has_other_rights(settings: Settings) -> None:
    text = papers(settings)["information"]
    assert "Ibland måste vi spara en del" in text
    assert "allmänna" not in text


def test_nothing_secret_goes_into_them(settings: Settings) -> None:
    sources = {"lms": {"kind": "moodle", "url": "https://u:hemligt@lms.x.se", "token": "hemligt"}}
    database = "postgresql+psycopg://u:hemligt@h/d"
    assert "hemligt" not in "".join(papers(settings, sources=sources, database=database).values())


def test_value_is_shown_as_it_is_written(settings: Settings) -> None:
    odd = organisation(settings, legal_name={"sv": "A|B <script>*x* & [söner]"})
    (page, *_) = (
        one.page for one in make_papers(settings.model_copy(update={"organisation": odd}), Catalogue(()), TODAY)
    )
    assert "A|B &lt;script&gt;*x* &amp; [söner]" in page
    assert "<script>" not in page


def test_page_can_be_read_by_everybody(settings: Settings) -> None:
    for one in make_papers(settings, Catalogue(()), TODAY):
        assert '<html lang="sv">' in one.page
        assert one.page.count("<h1>") == one.page.count("<main>") == 1
        assert "<th>" not in one.page
        assert one.page.count("<mark>") == one.to_fill_in > 0


@pytest.mark.parametrize("changes", EVERY_KIND)
def test_language_is_plain(settings: Settings, changes: dict[str, Any]) -> None:
    for text in papers(settings, **changes).values():
        assert not re.search(HEAVY, text, re.IGNORECASE)
