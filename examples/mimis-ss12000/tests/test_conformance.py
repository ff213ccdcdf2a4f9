"""The standard tests of a Source, on the sandbox."""

from mimis_ss12000.source import SS12000Source

from mimis_core.testing.conformance import SourceConformance


class TestSS12000Conformance(SourceConformance):
    adapter_type = SS12000Source
