"""Mails: who writes, and what each half of them says."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from mimis_core import Organisation
from mimis_core.services.messages import Mail, corrected_mail, revoked_mail, sign_in_mail, suspended_mail

SCHOOL = Organisation(
    id="school",
    legal_name={"en": "Testbygden Folk High School"},
    registration="802002-6509",
    eidas="NTRSE-8020026509",
)
"""It has no Swedish name."""


def test_school_without_a_swedish_name_writes_by_the_one_it_has() -> None:
    subject, text = sign_in_mail(SCHOOL, "https://bevis.x.se/in/1")
    assert subject == "Logga in hos Testbygden Folk High School"
    assert "\nTestbygden Folk High School\n" in text


@pytest.mark.parametrize(
    "mail",
    [revoked_mail, suspended_mail, partial(corrected_mail, in_wallet=False)],
    ids=["revoked", "suspended", "corrected"],
)
def test_reason_stands_in_both_languages(mail: Callable[..., Mail]) -> None:
    _, text = mail(SCHOOL, "Åsa", ("Grund", "Basics"), "2026-11-30", "Fel moment.")
    swedish, _, english = text.partition("---")
    assert "Fel moment." in swedish
    assert "Fel moment." in english
