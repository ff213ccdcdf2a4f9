"""Teamtailor without a partner key: notes, written and removed with the customer's key alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from mimis_ats.teamtailor.feed import TeamtailorFeed
from mimis_ats.teamtailor.sandbox import TeamtailorSandbox
from mimis_ats.teamtailor.sandbox_notes import USER_ID
from mimis_ats.teamtailor.settings import TeamtailorSettings
from pydantic import SecretStr

from mimis_core import ConfigurationError
from mimis_core.testing.conformance import TalentFeedConformance
from tests.adapters.ats.test_teamtailor import ENTRY, connect, entry, stored

__all__ = ["connect", "entry"]


class TestNotes(TalentFeedConformance):
    """Without a partner key: notes, by the customer's key alone."""

    adapter_type = TeamtailorFeed
    row = "teamtailor, notes"

    @pytest.fixture
    def feed(self, connect: Callable[..., TeamtailorFeed]) -> TeamtailorFeed:
        return connect(partner_key=None, user_id=USER_ID)

    @pytest.fixture
    def locked_out(self, connect: Callable[..., TeamtailorFeed]) -> TeamtailorFeed:
        return connect(api_key="not-the-customers-key", partner_key=None, user_id=USER_ID)


def test_note_names_a_user_and_the_link(connect: Callable[..., TeamtailorFeed], server: TeamtailorSandbox) -> None:
    connect(partner_key=None, user_id=USER_ID).put(ENTRY, None)
    (note,) = stored(server)
    assert (note["candidate-id"], note["user-id"]) == ("50001", str(USER_ID))
    assert note["note"].splitlines()[:3] == [ENTRY.summary, "Batterier för nybörjare: Malmö folkhögskola", ENTRY.url]


def test_notes_of_people_stay(connect: Callable[..., TeamtailorFeed], server: TeamtailorSandbox) -> None:
    for number in range(40):
        server.notes.held[str(number)] = {"note": f"Ring {number}", "candidate-id": "50001", "user-id": "2"}
    feed = connect(partner_key=None, user_id=USER_ID)
    receipt = feed.put(ENTRY, None)
    assert feed.put(ENTRY, None) == receipt
    feed.remove(receipt)
    assert len(server.notes.held) == 40


def test_partner_key_that_came_later_takes_the_note_over(
    connect: Callable[..., TeamtailorFeed], server: TeamtailorSandbox
) -> None:
    note = connect(partner_key=None, user_id=USER_ID).put(ENTRY, None)
    result = connect(user_id=USER_ID).put(ENTRY, note)
    assert (len(server.notes.held), list(server.results)) == (0, [result.external_id])


def test_result_without_the_partner_key_is_told(
    connect: Callable[..., TeamtailorFeed], server: TeamtailorSandbox
) -> None:
    result = connect().put(ENTRY, None)
    with pytest.raises(ConfigurationError) as caught:
        connect(partner_key=None, user_id=USER_ID).remove(result)
    assert "partner_key" in str(caught.value.mend)


def test_one_who_writes_is_needed(server: TeamtailorSandbox) -> None:
    with pytest.raises(ValueError, match="partner_key or user_id"):
        TeamtailorSettings(url=server.url, api_key=SecretStr("k"))
