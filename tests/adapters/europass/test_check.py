"""The check ``format`` of a verification: shapes refuse, what lies beyond them does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from mimis_europass.check import check_content

from mimis_core import Achievement

Document = dict[str, Any]


def without_title(document: Document) -> None:
    del document["credentialSubject"]["hasClaim"]["title"]


def with_lost_key(document: Document) -> None:
    document["rubbish"] = 1


def with_list(document: Document) -> None:
    document["issuer"] = {"@set": [document["issuer"]]}


def with_other_context(document: Document) -> None:
    document["@context"] = ["https://www.w3.org/ns/credentials/v2"]


@pytest.mark.parametrize(
    ("change", "status"),
    [(lambda document: None, "ok"), (without_title, "error"), (with_lost_key, "ok"), (with_list, "skipped"),
     (with_other_context, "skipped")],
)  # fmt: skip
def test_check_says_what_shapes_say(
    built: Callable[..., Document],
    achievement: Callable[..., Achievement],
    change: Callable[[Document], None],
    status: str,
) -> None:
    document = built(achievement())
    change(document)
    (check,) = check_content(json.dumps(document).encode())
    assert (check.type, check.status) == ("format", status)
    assert check.reason


def test_other_file_gets_no_check() -> None:
    assert check_content(b"%PDF-1.7") == ()


def test_many_findings_are_cut_short(built: Callable[..., Document], achievement: Callable[..., Achievement]) -> None:
    document = built(achievement())
    for key in ("issuer", "issued", "validFrom", "displayParameter", "credentialProfiles", "credentialSchema"):
        del document[key]
    assert "(and 1 more)" in check_content(json.dumps(document).encode())[0].reason
