"""The standard tests of a Source, on the Open edX sandbox."""

from mimis_openedx.source import OpenEdxSource

from mimis_core.testing.conformance import SourceConformance


class TestOpenEdxConformance(SourceConformance):
    adapter_type = OpenEdxSource
