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
from mimis_europass.document.build import Matter
from mimis_europass.picture import png
from mimis_europass.picture.draw import ADDRESS, CHANGING, CODE, HEIGHT, NAME, WIDTH, draw, draw_shared
from mimis_europass.picture.page import Look, Personal
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
    difference = ImageChops.difference(few, many).crop((0, 1000, WIDTH, HEIGHT))
    assert max(difference.tobytes()) < 60  # their palettes differ a little, letters would differ much more


def test_long_address_stays_left_of_code(drawn: Draw) -> None:
    image = part(drawn(address=f"{ADDRESS_TEXT}{'m' * 30}"), ADDRESS)
    box = ink(image)
    assert box is not None
    assert box[2] <= ADDRESS[2]


def test_address_longer_still_is_cut(drawn: Draw) -> None:
    image = drawn(address=f"{ADDRESS_TEXT}{'m' * 200}").convert("L")
    assert max(ADDRESS[0] + ADDRESS[2], 0) < CODE[0]
    assert ink(image.crop((ADDRESS[0], ADDRESS[1] + ADDRESS[3], CODE[0] - 1, CODE[1] + CODE[3]))) is None


@pytest.mark.parametrize("address", ["https://mimis.example/ä/1", "https://måla.example/c/1"])
def test_foreign_letters_in_address_are_drawn(drawn: Draw, address: str) -> None:
    (found,) = zxingcpp.read_barcodes(drawn(address=address).convert("L"))
    assert found.text == address


def test_expiry_changes_date_line(drawn: Draw) -> None:
    one, other = drawn(), drawn(until=datetime(2029, 11, 24, tzinfo=UTC))
    assert ImageChops.difference(one.convert("L"), other.convert("L")).getbbox()


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


def test_shared_picture_names_nobody(achievement: Make, school: Organisation) -> None:
    matter = Matter(achievement(), school, school, ("sv", "en"), ())
    one, again = draw_shared(matter, Look()), draw_shared(matter, Look())
    assert one is again
    image = Image.open(io.BytesIO(one["sv"])).convert("L")
    assert image.size == (WIDTH, HEIGHT)
    assert [found.text for found in zxingcpp.read_barcodes(image)] == [school.homepage]
    assert ink(part(image, NAME))  # the sentence that says where the name stands


def test_shared_picture_without_homepage_has_no_code(achievement: Make, school: Organisation) -> None:
    plain = school.model_copy(update={"homepage": None})
    picture = draw_shared(Matter(achievement(), plain, plain, ("sv",), ()), Look())["sv"]
    assert not zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)).convert("L"))


def test_school_chooses_colour_and_line(achievement: Make, school: Organisation) -> None:
    matter = Matter(achievement(), school, school, ("sv",), ())
    personal = Personal("Åsa", datetime(2026, 11, 24, tzinfo=UTC), None, ADDRESS_TEXT)
    plain, own = Look(colour="#7a1f5c"), Look(colour="#7a1f5c", texts=(("sv", "Bildning för livet"),))
    one, other = (Image.open(io.BytesIO(draw(matter, look, personal)["sv"])).convert("RGB") for look in (plain, own))
    assert one.getpixel((5, 5)) == (0x7A, 0x1F, 0x5C)
    changed = ImageChops.difference(one, other).convert("L")
    assert max(changed.crop((0, 1225, WIDTH, HEIGHT)).tobytes()) > 60
    assert max(changed.crop((0, 0, WIDTH, 1225)).tobytes()) < 60  # only their palettes differ a little


def test_right_to_left_page_is_mirrored(achievement: Make, school: Organisation) -> None:
    matter = Matter(achievement(), school, school, ("ar",), ())
    personal = Personal("فاطمة الزهراء", datetime(2026, 11, 24, tzinfo=UTC), None, ADDRESS_TEXT)
    image = Image.open(io.BytesIO(draw(matter, Look(), personal)["ar"])).convert("L")
    name = ink(part(image, (0, NAME[1], WIDTH, NAME[3])))
    assert name is not None
    assert name[0] > WIDTH // 3
    assert name[2] > WIDTH - 80
    (found,) = zxingcpp.read_barcodes(image)
    assert found.position.top_right.x < WIDTH // 3
