"""The kit for adapter writers: the sandbox base, recordings of real systems, and the conformance suites.

A test module subclasses a suite of :mod:`mimis_core.testing.conformance` and gives it its fixtures. The sandboxes also
serve ``mimis demo``, where pytest is not installed.
"""

import sys

if "pytest" in sys.modules:
    sys.modules["pytest"].register_assert_rewrite("mimis_core.testing.conformance", "mimis_core.testing.suites")

from mimis_core.testing.faults import FAULTS  # after the rewrite hook
from mimis_core.testing.sandbox import SLOWEST, Sandbox
from mimis_core.testing.wire import Answer, Request

__all__ = ["FAULTS", "SLOWEST", "Answer", "Request", "Sandbox"]
