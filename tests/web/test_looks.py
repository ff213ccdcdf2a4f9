"""The stylesheet and what a school may change of it: colours that can be read, a logo that can do no harm, weight."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from mimis_core import ConfigurationError
from mimis_core.services.look import (
    DARKEST_LIGHT_GROUND,
    LARGEST_LOGO,
    LEAST_CONTRAST,
    LIGHTEST_DARK_GROUND,
    contrast,
    lighter,
    read_look,
)
from mimis_core.settings import Settings
from mimis_core.web import create_app

CSS = (Path(__file__).resolve().parents[2] / "mimis_core/web/static/mimis.css").read_text("utf-8")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><script>alert(1)</script></svg>'
PAIRS = [
    ("ink", "ground"), ("ink", "paper"), ("ink", "sunk"), ("soft", "ground"), ("soft", "paper"), ("soft", "sunk"),
    ("brand", "ground"), ("brand", "paper"), ("brand", "sunk"), ("on-brand", "brand"), ("on-brand", "brand-deep"),
    ("ok", "ok-ground"), ("warn", "warn-ground"), ("bad", "bad-ground"), ("idle", "idle-ground"), ("bad", "paper"),
    ("bad", "ground"), ("ok", "paper"), ("ink", "ok-ground"), ("ink", "warn-ground"), ("ink", "bad-ground"),
    ("ink", "idle-ground"), ("brand-deep", "ground"), ("brand-deep", "sunk"),
]  # fmt: skip
"""Text and what it stands on."""
SHAPES = [("edge", "paper"), ("edge", "sunk"), ("focus", "ground"), ("focus", "paper")]
"""Borders of fields, and the focus: WCAG 2.2, 1.4.11 asks for 3:1."""


def tokens(dark: bool) -> dict[str, str]:
    """Colours by name, as the stylesheet sets them first and, for dark pages, again."""
    blocks = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    light = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})\b", blocks[0]))
    (changed,) = [one for one in blocks if "--ok-ground: #1" in one]
    found = light | (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})\b", changed)) if dark else {})
    return {name: "#" + code[1:] * 2 if len(code) == 4 else code for name, code in found.items()}


def pages(settings: Settings, services: Any, **look: Any) -> FlaskClient:
    return create_app(settings.model_copy(update={"look": look}), services).test_client()


@pytest.fixture
def logo(tmp_path: Path) -> Path:
    file = tmp_path / "logo.svg"
    file.write_bytes(SVG)
    return file


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_can_be_read(dark: bool) -> None:
    colours = tokens(dark)
    unclear = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in PAIRS}
    assert {pair: ratio for pair, ratio in unclear.items() if ratio < LEAST_CONTRAST} == {}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_edges_and_focus_can_be_seen(dark: bool) -> None:
    colours = tokens(dark)
    assert [pair for pair in SHAPES if contrast(colours[pair[0]], colours[pair[1]]) < 3] == []


def test_contrast_is_measured_against_the_real_grounds() -> None:
    assert (tokens(False)["sunk"], tokens(True)["sunk"]) == (DARKEST_LIGHT_GROUND, LIGHTEST_DARK_GROUND)


def test_contrast_is_as_wcag_defines_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_stylesheet_is_light_and_asks_nobody_else() -> None:
    assert len(CSS.encode()) < 25_000
    assert re.findall(r"url\(|@import|https?:", CSS) == []


@pytest.mark.parametrize("colour", ["#ffcc00", "#8a8a8a", "#ffffff"])
def test_colour_that_cannot_be_read_is_refused(settings: Settings, services: Any, colour: str) -> None:
    with pytest.raises(ConfigurationError, match=r"text needs 4\.5:1"):
        pages(settings, services, colour=colour)


@pytest.mark.parametrize("look", [{"colour": "red"}, {"colour": "#fff;}"}, {"color": "#0d4a5e"}], ids=str)
def test_wrong_look_is_refused(settings: Settings, look: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="look"):
        read_look(settings.model_copy(update={"look": look}))


@pytest.mark.parametrize("colour", ["#0d4a5e", "#000000", "#7b1e3a", "#00008b", "#4b2e83"])
def test_colour_is_lightened_for_dark_pages(colour: str) -> None:
    assert contrast(lighter(colour), LIGHTEST_DARK_GROUND) >= LEAST_CONTRAST
    assert contrast(lighter(colour), tokens(True)["on-brand"]) >= LEAST_CONTRAST


def test_colour_stands_in_a_stylesheet_of_its_own(settings: Settings, services: Any) -> None:
    client = pages(settings, services, colour="#7b1e3a")
    page = client.get("/nowhere").text
    assert '<link rel="stylesheet" href="/look.css">' in page
    assert "style=" not in page
    answer = client.get("/look.css")
    assert answer.mimetype == "text/css"
    assert "--brand:#7b1e3a" in answer.text
    assert "prefers-color-scheme:dark" in answer.text


def test_unchanged_colour_is_not_sent_again(settings: Settings, services: Any) -> None:
    client = pages(settings, services, colour="#7b1e3a")
    first = client.get("/look.css")
    again = client.get("/look.css", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "max-age" in first.headers["Cache-Control"]


def test_without_a_look_nothing_is_served(client: FlaskClient) -> None:
    page = client.get("/nowhere").text
    assert "look.css" not in page
    assert "<img" not in page
    assert client.get("/logo").status_code == client.get("/look.css").status_code == 404


def test_logo_is_shown_beside_the_name(settings: Settings, services: Any, logo: Path) -> None:
    client = pages(settings, services, logo=logo)
    shown = re.search(r'<img src="([^"]+)" alt="">', client.get("/nowhere").text)
    assert shown is not None
    answer = client.get(shown.group(1))
    assert (answer.mimetype, answer.data) == ("image/svg+xml", SVG)
    assert "immutable" in answer.headers["Cache-Control"]


def test_script_in_logo_cannot_run(settings: Settings, services: Any, logo: Path) -> None:
    answer = pages(settings, services, logo=logo).get("/logo")
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_png_is_a_logo_too(settings: Settings, services: Any, logo: Path) -> None:
    logo.write_bytes(PNG)
    assert pages(settings, services, logo=logo).get("/logo").mimetype == "image/png"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "neither SVG nor PNG"),
        (b"<html><svg xmlns='http://www.w3.org/2000/svg'/></html>", "neither SVG nor PNG"),
        (b"<svg/>", "neither SVG nor PNG"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>', "neither SVG nor PNG"),
        (b"GIF89a", "neither SVG nor PNG"),
        (PNG + bytes(LARGEST_LOGO), "larger than 40 kB"),
    ],
    ids=["empty", "html", "no namespace", "entities", "gif", "too large"],
)
def test_other_logo_is_refused(settings: Settings, logo: Path, content: bytes, said: str) -> None:
    logo.write_bytes(content)
    with pytest.raises(ConfigurationError, match=said):
        read_look(settings.model_copy(update={"look": {"logo": logo}}))


def test_missing_logo_is_named(settings: Settings, logo: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"logo\.svg: the logo cannot be read"):
        read_look(settings.model_copy(update={"look": {"logo": logo.with_name("other-logo.svg")}}))
