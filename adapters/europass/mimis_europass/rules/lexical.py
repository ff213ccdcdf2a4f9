"""How values are written: what the XML Schema datatypes want (strict), and what the official shapes let pass."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation

from mimis_europass.rules.rdf import XSD, Literal, Undecided

INTEGERS = frozenset({f"{XSD}integer", f"{XSD}positiveInteger"})
DATE_TIME = f"{XSD}dateTime"
DURATION = f"{XSD}duration"
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_STRICT = {
    DURATION: re.compile(r"-?P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"),
    f"{XSD}integer": re.compile(r"[+-]?\d+"),
    f"{XSD}positiveInteger": re.compile(r"\+?0*[1-9]\d*"),
    f"{XSD}decimal": re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)"),
    f"{XSD}boolean": re.compile(r"true|false|0|1"),
    f"{XSD}anyURI": re.compile(r"\S+"),
}


TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
"""A language tag is well-formed enough (RFC 5646, section 2.1)."""


def is_strict(datatype: str, text: str) -> bool:
    """True when the text is a lexical form of the datatype (XML Schema part 2), and a moment names its offset."""
    if datatype == DATE_TIME:
        return _DATE_TIME.fullmatch(text) is not None and _moment(text)
    pattern = _STRICT.get(datatype)
    return pattern is None or pattern.fullmatch(text) is not None


def is_written_well(value: Literal) -> bool:
    """True when a value is written as its datatype wants, and its language tag is one."""
    return is_strict(value.datatype, value.text) and (
        value.language is None or TAG.fullmatch(value.language) is not None
    )


def passes_shapes(value: Literal) -> bool:
    """True when a validator of the shapes takes the text as its datatype. Raises ``Undecided``.

    Validators parse more than the standard allows, bare dates above all; this says what pyshacl and rdflib let pass.
    """
    text, datatype, _ = value
    if datatype == DATE_TIME:
        return _moment(text)
    if datatype in INTEGERS:
        number = _integer(text)
        return number is not None and (number > 0 or not datatype.endswith("positiveInteger"))
    if datatype == f"{XSD}decimal":
        return _decimal(text)
    if datatype == f"{XSD}boolean":
        return text in ("true", "false", "1", "0")
    if datatype == DURATION:
        return _duration(text)
    return True


def within(value: Literal, top: int) -> bool:
    """True when a number is not above ``top``; what is no number is not."""
    number = _integer(value.text) if value.datatype in INTEGERS else None
    if number is None and not value.datatype == f"{XSD}positiveInteger":
        raise Undecided("it compares a value that is no whole number")
    return number is not None and number <= top


def _moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _integer(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


def _decimal(text: str) -> bool:
    try:
        Decimal(text)
    except InvalidOperation:
        return False
    return True


def _duration(text: str) -> bool:
    if is_strict(DURATION, text):
        return True
    if not text.lstrip("+-").startswith("P"):
        return False
    raise Undecided("it holds a duration in an unusual form")
