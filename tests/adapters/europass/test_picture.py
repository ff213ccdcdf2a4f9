"""The picture: that it is a sound PNG, says what it must, and keeps inside its lines."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from mimis_europass import png
from mimis_europass.document import Matter
from mimis_europass.picture import ADDRESS, CHANGING, CODE, HEIGHT, NAME, WIDTH, Look, Personal, draw, long_date
from PIL import Image, ImageChops

from mimis_core import Achievement, ConfigurationError, Organisation

ADDRESS_TEXT = "https://mimis.folkhogskola.example/c/4f8Kq2mZ7x"
Make = Callable[..., Achievement]
Draw = Callable[..., Image.Image]


@pytest.fixture
def drawn(achievement: Make, school: Organisation) -> Draw:
    """Draws the Swedish picture of an achievement, with changes to what is personal."""

    def make(
        name: str = "Åsa Öberg", until: datetime | None = None, address: str = ADDRESS_TEXT, **entry: object
    ) -> Image.Image:
        matter = Matter(achievement(**entry), school, school, ("sv",), ())
        personal = Personal(name, datetime(2026, 11, 24, tzinfo=UTC), until, address)
        return Image.open(io.BytesIO(draw(matter, Look(), personal)["sv"]))

    return make


def part(image: Image.Image, place: Iterable[int]) -> Image.Image:
    left, top, width, height = place
    return image.convert("L").crop((left, top, left + width, top + height))


def ink(image: Image.Image) -> tuple[int, int, int, int] | None:
    """The box that holds everything dark."""
    return image.point([255 if grey < 128 else 0 for grey in range(256)]).getbbox()


def test_picture_is_sound_palette_png(drawn: Draw) -> None:
    image = drawn()
    image.load()
    assert (image.format, image.mode, image.size) == ("PNG", "P", (WIDTH, HEIGHT))
    assert WIDTH >= 750


@pytest.mark.parametrize("length", [1, 20, 60, 150, 400])
def test_code_leads_to_public_page(drawn: Draw, length: int) -> None:
    address = f"{ADDRESS_TEXT}{'a' * length}"
    (found,) = zxingcpp.read_barcodes(drawn(address=address).convert("L"))
    assert found.text == address


def test_code_is_read_from_whole_page(drawn: Draw) -> None:
    (found,) = zxingcpp.read_barcodes(drawn().convert("L"))
    assert (found.text, str(found.format).rpartition(".")[2].replace(" ", "")) == (ADDRESS_TEXT, "QRCode")


def test_code_keeps_its_white_border(drawn: Draw) -> None:
    box = ink(part(drawn(), CODE))
    assert box is not None
    assert min(box[0], box[1], CODE[2] - box[2], CODE[3] - box[3]) >= 4 * 5


def test_only_changing_rows_differ(drawn: Draw) -> None:
    one, other = drawn().convert("L"), drawn(name="Bo Ek", address="https://mimis.example/c/2").convert("L")
    difference = ImageChops.difference(one, other)
    for top, low in CHANGING:
        assert difference.crop((0, top, WIDTH, low)).getbbox()
        difference.paste(0, (0, top, WIDTH, low))
    assert difference.getbbox() is None


@pytest.mark.parametrize(
    "name",
    [
        "Åsa Öberg",
        "Maximiliana Wolfeschlegelsteinhausenbergerdorff von Sachsen-C",
        "W" * 60,
        "Anna-Karin Margareta Elisabet von Essen af Ugglas-Hammarskjöld och Rosencrantz",
        "ʿAbd al-Raḥmān Ṣāliḥ Łukasz Š",
        "Олександра Шевченко",
    ],
)
def test_name_stays_in_its_place(drawn: Draw, name: str) -> None:
    image = part(drawn(name=name), NAME)
    box = ink(image)
    assert box is not None
    assert box[2] < NAME[2]
    assert box[3] - box[1] >= 12
    assert box[3] <= NAME[3]


@pytest.mark.parametrize("pair", ["ÅA", "ÄA", "ÖO", "éê", "ŠS", "łl", "ḥh", "ʿʾ", "çc", "ğg", "ąa", "đd"])
def test_letters_are_drawn_apart(drawn: Draw, pair: str) -> None:
    one, other = (part(drawn(name=f"{letter}n"), NAME) for letter in pair)
    assert ImageChops.difference(one, other).getbbox()


def test_known_letters_are_no_boxes(drawn: Draw) -> None:
    unknown = part(drawn(name="\ue123"), NAME)
    for letter in "åäöÅÄÖéŠłḥʿşğçąđŵЖΩ":
        assert ImageChops.difference(unknown, part(drawn(name=letter), NAME)).getbbox(), letter


@pytest.mark.parametrize("words", [1, 12, 40])
def test_long_titles_stay_on_page(drawn: Draw, words: int) -> None:
    image = drawn(title={"sv": " ".join(["Yrkessvenska"] * words)}).convert("L")
    assert ink(image.crop((840, 280, WIDTH, 800))) is None


def test_many_outcomes_leave_foot_free(drawn: Draw, achievement: Make) -> None:
    outcome = achievement().outcomes[0].model_copy(update={"title": {"sv": "Rapportera muntligt vid skiftbyte. " * 6}})
    few, many = (drawn(outcomes=(outcome,) * count).convert("L") for count in (3, 40))
    difference = ImageChops.difference(few, many).crop((0, 800, WIDTH, HEIGHT))
    assert max(difference.tobytes()) < 60  # their palettes differ a little, letters would differ much more


def test_long_address_stays_left_of_code(drawn: Draw) -> None:
    image = part(drawn(address=f"{ADDRESS_TEXT}{'m' * 30}"), ADDRESS)
    box = ink(image)
    assert box is not None
    assert box[2] < ADDRESS[2]


def test_expiry_changes_date_line(drawn: Draw) -> None:
    one, other = drawn(), drawn(until=datetime(2029, 11, 24, tzinfo=UTC))
    assert ImageChops.difference(one.convert("L"), other.convert("L")).getbbox()


@pytest.mark.parametrize(("language", "text"), [("sv", "3 maj 2026"), ("en", "3 May 2026")])
def test_dates_are_in_words(language: str, text: str) -> None:
    assert long_date(datetime(2026, 5, 3, tzinfo=UTC), language) == text


def test_logo_is_drawn(achievement: Make, school: Organisation, tmp_path: Path) -> None:
    Image.new("RGB", (60, 60), (200, 30, 30)).save(tmp_path / "logo.png")
    matter = Matter(achievement(), school, school, ("en",), ())
    personal = Personal("Åsa", datetime(2026, 11, 24, tzinfo=UTC), None, ADDRESS_TEXT)
    image = Image.open(io.BytesIO(draw(matter, Look(logo=tmp_path / "logo.png"), personal)["en"])).convert("RGB")
    red, green = image.crop((70, 60, 90, 80)).resize((1, 1)).tobytes()[:2]
    assert red > 150 > green


def test_broken_logo_names_mend(achievement: Make, school: Organisation, tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(b"no picture")
    matter = Matter(achievement(), school, school, ("en",), ())
    personal = Personal("Åsa", datetime(2026, 11, 24, tzinfo=UTC), None, ADDRESS_TEXT)
    with pytest.raises(ConfigurationError) as caught:
        draw(matter, Look(logo=tmp_path / "logo.png"), personal)
    assert caught.value.mend
    assert "Åsa" not in str(caught.value)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=5), st.binary(min_size=10, max_size=40))
def test_joined_bands_are_one_picture(heights: list[int], seed: bytes) -> None:
    width = 31
    bands, pixels = [], b""
    for height in heights:
        rows = (seed * (width * height))[: width * height]
        pixels += rows
        framed = b"".join(b"\0" + rows[at : at + width] for at in range(0, len(rows), width))
        bands.append(png.compress(framed, height))
    image = Image.open(io.BytesIO(png.assemble(width, sum(heights), bytes(768), bands)))
    assert image.tobytes() == pixels


def test_checksum_spans_all_bands() -> None:
    one, two = png.compress(b"\0abc", 1), png.compress(b"\0xyz", 9)
    content = png.assemble(3, 2, bytes(768), [one, two])
    assert zlib.adler32(b"\0abc\0xyz").to_bytes(4, "big") in content
