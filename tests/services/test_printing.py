"""A credential as a page to print."""

from __future__ import annotations

import io

import pypdf
import pytest

from mimis_core import NotFoundError
from mimis_core.services import Services
from tests.school import HandSource, done, page


@pytest.fixture
def issued(school: Services) -> tuple[str, str]:
    """Ids of a learner and of her credential."""
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    credential = school.all_credentials()[0]
    return credential.learner_id, credential.id


def test_page_holds_the_sealed_file_itself(school: Services, issued: tuple[str, str]) -> None:
    sealed, printed = school.sealed(*issued), school.printed(*issued)
    attached = pypdf.PdfReader(io.BytesIO(printed.content)).attachments
    assert (printed.media_type, printed.filename.endswith(".pdf")) == ("application/pdf", True)
    assert attached[sealed.filename] == [sealed.content]


def test_page_is_the_learners_own_alone(school: Services, issued: tuple[str, str]) -> None:
    with pytest.raises(NotFoundError):
        school.printed("0" * 32, issued[1])


def test_format_without_pages_has_none_to_print(
    school: Services, issued: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(school), "_format", object())
    assert not school.can_print
    with pytest.raises(NotFoundError, match="no page to print"):
        school.printed(*issued)
