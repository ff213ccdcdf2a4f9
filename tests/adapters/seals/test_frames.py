"""The short way to a sealed file gives the bytes of the long one, and is not taken where it might differ."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimis_seals.sealing import frames
from mimis_seals.sealing.frames import make_ready

from mimis_core import DataError, Document

FIXED = (
    b'{"id":"',
    b'","issuer":{"eIDASIdentifier":{"notation":"NTRSE-8020026509"},"legalName":{"sv":"Skolan \\"\xc3\x85\\""}},"a":["',
    b'","x"],"picture":"',
    b'"}',
)


def made(*own: str, fixed: tuple[bytes, ...] = FIXED) -> Document:
    """A document of the template with texts in its places, as a Format would give it."""
    texts = [json.dumps(text, ensure_ascii=False)[1:-1].encode("utf-8", "surrogatepass") for text in own]
    return raw(*texts, fixed=fixed)


def raw(*own: bytes, fixed: tuple[bytes, ...] = FIXED) -> Document:
    parts = [fixed[0]]
    for text, piece in zip(own, fixed[1:], strict=True):
        parts += [text, piece]
    return Document(urn="urn:credential:1", format="elm", media_type="x", content=b"".join(parts), parts=tuple(parts))


def plain(document: Document) -> Document:
    return document.model_copy(update={"parts": ()})


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")), st.text("abc/+=\\", max_size=2000))
def test_short_way_gives_the_same_bytes(one: str, two: str, picture: str) -> None:
    document = made(one, two, picture)
    ready = make_ready(document)
    assert ready == make_ready(plain(document))
    outer = json.loads(ready.sealed({"protected": "p", "signature": "s"}))
    assert outer["payload"].encode() == document.content
    assert outer["signatures"] == [{"protected": "p", "signature": "s"}]


def test_short_way_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    make_ready(made("warm", "warm", "warm"))
    monkeypatch.setattr(frames, "read_object", None)
    assert make_ready(made("a", "b", "c")).issuer == "NTRSE-8020026509"


@pytest.mark.parametrize(
    "own",
    [
        b'x","id":"y',
        b"line\nbreak",
        b"\\",
        b"\xff",
        b'","issuer":{"eIDASIdentifier":{"notation":"NTRSE-1"}},"b":"',
        b"a" * 2000 + b'"',
    ],
)
def test_text_that_is_no_text_goes_the_long_way(own: bytes) -> None:
    document = raw(own, b"two", b"three")
    with pytest.raises(DataError) as short:
        make_ready(document)
    with pytest.raises(DataError) as long:
        make_ready(plain(document))
    assert short.value.message == long.value.message


@pytest.mark.parametrize(
    "fixed",
    [
        (b'{"issuer":{"eIDASIdentifier":{"notation":"', b'"}},"a":"', b'","b":"', b'"}'),
        (b'{"', b'":1,"a":"', b'","b":"', b'"}'),
        (b'{"a":', b',"b":"', b'","c":"', b'"}'),
        (b'{"a":"', b'","a":"', b'","c":"', b'"}'),
    ],
)
def test_other_templates_go_the_long_way(fixed: tuple[bytes, ...]) -> None:
    document = raw(b"1", b"2", b"3", fixed=fixed)
    assert frames._frame(document.parts[::2]) is None
    try:
        expected: object = make_ready(plain(document))
    except DataError as error:
        with pytest.raises(DataError, match=error.message[:20]):
            make_ready(document)
    else:
        assert make_ready(document) == expected


def test_parts_of_another_document_are_not_believed() -> None:
    document = made("a", "b", "c").model_copy(update={"content": made("x", "y", "z").content})
    assert make_ready(document) == make_ready(plain(document))
