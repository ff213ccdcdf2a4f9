"""A proxy's 404 is no word of the system: what was written stays known, and is tried again."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest
from mimis_ats.greenhouse.feed import GreenhouseFeed
from mimis_ats.greenhouse.sandbox import FIELD
from mimis_ats.taken_away import already_gone
from mimis_ats.teamtailor.feed import TeamtailorFeed

from mimis_core import FeedReceipt, NotFoundError, TalentFeed
from mimis_core.testing import Answer
from tests.adapters.ats.conftest import WebServer

V1 = {"version": "v1", "api_key": "a", "user_id": 1, "custom_field": FIELD}
TEAMTAILOR = {"api_key": "a", "partner_key": "b", "user_id": 2}


def opened(kind: type[TalentFeed[Any]], table: dict[str, Any], url: str) -> TalentFeed[Any]:
    return kind(kind.kind, kind.Settings(**table | {"url": url}))


@pytest.mark.parametrize(
    ("kind", "table", "place"),
    [
        pytest.param(TeamtailorFeed, TEAMTAILOR, "uuid", id="a result"),
        pytest.param(TeamtailorFeed, TEAMTAILOR, "note:901", id="a note"),
        pytest.param(GreenhouseFeed, V1, f"field:{FIELD}", id="a field"),
        pytest.param(GreenhouseFeed, V1, "note:7", id="a note that nobody removes"),
    ],
)
def test_page_of_a_proxy_takes_nothing_away(
    web: WebServer, kind: type[TalentFeed[Any]], table: dict[str, Any], place: str
) -> None:
    web.reply = Answer(404, b"<html>no such site", "text/html")
    receipt = FeedReceipt(feed=kind.kind, key="k", candidate_id="50001", external_id=place)
    with closing(opened(kind, table, web.url)) as feed, pytest.raises(NotFoundError) as caught:
        feed.remove(receipt)
    assert caught.value.code is None


def test_systems_own_word_counts() -> None:
    with already_gone():
        raise NotFoundError("Record not found", code="not-found")
