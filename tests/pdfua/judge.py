"""`make test-pdfua`: veraPDF judges our PDFs by PDF/UA-1 (ISO 14289-1) and PDF/A-3a (ISO 19005-3).

Needs Java 17, Maven and Maven Central; never part of `make test`. veraPDF checks what a machine can of the Matterhorn
Protocol; whether descriptions and the order of reading make sense is for people. Twins that lack one thing each must be
refused (tests/pdfua/twins.py).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.pdfua.material import make_pdfs
from tests.pdfua.twins import make_twins

HERE = Path(__file__).parent
STANDARDS = ("ua1", "3a")
TWIN_OF = "logo"
"""The PDF that twins are made of: it has a picture to describe."""


@dataclass
class Verdict:
    """What veraPDF says of a file by one standard: how many checks it made, and each rule that fails."""

    file: str
    standard: str
    checks: int = 0
    failures: list[str] = field(default_factory=list)

    @property
    def is_twin(self) -> bool:
        """Whether something was taken away from it."""
        return "~" in self.file


def main() -> int:
    """Have the files judged and print what is found; 1 when one is not judged as it must be, 2 without Maven."""
    if shutil.which("mvn") is None:
        print("Maven is not installed; it and Java 17 are what this needs.", file=sys.stderr)
        return 2
    shared = Path(os.environ.get("MIMIS_SHARED", HERE.parents[2] / "shared"))
    made = make_pdfs(shared / "elm" / "samples")
    made |= {f"{TWIN_OF}~{name}": twin for name, twin in make_twins(made[TWIN_OF])}
    with tempfile.TemporaryDirectory() as name:
        for stem, content in made.items():
            Path(name, f"{stem}.pdf").write_bytes(content)
        verdicts = read_verdicts(ask_verapdf(Path(name)))
    wrong = list(objections(verdicts, made))
    for one in verdicts:
        print(f"{one.file:60} {one.standard:4} {one.checks:7} checks, {len(one.failures)} rules fail")
    print(*wrong, sep="\n")
    print(f"{len(made)} files judged, {len(wrong)} problems")
    return 1 if wrong else 0


def ask_verapdf(folder: Path) -> list[str]:
    """What the judge prints. Raises CalledProcessError when Maven or Java fails; its output then stands on stderr."""
    command = ["mvn", "-q", "-B", "-C", "-Dstyle.color=never", "compile", "exec:java", f"-Dexec.args={folder}"]
    done = subprocess.run(command, cwd=HERE, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.splitlines()


def read_verdicts(lines: Iterable[str]) -> list[Verdict]:
    """The verdicts in the order of the files."""
    found: dict[tuple[str, str], Verdict] = {}
    for line in lines:
        _, mark, rest = line.partition("judged\t")  # Maven puts escapes of its own before the first
        if not mark:
            continue
        file, standard, *said = rest.split("\t")
        verdict = found.setdefault((file, standard), Verdict(file.removesuffix(".pdf"), standard))
        if len(said) == 1:
            verdict.checks = int(said[0])
        else:
            verdict.failures.append(": ".join(said))
    return list(found.values())


def objections(verdicts: Iterable[Verdict], made: Iterable[str]) -> Iterator[str]:
    """What is not as it must be: files keep both standards, of twins none keeps PDF/UA-1, and each is judged."""
    known = {(one.file, one.standard): one for one in verdicts}
    for file in made:
        for standard in STANDARDS:
            verdict = known.get((file, standard))
            if verdict is None or not verdict.checks:
                yield f"WRONG: {file} was not judged by {standard}"
            elif not verdict.is_twin:
                yield from (f"WRONG: {file} by {standard}: {failure}" for failure in verdict.failures)
            elif standard == STANDARDS[0] and not verdict.failures:
                yield f"WRONG: {file} passes, and should not"


if __name__ == "__main__":
    sys.exit(main())
