"""`make test-dss`: the European Commission's own signature library (DSS) judges our seals and the official samples.

Needs Java 17, Maven and Maven Central; never part of `make test`. The seals come from the same code as everywhere, with
the stand-in of a trust service provider for timestamps and revocation. DSS runs offline, by its default policy.

Folders: ``iat`` and ``sigT`` are sealed now with the one or the other time in the header, ``sigT-2025`` at a moment
when ``sigT`` still was the standard's own; those with ``-lists`` hold revocation lists beside levels B and T. ``trial``
is sealed with a trial key, ``official`` are the EU's samples. ``demo-sigT`` are files that ``mimis demo`` exported,
raised by ``extend``; ``demo-iat`` holds the same documents, sealed with ``iat`` by the demo's key.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tests.dss.explained import EXPLAINED
from tests.dss.material import make_demo, make_official, make_ours, make_trial
from tests.dss.twins import make_twins
from tests.dss.verdicts import Report, Verdict, assess, key_of

HERE = Path(__file__).parent
SIG_T_AT = datetime(2025, 7, 1, 12, 0, tzinfo=UTC)
"""A moment before 2025-07-15, from when on ETSI TS 119 182-1 v1.2.1 wants ``iat`` instead of ``sigT``."""


def main() -> int:
    """Make the files, have them judged, print the table; 1 when anything is not as it must be, 2 without Maven."""
    if shutil.which("mvn") is None:
        print("Maven is not installed; it and Java 17 are what this needs.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name:
        folders = make_folders(Path(name))
        verdicts = list(ask_dss(folders))
    report = assess(verdicts)
    print_table(report)
    return 1 if report.wrong else 0


def make_folders(work: Path) -> list[Path]:
    """Folders with originals, their twins and anchors: ours, and the official ones where they are."""
    folders = [*make_ours(work, "iat"), *make_ours(work, "sigT", SIG_T_AT), *make_ours(work, "sigT")]
    folders.append(make_trial(work / "trial"))
    folders += make_demo(work)
    shared = Path(os.environ.get("MIMIS_SHARED", HERE.parents[2] / "shared"))
    if (shared / "elm" / "samples").is_dir():
        folders.append(make_official(work / "official", shared / "elm" / "samples"))
    for folder in folders:
        for path in sorted(folder.glob("*.jsonld")):
            for twin, content in make_twins(path.read_bytes()):
                (folder / f"{path.stem}~{twin}.jsonld").write_bytes(content)
    return folders


def ask_dss(folders: list[Path]) -> Iterator[Verdict]:
    """DSS's verdicts. Raises CalledProcessError when Maven or Java fails; its output then stands on stderr."""
    arguments = "-Dexec.args=" + " ".join(map(str, folders))
    command = ["mvn", "-q", "-B", "-Dstyle.color=never", "compile", "exec:java", arguments]
    done = subprocess.run(command, cwd=HERE, stdout=subprocess.PIPE, text=True, check=True)
    for line in done.stdout.splitlines():
        _, brace, rest = line.partition("{")  # Maven puts escapes of its own before the first
        if brace:
            yield json.loads(brace + rest)


def print_table(report: Report) -> None:
    """The rows, each remark with its explanation, and at the end what is wrong."""
    widths = [max(len(row[column]) for row in report.rows) for column in range(len(report.rows[0]))]
    for row in report.rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    print()
    for text in sorted(report.remarks):
        print(f"{text}\n    {EXPLAINED.get(key_of(text), 'NOT EXPLAINED')}")
    print()
    for problem in report.wrong:
        print(f"WRONG: {problem}")
    print(f"{len(report.rows)} files judged, {len(report.wrong)} problems")


if __name__ == "__main__":
    sys.exit(main())
