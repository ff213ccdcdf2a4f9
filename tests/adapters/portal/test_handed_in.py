"""What people hand in to be checked: files in PDFs, saved shares, tokens that a mail broke, and what is no file."""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Callable

import pikepdf
import pypdf
import pytest
from mimis_portal.handed_in import LARGEST, MOST, attachments, link_in, unpack

from mimis_core import DataError

SEALED = b'{"payload": "e30", "signatures": []}'
TOKEN = b"eyJhbGciOiJFUzI1NiJ9.eyJhIjoxfQ.c2ln-_"


def embedded(content: bytes, dictionary: bytes = b"/Filter /FlateDecode") -> bytes:
    """A PDF with one embedded file, as far as anybody looks for one."""
    head = b"%PDF-1.7\n1 0 obj\n<< /Type /EmbeddedFile " + dictionary + b" /Length 9 >>\nstream\n"
    return head + content + b"\nendstream\nendobj\n"


def by_pypdf(files: list[bytes]) -> bytes:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    for number, content in enumerate(files):
        writer.add_attachment(f"{number}.json", content)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def by_pikepdf(files: list[bytes]) -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        for number, content in enumerate(files):
            pdf.attachments[f"{number}.json"] = pikepdf.AttachedFileSpec(pdf, content, filename=f"{number}.json")
        made = io.BytesIO()
        pdf.save(made, compress_streams=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return made.getvalue()


def refused(content: bytes) -> str | None:
    with pytest.raises(DataError) as caught:
        unpack(content)
    return caught.value.code


@pytest.mark.parametrize("make", [by_pypdf, by_pikepdf], ids=["pypdf", "pikepdf"])
def test_file_is_found_in_a_pdf_of_any_writer(make: Callable[[list[bytes]], bytes]) -> None:
    assert unpack(make([SEALED])) == [SEALED]
    assert sorted(unpack(make([SEALED, TOKEN]))) == sorted([SEALED, TOKEN])


def test_pdf_without_a_file_is_told_apart() -> None:
    assert refused(by_pypdf([])) == "pdf"


@pytest.mark.parametrize(
    "pdf",
    [
        embedded(b"no deflated data"),
        embedded(zlib.compress(SEALED)[:-6]),
        embedded(SEALED, b"/Filter /LZWDecode"),
        embedded(zlib.compress(b"x" * (LARGEST + 1))),
        b"%PDF-1.7 << /Type /EmbeddedFile >>",
        b"%PDF-1.7 << /Type /EmbeddedFile >> stream\nnever ends",
    ],
    ids=["garbage", "cut", "other filter", "bomb", "no stream", "no end"],
)
def test_broken_file_in_a_pdf_is_none(pdf: bytes) -> None:
    assert refused(pdf) == "pdf"


def test_many_false_beginnings_cost_little() -> None:
    pdf = b"%PDF-1.7\n" + b"1 0 obj /Type /EmbeddedFile /Filter /FlateDecode stream\n" * 30_000
    assert list(attachments(pdf)) == []


def test_plain_stream_is_read() -> None:
    assert unpack(embedded(SEALED, b"")) == [SEALED]


def test_more_files_than_are_asked_about_are_refused() -> None:
    assert refused(by_pypdf([SEALED] * (MOST + 1))) == "many"


@pytest.mark.parametrize("start", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a"], ids=["png", "jpeg", "gif"])
def test_picture_is_told_apart(start: bytes) -> None:
    assert refused(start + b"x" * 50) == "picture"


def test_link_is_not_followed() -> None:
    assert link_in(b" https://skolan.example/s/abc\r\n") == "https://skolan.example/s/abc"
    assert refused(b"https://skolan.example/s/abc") == "link"


def test_files_of_a_saved_share_are_taken() -> None:
    body = {"share": {}, "credentials": [{"sealed": SEALED.decode()}, {"sealed": None}, "x"]}
    assert unpack(json.dumps(body).encode()) == [SEALED]
    assert refused(json.dumps({"share": {}, "credentials": [{"sealed": None}]}).encode()) == "nameless"


def test_token_is_mended_that_a_mail_has_broken() -> None:
    assert unpack(b"\xef\xbb\xbf" + TOKEN[:20] + b"\r\n" + TOKEN[20:] + b"\n") == [TOKEN]


@pytest.mark.parametrize(
    "content", [SEALED, b"hello there", b"\x00\xff", b"[" * 100_000], ids=["json", "text", "bytes", "deep"]
)
def test_other_content_stands_as_it_is(content: bytes) -> None:
    assert unpack(content) == [content]
