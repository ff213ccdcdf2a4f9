"""Whatever stands in a learner's records, the filled-in template is the document written out, and conforms."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mimis_europass import elm as elm_module
from mimis_europass.document.orders import MAIL
from mimis_europass.elm import ElmFormat
from mimis_europass.rules.judge import find_violations
from mimis_europass.settings import ElmSettings

from mimis_core import Achievement, Attachment, Completion, CompletionKind, Grade, IssueOrder

from .conftest import NOW
from .rich import PDF, rich_fields
from .test_document_shapes import written

TEXT = st.text(min_size=1, max_size=30)
ODD = st.sampled_from(["asa@exempel.se", "\ufdd0urn\ufdd0", 'a"b\\c', "\u2028", "a\nb", "{hours}", "sv", "\ud800"])
TITLES = st.dictionaries(st.sampled_from(["sv", "en", "fi"]), TEXT | ODD, min_size=1)
DOCUMENTS = st.builds(
    lambda title, inside, link: Attachment(
        title=title, content=PDF if inside else None, url="https://x.example/1" if link else None
    ),
    TITLES,
    st.booleans(),
    st.booleans(),
)
RECORDS = st.fixed_dictionaries(
    {"kind": st.sampled_from(CompletionKind)},
    optional={
        "by": TEXT | ODD,
        "place": TEXT | ODD,
        "hours": st.floats(0.01, 5000, allow_nan=False),
        "started_at": st.integers(-400, 400).map(lambda days: NOW + timedelta(days=days)),
        "document": DOCUMENTS,
        "grade": st.builds(Grade, text=TEXT | ODD) | st.builds(Grade, value=st.floats(0, 99), maximum=st.just(100.0)),
    },
)
PICTURES = {"sv": b"png", "en": b"png"}


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> ElmFormat:
    """The format with a picture that takes no time."""
    monkeypatch.setattr(elm_module, "draw", lambda *_: PICTURES)
    return ElmFormat("elm", ElmSettings())


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(RECORDS, max_size=4), rich=st.booleans())
def test_any_records_fill_the_template(
    undrawn: ElmFormat,
    order: Callable[..., IssueOrder],
    achievement: Callable[..., Achievement],
    completion: Callable[..., Completion],
    records: list[dict[str, Any]],
    rich: bool,
) -> None:
    evidence = tuple(completion(key=str(index), **record) for index, record in enumerate(records))
    entry = achievement(**(rich_fields(achievement()) if rich else {}))
    made = order(entry, evidence=evidence)
    content = undrawn.build(made).content.decode()
    document = json.loads(content)
    assert document == written(made) | {"displayParameter": document["displayParameter"]}
    assert find_violations(document) == []
    assert (len(content.splitlines()), MAIL.search(content), "\ufdd0" in content) == (1, None, False)
