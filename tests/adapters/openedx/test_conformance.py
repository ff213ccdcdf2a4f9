"""The standard tests of a Source, on the Open edX sandbox."""

import pytest
from mimis_openedx.source import OpenEdxSource

from mimis_core import Completion
from mimis_core.testing.conformance import SourceConformance
from tests.adapters.openedx.conftest import OLD_COURSE, completion


class TestOpenEdxConformance(SourceConformance):
    adapter_type = OpenEdxSource

    @pytest.fixture
    def late(self) -> Completion:
        return completion("8", OLD_COURSE, percent=64)
