"""The conformance suites, one module for each kind; import them from :mod:`mimis_core.testing.conformance`."""
