"""The kit for adapter writers: the sandbox base and the conformance suites.

A test module subclasses a suite of :mod:`mimis_core.testing.conformance` and gives it its fixtures. The sandboxes also
serve ``mimis demo``, where pytest is not installed.
"""

import sys

if "pytest" in sys.modules:
    sys.modules["pytest"].register_assert_rewrite("mimis_core.testing.conformance")

from mimis_core.testing.sandbox import FAULTS, Answer, Request, Sandbox  # after the rewrite hook

__all__ = ["FAULTS", "Answer", "Request", "Sandbox"]
