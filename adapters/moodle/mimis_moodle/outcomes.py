"""What asking Moodle about somebody gave."""

from __future__ import annotations

from dataclasses import dataclass

from mimis_core import Completion, SetAside, Withdrawal


@dataclass(frozen=True)
class Outcome:
    """What one question, or one bulk answer, gave.

    ``learners`` says how many participants it settles, for progress. ``open`` says that something can still be earned
    here: it is then asked about again, even when no bulk answer shows a change.
    """

    completions: tuple[Completion, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    withdrawn: tuple[Withdrawal, ...] = ()
    learners: int = 1
    open: bool = True
