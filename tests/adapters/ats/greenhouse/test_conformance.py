"""What every feed must do, done by this one over both versions of the Harvest API."""

from __future__ import annotations

import pytest
from mimis_ats.greenhouse.feed import GreenhouseFeed

from mimis_core.testing.conformance import TalentFeedConformance
from tests.adapters.ats.greenhouse.conftest import Connect


class TestConformance(TalentFeedConformance):
    adapter_type = GreenhouseFeed

    @pytest.fixture
    def locked_out(self, connect: Connect) -> GreenhouseFeed:
        return connect(client_secret="not-the-secret")


class TestConformanceV1(TalentFeedConformance):
    """Version 1, whose files cannot be removed: the pointer is a line of a custom field."""

    adapter_type = GreenhouseFeed
    row = "greenhouse v1"

    @pytest.fixture
    def feed(self, connect: Connect) -> GreenhouseFeed:
        return connect(v1=True)

    @pytest.fixture
    def locked_out(self, connect: Connect) -> GreenhouseFeed:
        return connect(v1=True, api_key="not-the-key")
