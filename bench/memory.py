"""Whether issuing keeps memory: the most that a process had after many credentials, over that after a thousand."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

from bench.measure import Result, Size
from bench.orders import open_desk
from bench.school import school_template

LONG = "MIMIS_LONG"
"""Set in the environment, the long form runs: 100,000 credentials instead of ten times the few."""

# As in bench/run.py the tree comes last, so that an installed mimis goes before it.
PROGRAM = "import sys; sys.path.append(sys.argv[1]); from bench.memory import main; main(*map(int, sys.argv[2:]))"


def measure_growth(size: Size) -> Result:
    """Issue in a process of its own, so that nothing else has used memory before."""
    few = size.issued
    many = few * (100 if os.environ.get(LONG) else 10)
    tree = Path(__file__).resolve().parent.parent
    command = [sys.executable, "-c", PROGRAM, str(tree), str(few), str(many)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    before, after = json.loads(done.stdout)
    what = f"most memory after {many} credentials with shared pictures over that after {few}"
    return Result("issue.memory_growth", after, "MiB", before, after / before, what)


def issue_and_watch(few: int, many: int) -> tuple[float, float]:
    """The most memory that this process had in MiB, after few and after many credentials."""
    with school_template() as folder, open_desk(folder, "shared") as desk:
        figures = []
        for start, end in ((0, few), (few, many)):
            for number in range(start, end):
                desk.issue(desk.order(number))
            figures.append(most_memory())
    return figures[0], figures[1]


def most_memory() -> float:
    """The most that this program had, in MiB. Linux counts what started it into ``ru_maxrss``, but not into VmHWM."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text("ascii").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)


def main(few: int, many: int) -> None:
    """Print both figures for the process that asked."""
    sys.stdout.write(json.dumps(issue_and_watch(few, many)))
