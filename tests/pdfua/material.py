"""The PDFs that veraPDF judges: what the europass adapter draws, of usual and of extreme credentials."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from mimis_europass.elm import ElmFormat
from mimis_europass.picture.page import Look
from mimis_europass.picture.pdf import draw_pdf
from mimis_europass.settings import ElmSettings
from PIL import Image

from mimis_core import Achievement, Award, AwardState, IssueOrder, Learner, Organisation
from mimis_core.store.catalogue_files import load_catalogue, write_starter_catalogue

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SCHOOL = Organisation(
    id="min-skola",
    legal_name={"sv": "Ekbackens folkhögskola", "en": "Ekbacken Folk High School"},
    registration="802002-6509",
    eidas="NTRSE-8020026509",
    homepage="https://ekbacken.example",
)
LONG_NAME = "Wolfeschlegelsteinhausenbergerdorff" * 3 + " " + "von und zu Åkerström-Öberg " * 6
LONG_TITLE = "Grundläggande kvalitetssäkringskompetensutvecklingsarbete i arbetsgrupper med många deltagare " * 2
SHARE = ("https://mimis.example/s/Zx3kTq9yLw8vRb2nMd5cGh7jPf4sAe6u", date(2026, 12, 24))
ARABIC = {"ar": "العمل في مجموعة", "sv": "Samarbeta i en arbetsgrupp"}


def make_pdfs(samples: Path) -> dict[str, bytes]:
    """Each PDF by name; with the EU's sealed samples where their folder is."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_starter_catalogue(folder, SCHOOL.id)
        entries = load_catalogue(folder).latest()
        Image.new("RGB", (240, 120), (200, 30, 30)).save(folder / "logo.png")
        made = {f"entry-{entry.id}": draw(entry) for entry in entries}
        made |= dict(extremes(entries[0], folder / "logo.png"))
    official = sorted(samples.glob("*-signed.jsonld"))
    return made | {f"official-{file.stem}": draw_pdf(file.read_bytes(), file.name, Look()) for file in official}


def extremes(entry: Achievement, logo: Path) -> Iterator[tuple[str, bytes]]:
    """One entry in all that a PDF can be asked to show."""
    yield "swedish-alone", draw(entry, languages=("sv",))
    yield "english-alone", draw(entry, languages=("en",))
    yield "logo", draw(entry, look=Look(logo=logo, colour="#7a1f5c", texts=(("sv", "Bildning för livet"),)))
    yield "long-name", draw(entry, name=LONG_NAME)
    yield "long-title", draw(entry.model_copy(update={"title": {"sv": LONG_TITLE, "en": LONG_TITLE}}))
    yield "many-outcomes", draw(entry.model_copy(update={"outcomes": entry.outcomes * 12}))
    yield "limited", draw(entry, valid_until=datetime(2029, 11, 24, tzinfo=UTC))
    yield "right-to-left", draw(entry, title=ARABIC)
    yield "for-a-share", draw(entry, share=SHARE)
    yield "for-a-share-right-to-left", draw(entry, share=SHARE, title=ARABIC)
    yield "no-address", draw(entry, supplementaryDocument=[])


def draw(entry: Achievement, name: str = "Åsa Öberg", look: Look | None = None, **changes: Any) -> bytes:
    """The PDF of an entry.

    Of the changes ``languages`` is the format's, ``valid_until`` the order's and ``share`` the PDF's. The others are
    put over the claim of the document, as files of other issuers have it.
    """
    settings = {"languages": changes.pop("languages")} if "languages" in changes else {}
    share, order = changes.pop("share", None), make_order(entry, name, changes.pop("valid_until", None))
    document = json.loads(ElmFormat("elm", ElmSettings.model_validate(settings)).build(order).content)
    document["credentialSubject"]["hasClaim"].update(changes)
    seal = {"protected": "e30", "signature": "AAAA"}  # what draws a file does not look at its seal
    sealed = json.dumps({"payload": json.dumps(document), "signatures": [seal]}, ensure_ascii=False).encode()
    return draw_pdf(sealed, "intyg.jsonld", look or Look(), share)


def make_order(entry: Achievement, name: str, until: datetime | None) -> IssueOrder:
    """What a credential of an entry is built from."""
    award = Award(
        id="a1", learner_id="l1", achievement_id=entry.id, achievement_version=1, state=AwardState.APPROVED,
        completed_at=NOW, decided_at=NOW, decided_by="Karin Lärare",
    )  # fmt: skip
    return IssueOrder(
        urn="urn:credential:00000000-0000-4000-8000-000000000001", award=award, achievement=entry, issuer=SCHOOL,
        learner=Learner(id="l-4711", full_name=name), owner=SCHOOL, issued_at=NOW, valid_until=until,
        status_url="https://mimis.example/status/1", public_url="https://mimis.example/c/1",
    )  # fmt: skip
