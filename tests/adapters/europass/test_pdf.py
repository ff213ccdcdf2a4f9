"""The PDF: the sealed file in it as it was, the standards that it says it keeps, and what it reads from the file."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimis_europass.commands.root import app
from mimis_europass.document import vocabulary
from mimis_europass.elm import ElmFormat
from mimis_europass.picture import pdf as pdf_module
from mimis_europass.picture.page import Look
from mimis_europass.picture.pdf import draw_pdf
from mimis_europass.settings import ElmSettings
from PIL import Image
from pypdf import PdfReader
from typer.testing import CliRunner

from mimis_core import Achievement, ConfigurationError, CredentialFacts, DataError, IssueOrder, Level, LevelState

Sealed = Callable[..., bytes]
WORDS = "id title specifiedBy provenBy grade noteLiteral creditPoint framework prefLabel eqfLevel nqfLevel"
KEYS = (*WORDS.split(), "volumeOfLearning", "supplementaryDocument", "contentURL", "homepage", "en")
AIIM = "{http://www.aiim.org/%s/ns/id/}%s"


@pytest.fixture
def sealed(elm: ElmFormat, order: Callable[..., IssueOrder], achievement: Callable[..., Achievement]) -> Sealed:
    """A file in the form of a sealed one; what reads it does not look at the seal."""

    def make(**changes: Any) -> bytes:
        text = elm.build(order(achievement(**changes))).content.decode()
        seal = {"protected": "e30", "signature": "AAAA"}
        return json.dumps({"payload": text, "signatures": [seal]}, ensure_ascii=False).encode()

    return make


def opened(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content))


def elements(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Dictionary]:
    """Every element of the structure tree."""
    pending = [pdf.Root.StructTreeRoot]
    while pending:
        node = pending.pop()
        if isinstance(node, pikepdf.Array):
            pending.extend(node)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                yield node
            pending.extend([node.K] if "/K" in node else [])


def test_sealed_file_comes_back_byte_equal(sealed: Sealed) -> None:
    content = sealed()
    pdf = opened(draw_pdf(content, "intyg.jsonld", Look()))
    (name,) = pdf.attachments
    attached = pdf.attachments[name]
    assert (name, attached.relationship) == ("intyg.jsonld", pikepdf.Name.Source)
    assert attached.get_file().read_bytes() == content
    assert attached.get_file().mime_type == "application/jose+json"


def test_metadata_claims_both_standards(sealed: Sealed) -> None:
    pdf = opened(draw_pdf(sealed(), "intyg.jsonld", Look()))
    with pdf.open_metadata() as metadata:
        claimed = [metadata[AIIM % key] for key in (("pdfa", "part"), ("pdfa", "conformance"), ("pdfua", "part"))]
        title = metadata["{http://purl.org/dc/elements/1.1/}title"]
    assert claimed == ["3", "A", "1"]
    assert title == "Samarbeta i en arbetsgrupp"
    assert str(pdf.Root.Lang) == "sv"
    assert bool(pdf.Root.MarkInfo.Marked)
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)


def test_page_is_tagged_and_described(sealed: Sealed, tmp_path: Path) -> None:
    Image.new("RGB", (60, 60), (200, 30, 30)).save(tmp_path / "logo.png")
    pdf = opened(draw_pdf(sealed(), "intyg.jsonld", Look(logo=tmp_path / "logo.png")))
    found = list(elements(pdf))
    kinds = {str(one.S) for one in found}
    assert {"/H1", "/L", "/Figure", "/Link"} <= kinds
    described = {str(one.Alt) for one in found if str(one.S) == "/Figure"}
    assert described >= {"Logotyp för Exempelbygdens folkhögskola", "QR-kod till sidan där mikromeriten kontrolleras"}


def test_each_language_has_an_a4_page(sealed: Sealed) -> None:
    pdf = opened(draw_pdf(sealed(), "intyg.jsonld", Look()))
    sizes = [tuple(round(float(part)) for part in page.mediabox[2:]) for page in pdf.pages]
    assert sizes == [(595, 842)] * 4  # the page and what follows it, twice


def words_of(content: bytes) -> str:
    """The text of a PDF, by a reader that has nothing to do with typst."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def test_pdf_answers_all_four_questions(sealed: Sealed) -> None:
    level = Level(value=3, state=LevelState.SELF_ASSESSED)
    said = words_of(draw_pdf(sealed(level=level), "a.jsonld", Look()))
    for part in (
        "Exempelbygdens folkhögskola",
        "Bedömningskriterier:",
        "Intern kvalitetssäkring:",
        "Extern kvalitetssäkring:",
    ):
        assert part in said
    assert "Nivån är inte beslutad av MYH" in said


def test_no_outcome_is_left_out(sealed: Sealed, achievement: Callable[..., Achievement]) -> None:
    first = achievement().outcomes[0]
    many = [first.model_copy(update={"title": {"sv": f"Visa sak nummer {number}."}}) for number in range(40)]
    said = words_of(draw_pdf(sealed(outcomes=tuple(many)), "a.jsonld", Look()))
    assert [number for number in range(40) if f"Visa sak nummer {number}." not in said] == []


