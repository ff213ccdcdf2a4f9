"""Values as RDF has them, and the two ways in which reading a document ends early."""

from __future__ import annotations

import sys
from typing import NamedTuple

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
LANG_STRING = f"{RDF}langString"


class Undecided(Exception):  # noqa: N818  # no error: another judge is asked
    """The table cannot decide; the text says why, in English, for logs and reports."""


class Malformed(Exception):  # noqa: N818  # no error: a verdict
    """No JSON-LD processor takes the document; the text says why."""


class Literal(NamedTuple):
    """A text or number with its datatype; a text in a language has the datatype ``rdf:langString``."""

    text: str
    datatype: str
    language: str | None = None


class Ref(NamedTuple):
    """Another node, by its id."""

    id: str


Value = Literal | Ref


def scalar(value: str | int | float | bool, datatype: str) -> Literal:
    """A JSON text, number or truth value as RDF (JSON-LD 1.1 API, 8.2.2)."""
    if isinstance(value, bool):
        return Literal("true" if value else "false", datatype or f"{XSD}boolean")
    if isinstance(value, int) and abs(value) < 10**21:
        return Literal(str(value), datatype or f"{XSD}integer")
    if isinstance(value, int | float):
        return Literal(_double(value), datatype or f"{XSD}double")
    if datatype == f"{XSD}double":
        raise Undecided("it holds a text that is a number")
    return Literal(value, datatype or f"{XSD}string")


def _double(value: float) -> str:
    """A number that is not whole, or is huge, as the canonical form of ``xsd:double`` writes it."""
    if not -sys.float_info.max <= value <= sys.float_info.max:
        raise Undecided("it holds a number beyond all numbers")
    mantissa, _, exponent = f"{value:.15E}".partition("E")
    mantissa = mantissa.rstrip("0")
    return f"{mantissa}{'0' if mantissa.endswith('.') else ''}E{int(exponent)}"
