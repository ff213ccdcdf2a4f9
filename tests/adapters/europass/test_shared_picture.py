"""Documents with a picture of each learner's own and with one for all: what differs, and that both conform."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mimis_europass.elm import ElmFormat
from mimis_europass.picture.page import contrast_with_white
from mimis_europass.rules.judge import find_violations
from mimis_europass.settings import ElmSettings
from pydantic import ValidationError

from mimis_core import Achievement, Document, IssueOrder

Make = Callable[..., Achievement]
Order = Callable[..., IssueOrder]
NAMES = ("Åsa Öberg", 'Bo "Bosse" Ek\\', "فاطمة الزهراء")


def pictures(document: Document) -> list[bytes]:
    displays = json.loads(document.content)["displayParameter"]["individualDisplay"]
    details = (detail for display in displays for detail in listed(display["displayDetail"]))
    return [base64.b64decode(detail["image"]["content"]) for detail in details]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def built(picture: str, order: Order, achievement: Make, **settings: Any) -> list[Document]:
    format_ = ElmFormat("elm", ElmSettings.model_validate({"picture": picture, **settings}))
    return [format_.build(order(achievement(), name=name)) for name in NAMES]


def test_shared_pictures_are_the_same_for_all(order: Order, achievement: Make) -> None:
    drawn = [pictures(document) for document in built("shared", order, achievement)]
    assert drawn[0] == drawn[1] == drawn[2]
    assert len(drawn[0]) == 2


def test_own_pictures_differ_between_learners(order: Order, achievement: Make) -> None:
    drawn = {picture for document in built("own", order, achievement) for picture in pictures(document)}
    assert len(drawn) == len(NAMES) * 2


@pytest.mark.parametrize("picture", ["own", "shared"])
def test_document_says_the_name_whatever_the_picture(order: Order, achievement: Make, picture: str) -> None:
    for name, document in zip(NAMES, built(picture, order, achievement), strict=True):
        content = json.loads(document.content)
        assert content["credentialSubject"]["fullName"] == {"sv": name}
        assert find_violations(content) == []


@pytest.mark.parametrize("picture", ["own", "shared"])
def test_parts_are_the_content_cut(order: Order, achievement: Make, picture: str) -> None:
    one, other, _ = built(picture, order, achievement)
    assert b"".join(one.parts) == one.content
    assert one.parts[::2] == other.parts[::2]


@pytest.mark.official
@pytest.mark.parametrize("picture", ["own", "shared"])
def test_sample_passes_official_shapes(order: Order, achievement: Make, judge: Any, picture: str) -> None:
    for document in built(picture, order, achievement)[:2]:
        for profile in ("no_cv", "full"):
            assert judge.findings(json.loads(document.content), profile) == ""


def test_look_changes_the_shared_picture(order: Order, achievement: Make) -> None:
    plain, coloured, lined = (
        pictures(built("shared", order, achievement, **look)[0])
        for look in ({}, {"colour": "#7a1f5c"}, {"texts": {"sv": "Bildning för livet"}})
    )
    assert plain != coloured
    assert plain != lined


@pytest.mark.parametrize(("colour", "least"), [("#ffffff", 1), ("#767676", 4.5), ("#000000", 21)])
def test_contrast_is_that_of_wcag(colour: str, least: float) -> None:
    assert contrast_with_white(colour) == pytest.approx(least, abs=0.05)


def test_pale_colour_is_a_finding() -> None:
    pale = list(ElmFormat("elm", ElmSettings(colour="#ffdd00")).check())
    assert [(finding.subject, finding.status) for finding in pale] == [("format colour", "error")]
    assert pale[0].mend
    assert not list(ElmFormat("elm", ElmSettings()).check())


@pytest.mark.parametrize("wrong", [{"colour": "teal"}, {"colour": "#12345"}, {"picture": "none"}])
def test_settings_refuse_what_is_no_look(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        ElmSettings.model_validate(wrong)


def test_missing_logo_and_colour_are_both_found(tmp_path: Path) -> None:
    settings = ElmSettings(logo=tmp_path / "none.svg", colour="#eeeeee")
    assert {finding.subject for finding in ElmFormat("elm", settings).check()} == {"format logo", "format colour"}
