"""The steps that need no database: map, decide, build and seal, verify."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from mimis_core.catalogue import Catalogue, Match, match
from mimis_core.kinds import Format, Sealer, Signer
from mimis_core.model import Check, Completion, IssueOrder, Sealed, Trust, Verdict
from mimis_core.observe import step
from mimis_core.plugins import Plugins


def map_completions(plugins: Plugins, completions: tuple[Completion, ...], catalogue: Catalogue) -> Match:
    """What one learner's completions earn: a plugin's answer if one has any, else the catalogue's requirements."""
    answers = plugins.call("mimis_map_achievement", completions=completions, catalogue=catalogue.latest())
    decided = next((answer for _, answer in answers if answer is not None), None)
    return match(completions, catalogue, decided)


def issue(order: IssueOrder, format_: Format[Any], sealer: Sealer[Any], signer: Signer[Any]) -> Sealed:
    """Build and seal one credential. Raises DataError when the document would not conform."""
    document = format_.build(order)
    with step("seal"):
        return sealer.seal(document, signer)


def add_months(start: datetime, months: int) -> datetime:
    """The same day some months later; the last day of the month where there is no such day."""
    index = start.month - 1 + months
    year, month = start.year + index // 12, index % 12 + 1
    return start.replace(year=year, month=month, day=min(start.day, calendar.monthrange(year, month)[1]))


def verify_file(plugins: Plugins, content: bytes, trust: Trust) -> Verdict:
    """Check a file with the plugin that knows its kind, then with every further check; the worst one decides."""
    offers = dict(plugins.call("mimis_verifier", content=content))
    for verifier in offers.values():
        if verifier is not None:
            verdict: Verdict = verifier.verify(content, trust)
            if _is_unreadable(verdict):
                return verdict
            further = dict(plugins.call("mimis_checks", content=content, trust=trust, document=verdict.document))
            merged = _with_further(verdict, (check for checks in further.values() for check in checks))
            return _without_doubt(merged, plugins.silent("mimis_checks", further))
    if silent := plugins.silent("mimis_verifier", offers):
        reason = f"Whether it knows the file could not be asked of {', '.join(silent)}; no other adapter does."
        return Verdict(verdict="unknown", checks=(Check(type="format", status="skipped", reason=reason),))
    failed = Check(type="format", status="error", reason="This is no file of a kind that mimis knows.")
    return Verdict(verdict="invalid", checks=(failed,))


def _is_unreadable(verdict: Verdict) -> bool:
    """Whether the verifier refused the form: it has limits that further checks, which read the file again, lack."""
    return any(check.type == "format" and check.status == "error" for check in verdict.checks)


def _without_doubt(verdict: Verdict, failed: list[str]) -> Verdict:
    """A check that could not run is said, and what it might have found leaves no file valid."""
    if not failed:
        return verdict
    checks = (Check(type="custom", status="skipped", reason=f"The check of {name} could not run.") for name in failed)
    word = "unknown" if verdict.verdict == "valid" else verdict.verdict
    return Verdict(verdict=word, checks=(*verdict.checks, *checks))


def _with_further(verdict: Verdict, further: Iterable[Check]) -> Verdict:
    """Merge further checks into those of their type: an error replaces ok, an ok adds nothing, custom is added."""
    checks = list(verdict.checks)
    for extra in further:
        known = next((index for index, check in enumerate(checks) if check.type == extra.type), None)
        if known is None or extra.type == "custom":
            checks.append(extra)
        elif extra.status == "error" and checks[known].status != "error":
            checks[known] = extra
    wrong = any(check.status == "error" for check in checks)
    return Verdict(verdict="invalid" if wrong else verdict.verdict, checks=tuple(checks))