def changed(content: bytes, change: Callable[[Any], None]) -> bytes:
    outer = json.loads(content)
    document = json.loads(outer["payload"])
    change(document["credentialSubject"]["hasClaim"])
    return json.dumps({**outer, "payload": json.dumps(document)}).encode()


@pytest.mark.parametrize("title", [{"sv-SE": "Titel"}, {"EN": "Title"}, {"sv": "   "}, {"sv": "#panic() $ ] */"}])
def test_odd_titles_are_set_as_they_stand(sealed: Sealed, title: dict[str, str]) -> None:
    content = changed(sealed(), lambda claim: claim.update(title=title))
    assert opened(draw_pdf(content, "a.jsonld", Look())).attachments


def test_flood_of_text_is_refused(sealed: Sealed) -> None:
    content = changed(sealed(), lambda claim: claim.update(title={"sv": "ord " * 60_000}))
    with pytest.raises(DataError) as caught:
        draw_pdf(content, "a.jsonld", Look())
    assert caught.value.code == "too_large"


def test_flood_of_languages_is_cut(sealed: Sealed) -> None:
    title = {f"{first}{second}": "T" for first in "abcdefgh" for second in "abcdefgh"}
    content = changed(sealed(), lambda claim: claim.update(title=title))
    assert len(opened(draw_pdf(content, "a.jsonld", Look())).pages) == 48


def test_same_file_gives_same_pdf(sealed: Sealed) -> None:
    content = sealed()
    assert draw_pdf(content, "a.jsonld", Look()) == draw_pdf(content, "a.jsonld", Look())


def test_links_lead_to_public_page(sealed: Sealed) -> None:
    pdf = opened(draw_pdf(sealed(), "a.jsonld", Look()))
    links = {str(note.A.URI) for page in pdf.pages for note in page.get("/Annots", [])}
    assert links == {"https://mimis.example/c/abc123"}


def test_unsealed_file_is_refused(elm: ElmFormat, order: Callable[..., IssueOrder], sealed: Sealed) -> None:
    payload = json.loads(sealed())["payload"].encode()
    with pytest.raises(DataError) as caught:
        draw_pdf(payload, "a.jsonld", Look())
    assert caught.value.mend


@pytest.mark.official
def test_official_sample_becomes_a_pdf(shared: Path) -> None:
    name = "Sample-MC-Annex1-signed.jsonld"
    content = (shared / "elm" / "samples" / name).read_bytes()
    pdf = opened(draw_pdf(content, name, Look()))
    assert pdf.attachments[name].get_file().read_bytes() == content


def test_letters_without_font_name_the_mend(
    elm: ElmFormat, order: Callable[..., IssueOrder], achievement: Callable[..., Achievement]
) -> None:
    text = elm.build(order(achievement(), name="王小明")).content.decode()
    content = json.dumps({"payload": text, "signatures": [{"protected": "e30", "signature": "AAAA"}]}).encode()
    with pytest.raises(ConfigurationError) as caught:
        draw_pdf(content, "a.jsonld", Look())
    assert "王" not in str(caught.value)
    assert "fonts" in (caught.value.mend or "")


def test_level_of_another_framework_is_not_called_seqf(sealed: Sealed) -> None:
    ours, other = ({"id": f"x/{code}"} for code in (vocabulary.SEQF[4], "c_other"))
    level = {"eqfLevel": {"id": "http://data.europa.eu/snb/eqf/5"}}
    assert pdf_module._level({**level, "nqfLevel": [ours]}, "sv") == "SeQF och EQF nivå 5"
    assert pdf_module._level({**level, "nqfLevel": other}, "sv") == "EQF nivå 5"
    assert pdf_module._level({}, "sv") == ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=6))
def test_any_claim_becomes_facts(claim: dict[str, Any]) -> None:
    document = {"credentialSubject": {"hasClaim": [{"type": "LearningAchievement", **claim}]}, "issuer": claim}
    facts = CredentialFacts(urn="urn:x:1", format="elm", title={"en": "T"}, issuer_name={"en": "S"})
    sheet = pdf_module._sheet(document, facts, "en")
    assert all(isinstance(value, str) for _, value in sheet.facts)
    assert isinstance(pdf_module._address(document), str)


def test_command_writes_pdf_with_the_schools_look(sealed: Sealed, tmp_path: Path) -> None:
    file, output = tmp_path / "intyg.jsonld", tmp_path / "intyg.pdf"
    file.write_bytes(sealed())
    done = CliRunner().invoke(app, ["pdf", str(file), "--output", str(output), "--json"])
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"written": str(output)})
    assert list(opened(output.read_bytes()).attachments) == ["intyg.jsonld"]


def test_format_draws_in_its_colour(sealed: Sealed) -> None:
    content = sealed()
    plain, own = (ElmFormat("elm", ElmSettings(colour=colour)).pdf(content, "a") for colour in ("#12505b", "#7a1f5c"))
    assert plain != own


def test_date_of_the_pdf_is_that_of_issue(sealed: Sealed) -> None:
    pdf = opened(draw_pdf(sealed(), "a.jsonld", Look()))
    with pdf.open_metadata() as metadata:
        made = metadata["{http://ns.adobe.com/xap/1.0/}CreateDate"]
    assert datetime.fromisoformat(made) == datetime.fromisoformat("2026-11-24T09:30:00+00:00")
