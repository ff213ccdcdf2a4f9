"""What every source must do, done by Moodle's."""

from __future__ import annotations

from mimis_moodle.source import MoodleSource

from mimis_core.testing.conformance import SourceConformance


class TestMoodleSource(SourceConformance):
    """Fixtures are in conftest.py."""

    adapter_type = MoodleSource
