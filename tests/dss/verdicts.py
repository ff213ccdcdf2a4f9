"""What the judge makes of DSS's verdicts: whether each file is judged as it must be, and each remark explained."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.dss.explained import EXPLAINED

LEVELS = ("B", "T", "LT", "LTA")
REFUSED = ("TOTAL_FAILED", "UNREADABLE", "NO_SIGNATURE")
Verdict = dict[str, Any]


@dataclass
class Report:
    """The table and what is wrong in it."""

    rows: list[tuple[str, ...]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    remarks: set[str] = field(default_factory=set)


def assess(verdicts: list[Verdict]) -> Report:
    """Hold every verdict against what it must be."""
    report = Report()
    originals = {(one["folder"], stem(one)): one for one in verdicts if "~" not in one["file"]}
    for one in verdicts:
        original = originals[one["folder"], stem(one).partition("~")[0]]
        if one is original:
            outcome = "passes" if passes(one) else ""
            report.remarks |= set(remarks(one))
        else:
            outcome = noticed(one, original)
        if not outcome:
            report.wrong.append(f"{one['folder']}/{stem(one)}: {words(one)} {'; '.join(one.get('errors', ()))}")
        report.rows.append((f"{one['folder']}/{stem(one)}", words(one), level(one), outcome or "WRONG"))
    report.wrong += [f"not explained: {text}" for text in sorted(report.remarks) if key_of(text) not in EXPLAINED]
    unused = sorted(set(EXPLAINED) - {key_of(text) for text in report.remarks})
    report.wrong += [f"explained, but nobody remarked it: {key}" for key in unused]
    return report


def passes(one: Verdict) -> bool:
    """Whether an original has a passing verdict at the level that its name ends with; the EU's samples are LTA.

    With ``sigT`` it must pass too, but DSS from 6.1 on calls nothing a baseline level that was sealed so after
    2025-07-15 (ETSI TS 119 182-1 v1.2.1); that those levels are right is seen in the folder ``sigT-2025``.
    """
    wanted = "LTA" if one["folder"] == "official" else stem(one).rpartition("-")[2]
    if one["folder"].removesuffix("-lists") in ("sigT", "demo-sigT"):
        wanted = ""
    return one["indication"] == "TOTAL_PASSED" and level(one) == wanted


def noticed(twin: Verdict, original: Verdict) -> str:
    """How a twin is noticed; empty when it is not.

    What the signature covers must fail outright. Of a changed addition it is enough that it counts for less: the
    signature may still hold by itself. Certificates added at LT are covered by nothing, and DSS has those that it needs
    from the anchors, the timestamps and the answers; a changed one that it does without does no harm.
    """
    changed = stem(twin).partition("~")[2]
    if twin["indication"] in REFUSED:
        return "refused"
    if not changed.startswith("etsiU"):
        return ""
    stamps = [one["type"] for one in twin["timestamps"] if not one["imprint_intact"] or one["indication"] == "FAILED"]
    if stamps:
        return "broken: " + ", ".join(stamps)
    if twin["indication"] != original["indication"] == "TOTAL_PASSED":
        return "no longer passes"
    if rank(level(twin)) < rank(level(original)):
        return "lower level"
    lost = [now["type"] for was, now in pairs(original, twin) if was["indication"] == "PASSED" != now["indication"]]
    if lost:
        return "no longer proved: " + ", ".join(lost)
    return "does no harm" if changed.endswith("-xVals") and stem(original).endswith("-LT") else ""


def pairs(original: Verdict, twin: Verdict) -> Iterator[tuple[Verdict, Verdict]]:
    """Each timestamp of an original with the twin's; all there are, unless one cannot be read any more."""
    return zip(original["timestamps"], twin["timestamps"], strict=False)


def remarks(one: Verdict) -> Iterator[str]:
    """Every warning about the seal and its timestamps, and of those official ones that do not pass also why."""
    yield from (*one.get("warnings", ()), *one.get("infos", ()), *one.get("qualification_warnings", ()))
    yield from one.get("errors", ())
    for stamp in one.get("timestamps", ()):
        yield from (*stamp["warnings"], *stamp["errors"])


def stem(one: Verdict) -> str:
    """The name without its ending."""
    return str(one["file"]).removesuffix(".jsonld")


def words(one: Verdict) -> str:
    """Indication and subindication."""
    return " ".join(filter(None, (one["indication"], one.get("subindication"))))


def level(one: Verdict) -> str:
    """B, T, LT or LTA; empty when it is none of them."""
    found = str(one.get("level", "")).removeprefix("JAdES-BASELINE-")
    return found if found in LEVELS else ""


def rank(name: str) -> int:
    """How high a level is; what is no level is below all."""
    return LEVELS.index(name) if name in LEVELS else -1


def key_of(remark: str) -> str:
    """DSS's own key of a message."""
    return remark.partition(":")[0]
