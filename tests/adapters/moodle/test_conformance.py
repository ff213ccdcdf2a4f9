"""What every source must do, done by Moodle's."""

from __future__ import annotations

import pytest
from mimis_moodle.source import MoodleSource

from mimis_core import Completion
from mimis_core.testing.conformance import SourceConformance
from tests.adapters.moodle.conftest import MakeCompletion


class TestMoodleSource(SourceConformance):
    """The other fixtures are in conftest.py."""

    adapter_type = MoodleSource

    @pytest.fixture
    def late(self, make_completion: MakeCompletion) -> Completion:
        return make_completion(13)
