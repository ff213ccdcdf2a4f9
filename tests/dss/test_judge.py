"""The parts of `make test-dss` that need neither Java nor Maven: the twins, and what the judge makes of verdicts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.dss.explained import EXPLAINED
from tests.dss.twins import make_twins
from tests.dss.verdicts import assess, remarks

Json = dict[str, Any]
SAMPLE = "Sample-MC-Annex1-signed.jsonld"


def verdict(file: str, indication: str = "TOTAL_PASSED", level: str = "T", **changes: Any) -> Json:
    stamp = {
        "type": "SIGNATURE_TIMESTAMP",
        "imprint_intact": True,
        "indication": "PASSED",
        "warnings": [],
        "errors": [],
    }
    made: Json = {"folder": "ours", "file": f"{file}.jsonld", "indication": indication, "timestamps": [stamp]}
    return made | {"level": f"JAdES-BASELINE-{level}", "errors": [], "warnings": [], "infos": []} | changes


def wrong(*verdicts: Json) -> list[str]:
    """What the judge objects to, but for explanations that these few verdicts do not need."""
    found = assess(list(verdicts)).wrong
    return [text for text in found if not text.startswith("explained, but nobody")]


@pytest.mark.official
def test_every_part_has_its_twin(shared: Path) -> None:
    content = (shared / "elm" / "samples" / SAMPLE).read_bytes()
    twins = dict(make_twins(content))
    added = ["etsiU-0-sigTst", "etsiU-1-xVals", "etsiU-2-rVals", "etsiU-3-arcTst"]
    assert list(twins) == ["payload", "protected", "signature", *added]
    assert all(parts(twin) != parts(content) for twin in twins.values())
    assert len({json.dumps(parts(twin)) for twin in twins.values()}) == len(twins)


@pytest.mark.official
def test_twin_differs_in_one_part(shared: Path) -> None:
    content = (shared / "elm" / "samples" / SAMPLE).read_bytes()
    for name, twin in make_twins(content):
        differing = [part for part, value in parts(twin).items() if value != parts(content)[part]]
        assert differing == ["etsiU" if name.startswith("etsiU") else name]


def parts(content: bytes) -> Json:
    sealed = json.loads(content)
    signature = sealed["signatures"][0]
    return {
        "payload": json.loads(sealed["payload"]),
        "protected": signature["protected"],
        "signature": signature["signature"],
        "etsiU": signature["header"]["etsiU"],
    }


def test_good_verdicts_have_no_objection() -> None:
    twin = verdict("ES256-T~payload", "TOTAL_FAILED")
    assert wrong(verdict("ES256-T"), twin) == []


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda: verdict("ES256-LT"),
        lambda: verdict("ES256-T", "INDETERMINATE"),
        lambda: verdict("ES256-T", warnings=["NEW_KEY: Something new."]),
        lambda: verdict("ES256-T", "UNREADABLE"),
    ],
)
def test_bad_seal_is_an_objection(spoilt: Callable[[], Json]) -> None:
    assert len(wrong(spoilt())) == 1


@pytest.mark.parametrize("part", ["payload", "protected", "signature", "etsiU-0-sigTst"])
def test_accepted_twin_is_an_objection(part: str) -> None:
    assert len(wrong(verdict("ES256-T"), verdict(f"ES256-T~{part}"))) == 1


@pytest.mark.parametrize(
    "changes", [{"level": "JAdES-BASELINE-B"}, {"indication": "INDETERMINATE"}, {"indication": "TOTAL_FAILED"}]
)
def test_twin_may_count_for_less(changes: Json) -> None:
    assert wrong(verdict("ES256-T"), verdict("ES256-T~etsiU-0-sigTst", **changes)) == []


def test_broken_timestamp_is_noticed() -> None:
    twin = verdict("ES256-T~etsiU-0-sigTst")
    twin["timestamps"][0]["imprint_intact"] = False
    report = assess([verdict("ES256-T"), twin])
    assert [row[3] for row in report.rows] == ["passes", "broken: SIGNATURE_TIMESTAMP"]


@pytest.mark.parametrize(("indication", "objections"), [("PASSED", 1), ("INDETERMINATE", 0)])
def test_unproved_timestamp_is_noticed_without_level(indication: str, objections: int) -> None:
    names = {"folder": "demo-sigT", "level": "JSON-NOT-ETSI"}
    twin = verdict("file1-LT~etsiU-2-rVals") | names
    twin["timestamps"][0]["indication"] = indication
    assert len(wrong(verdict("file1-LT") | names, twin)) == objections


@pytest.mark.parametrize(("level", "objections"), [("LT", 0), ("LTA", 1)])
def test_certificates_alone_are_unprotected_at_lt(level: str, objections: int) -> None:
    name = f"ES256-{level}"
    twin = verdict(f"{name}~etsiU-1-xVals", level=level)
    assert len(wrong(verdict(name, level=level), twin)) == objections


@pytest.mark.parametrize(
    ("folder", "objections"), [("sigT", 0), ("demo-sigT-lists", 0), ("sigT-2025", 1), ("demo-iat", 1)]
)
def test_only_late_sigt_may_lack_level(folder: str, objections: int) -> None:
    assert len(wrong(verdict("ES256-T", folder=folder) | {"level": "JSON-NOT-ETSI"})) == objections


def test_payload_twin_must_fail_outright() -> None:
    assert wrong(verdict("ES256-T"), verdict("ES256-T~payload", "INDETERMINATE"))


def test_unused_explanation_is_an_objection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(EXPLAINED, "OLD_KEY", "No longer made.")
    assert any("OLD_KEY" in text for text in assess([verdict("ES256-T")]).wrong)


def test_timestamps_remarks_count_too() -> None:
    one = verdict("ES256-T")
    one["timestamps"][0]["warnings"] = ["KEY: Text."]
    assert list(remarks(one)) == ["KEY: Text."]
