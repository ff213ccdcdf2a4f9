"""Swedish organisation numbers: the form that mimis stores, and the check digit."""

from __future__ import annotations

import re

from mimis_core import UserError


def normalise(text: str) -> str:
    """``text`` as ``NNNNNN-NNNN``.

    Accepts ten digits with or without hyphen, and the twelve-digit form with prefix 16. Raises UserError for anything
    else, also for a personal number (its third digit is below 2): a sole trader cannot be registered by it.
    """
    matched = re.fullmatch(r"(?:16)?([0-9]{6})-?([0-9]{4})", text.strip(), re.ASCII)
    if not matched:
        raise UserError("That is no organisation number.", mend="Write it as NNNNNN-NNNN.", code="format")
    digits = matched[1] + matched[2]
    if digits[2] < "2":
        raise UserError(
            "That is a personal number, which is never stored here.",
            mend="Register the employer by an organisation number.",
            code="personal",
        )
    if check_digit(digits[:9]) != digits[9]:
        raise UserError("The organisation number's check digit is wrong.", mend="Check the digits.", code="check-digit")
    return f"{digits[:6]}-{digits[6:]}"


def check_digit(first_nine: str) -> str:
    """The tenth digit that belongs to nine (Luhn)."""
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(first_nine))
    total = sum(number // 10 + number % 10 for number in doubled)
    return str(-total % 10)
