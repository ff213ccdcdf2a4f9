"""Tampered twins of a sealed file: one change each, in every part that a seal or its additions cover."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

Json = dict[str, Any]


def make_twins(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Every twin with the name of what was changed: the payload, the header, the signature, each ``etsiU`` element.

    Payload and header stay valid JSON, a certificate stays decodable base64: what must fail is the cryptography.
    """
    yield "payload", _changed(content, _payload)
    yield "protected", _changed(content, _protected)
    yield "signature", _changed(content, _signature)
    elements = _signature_of(json.loads(content)).get("header", {}).get("etsiU", [])
    for index, element in enumerate(elements):
        name = next(iter(json.loads(_decode(element))))
        yield f"etsiU-{index}-{name}", _changed(content, partial(_element, index=index))


def _changed(content: bytes, change: Callable[[Json], None]) -> bytes:
    sealed = json.loads(content)
    change(sealed)
    return json.dumps(sealed, ensure_ascii=False, separators=(",", ":")).encode()


def _payload(sealed: Json) -> None:
    """One letter of one title, which every credential has."""
    head, title, rest = sealed["payload"].partition('"title":{')
    letter = next(index for index in range(5, len(rest)) if rest[index].isalpha() and rest[index - 1].isalpha())
    sealed["payload"] = f"{head}{title}{rest[:letter]}{_other(rest[letter])}{rest[letter + 1 :]}"


def _protected(sealed: Json) -> None:
    """The second at which it says that it was sealed."""
    signature = _signature_of(sealed)
    header = json.loads(_decode(signature["protected"]))
    if "sigT" in header:
        header["sigT"] = _later(header["sigT"])
    else:
        header["iat"] += 1
    signature["protected"] = _encode(json.dumps(header, separators=(",", ":")).encode())


def _later(moment: str) -> str:
    seconds = (int(moment[17:19]) + 1) % 60
    return f"{moment[:17]}{seconds:02}{moment[19:]}"


def _signature(sealed: Json) -> None:
    signature = _signature_of(sealed)
    signature["signature"] = _encode(_flipped(_decode(signature["signature"])))


def _element(sealed: Json, index: int) -> None:
    """The last value in the element: a token, a certificate, a revocation list or answer."""
    elements = _signature_of(sealed)["header"]["etsiU"]
    element = json.loads(_decode(elements[index]))
    holder, key = list(_values(element))[-1]
    holder[key] = b64encode(_flipped(b64decode(holder[key]))).decode()
    elements[index] = _encode(json.dumps(element, separators=(",", ":")).encode())


def _values(node: Any) -> Iterator[tuple[Any, str]]:
    if isinstance(node, list):
        for item in node:
            yield from _values(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "val" and isinstance(value, str):
                yield node, key
            else:
                yield from _values(value)


def _flipped(content: bytes) -> bytes:
    """One bit near the end, which in all these structures is a signature's value."""
    place = len(content) - 9
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def _other(letter: str) -> str:
    return "x" if letter != "x" else "y"


def _signature_of(sealed: Json) -> Json:
    signature: Json = sealed["signatures"][0]
    return signature


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _encode(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
