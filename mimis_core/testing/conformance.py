"""Ready tests for adapters: subclass the suite of your kind, give its fixtures, and receive the tests.

Each suite names its fixtures in its docstring. What a user met once as a failure becomes a test here::

    class TestConformance(SourceConformance):
        adapter_type = MySource

There is no list of exceptions: where kinds differ (a mailbox cannot be asked what it has, a seal has no levels), the
suite has a class attribute that says which of two promises is kept, and tests that one. Only what a recruitment system
cannot have at all, such as a folder a register of candidates, is named with its reason, skipped and printed.
"""

from mimis_core.testing.suites.base import AdapterConformance, OpenedConformance, hostile, leaks, secrets_of
from mimis_core.testing.suites.courier import CourierConformance
from mimis_core.testing.suites.feed import TalentFeedConformance
from mimis_core.testing.suites.format import FormatConformance
from mimis_core.testing.suites.sealer import SealerConformance
from mimis_core.testing.suites.signer import SignerConformance
from mimis_core.testing.suites.source import SourceConformance, completions_of, cursor_of, keys_of, pull_all

__all__ = [
    "AdapterConformance",
    "CourierConformance",
    "FormatConformance",
    "OpenedConformance",
    "SealerConformance",
    "SignerConformance",
    "SourceConformance",
    "TalentFeedConformance",
    "completions_of",
    "cursor_of",
    "hostile",
    "keys_of",
    "leaks",
    "pull_all",
    "secrets_of",
]
