"""The second line: takes what looks personal or secret out of a text. The first is not to write it there.

A name looks like any other word: nothing here finds one.
"""

from __future__ import annotations

import re
from typing import Any

_MASKS = (
    (re.compile(r"(?i)\b(bearer|basic|token|dpop)\s+[\w.~+/=-]{8,}"), r"\1 [token]"),
    (re.compile(r"\beyJ[\w-]+(?:\.[\w-]*){1,4}"), "[token]"),
    (re.compile(r"(?<=[?&])([\w.\-\[\]]+)=[^&\s\"'<>]+"), r"\1=[value]"),
    (re.compile(r"(?<=://)[^\s/@:\"']+:[^\s/@\"']+(?=@)"), "[login]"),
    (re.compile(r"(?<!://)(?<![\w.+-])[\w.+%-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+"), "[mail]"),
    (re.compile(r"(?<=/events/)([\w.-]+)/[^\s/?#\"']+"), r"\1/[token]"),
    (
        re.compile(
            r"(?:(?<=/in/)|(?<=/me/contact/confirm/)|(?<=/in/helper/)|(?<=/attest/)|(?<=/s/)|(?<=/staff/invitation/))"
            r"[^\s/?#\"']+"
        ),
        "[token]",
    ),
    (
        # Ten or twelve digits that begin with a date, or the form for a person without one (facts/sweden.md 5).
        re.compile(
            r"(?<![\w-])(?:18|19|20)?\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01])"
            r"(?:[-+–]?\d{4}|[-+–]?[Tt][Ff]\d\d)(?![\w-])"
        ),
        "[number]",
    ),
    # Random URL-safe texts have all three kinds of characters; ids, which may be logged, are hexadecimal.
    (re.compile(r"(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[A-Za-z0-9_-]{20,}(?![\w-])"), "[token]"),
)


def mask(text: str) -> str:
    """The text without mail addresses, personal numbers, logins, tokens and values in queries."""
    for pattern, instead in _MASKS:
        text = pattern.sub(instead, text)
    return text


def mask_all(value: Any) -> Any:
    """The same for every text in a log entry's values; numbers and the like stay as they are."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {mask_all(key): mask_all(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [mask_all(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return mask(str(value))
