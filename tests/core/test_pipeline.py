"""The steps without a database: what a plugin decides, months that fit, and the worst check that wins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pluggy
import pytest

from mimis_core import Achievement, Check, Completion, Trust, Verdict, Verifier, hookimpl, hookspecs
from mimis_core.catalogue import Catalogue, Earned
from mimis_core.pipeline import add_months, map_completions, verify_file
from mimis_core.plugins import LoadedPlugin, Plugins
from mimis_core.services import Services
from tests.school import done

OK = [Check(type=kind, status="ok", reason="god") for kind in ("format", "seal", "owner")]


class Checker(Verifier):
    """Finds files of its own kind good."""

    def verify(self, content: bytes, trust: Trust) -> Verdict:
        return Verdict(verdict="valid", checks=tuple(OK))


class Plugin:
    """Answers what the test gave it."""

    def __init__(self, *further: Check, earned: Sequence[Earned] | None = None) -> None:
        self.further, self.earned = further, earned

    @hookimpl
    def mimis_verifier(self, content: bytes) -> Verifier | None:
        return Checker() if content.startswith(b"ours") else None

    @hookimpl
    def mimis_checks(self, content: bytes, trust: Trust) -> Sequence[Check]:
        return self.further

    @hookimpl
    def mimis_map_achievement(self, completions: Any, catalogue: Any) -> Sequence[Earned] | None:
        return self.earned


def plugins(*all_: Plugin) -> Plugins:
    manager = pluggy.PluginManager("mimis")
    manager.add_hookspecs(hookspecs)
    for one in all_:
        manager.register(one)
    return Plugins(manager)


@pytest.fixture
def entries(school: Services) -> tuple[Achievement, ...]:
    return school.catalogue.latest()


def test_unknown_file_is_invalid() -> None:
    verdict = verify_file(plugins(Plugin()), b"other", Trust())
    assert (verdict.verdict, [check.type for check in verdict.checks]) == ("invalid", ["format"])


def test_verifier_that_cannot_be_asked_leaves_doubt() -> None:
    class Broken:
        @hookimpl
        def mimis_verifier(self, content: bytes) -> Verifier | None:
            raise ImportError("half installed")

    host = plugins(Plugin())
    host.manager.register(Broken(), "broken")
    other, ours = (verify_file(host, content, Trust()) for content in (b"other", b"ours"))
    assert (other.verdict, "asked of broken" in other.checks[0].reason) == ("unknown", True)
    assert ours.verdict == "valid"


def test_good_file_keeps_its_verdict() -> None:
    assert verify_file(plugins(Plugin()), b"ours", Trust()).verdict == "valid"


@pytest.mark.parametrize(
    ("further", "verdict", "status"),
    [
        (Check(type="owner", status="error", reason="spärrad"), "invalid", "error"),
        (Check(type="owner", status="ok", reason="känd"), "valid", "ok"),
        (Check(type="owner", status="skipped", reason="?"), "valid", "ok"),
    ],
)
def test_worst_of_one_type_decides(further: Check, verdict: str, status: str) -> None:
    found = verify_file(plugins(Plugin(further)), b"ours", Trust())
    assert found.verdict == verdict
    assert {check.type: check.status for check in found.checks}["owner"] == status
    assert len(found.checks) == 3


@pytest.mark.parametrize(("status", "verdict"), [("error", "invalid"), ("ok", "valid"), ("skipped", "valid")])
def test_check_of_new_type_is_added(status: Any, verdict: str) -> None:
    found = verify_file(plugins(Plugin(Check(type="custom", status=status, reason="egen"))), b"ours", Trust())
    assert (found.verdict, found.checks[-1].type) == (verdict, "custom")


def test_plugin_may_decide_what_is_earned(entries: tuple[Achievement, ...]) -> None:
    one: Completion = done("course:egen")
    found = map_completions(plugins(Plugin(earned=[(entries[0], (one,))])), (one,), Catalogue(entries))
    assert found.earned == ((entries[0], (one,)),)
    assert found.unmatched == ()


def test_silent_plugin_leaves_it_to_catalogue(entries: tuple[Achievement, ...]) -> None:
    found = map_completions(plugins(Plugin()), (done("course:1"), done("course:egen")), Catalogue(entries))
    assert [achievement.id for achievement, _ in found.earned] == ["digitala-arbetsmiljoer"]
    assert [one.module for one in found.unmatched] == ["course:egen"]


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ((2026, 1, 31), 1, (2026, 2, 28)),
        ((2027, 12, 31), 2, (2028, 2, 29)),
        ((2028, 2, 29), 12, (2029, 2, 28)),
        ((2026, 11, 24), 36, (2029, 11, 24)),
        ((2026, 12, 1), 1, (2027, 1, 1)),
    ],
)
def test_months_end_on_a_real_day(start: tuple[int, int, int], months: int, end: tuple[int, int, int]) -> None:
    assert add_months(datetime(*start, 9, tzinfo=UTC), months) == datetime(*end, 9, tzinfo=UTC)


class BrokenCheck:
    """Its check raises on some files, as a third party's code may."""

    @hookimpl
    def mimis_checks(self, content: bytes, trust: Trust) -> Sequence[Check]:
        if content == b"ours":
            raise KeyError("broken")
        return ()


@pytest.mark.parametrize("times", [1, 2])
def test_check_that_cannot_run_leaves_doubt(times: int) -> None:
    host = plugins(Plugin())
    host.manager.register(BrokenCheck(), "broken")
    host.loaded.append(LoadedPlugin("broken", "mimis-broken", "1"))
    found = [verify_file(host, b"ours", Trust()) for _ in range(times)][-1]
    assert found.verdict == "unknown"
    assert found.checks[-1].reason == "The check of broken could not run."
    assert verify_file(host, b"ours, another", Trust()).verdict == "valid"


def test_checks_judge_what_the_verifier_read() -> None:
    class Reading(Plugin):
        @hookimpl
        def mimis_verifier(self, content: bytes) -> Verifier | None:
            return Reader()

        @hookimpl
        def mimis_checks(self, document: dict[str, Any] | None) -> Sequence[Check]:
            return (Check(type="custom", status="ok", reason=f"read {document}"),)

    class Reader(Verifier):
        def verify(self, content: bytes, trust: Trust) -> Verdict:
            return Verdict(verdict="valid", checks=(), document={"id": "urn:1"})

    found = verify_file(plugins(Reading()), b"ours", Trust())
    assert (found.checks[-1].reason, found.document) == ("read {'id': 'urn:1'}", None)


def test_custom_checks_stand_beside_each_other() -> None:
    further = [Check(type="custom", status=status, reason=status) for status in ("ok", "skipped", "error")]
    found = verify_file(plugins(Plugin(*further)), b"ours", Trust())
    assert [check.reason for check in found.checks[-3:]] == ["ok", "skipped", "error"]


def test_refused_form_is_not_read_again() -> None:
    class Refusing(Plugin):
        @hookimpl
        def mimis_verifier(self, content: bytes) -> Verifier | None:
            return Refuser()

    class Refuser(Verifier):
        def verify(self, content: bytes, trust: Trust) -> Verdict:
            return Verdict(verdict="invalid", checks=(Check(type="format", status="error", reason="bomb"),))

    further = Check(type="custom", status="ok", reason="read")
    assert len(verify_file(plugins(Refusing(further)), b"ours", Trust()).checks) == 1
