"""Whether pulling keeps memory: the most that a process had for very many enrolments, over that for a thousand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.measure import Result, Size
from bench.memory import LONG, most_memory

FEW = 1000
# As in bench/run.py the tree comes last, so that an installed mimis goes before it.
PROGRAM = "import sys; sys.path.append(sys.argv[1]); from bench.pulled_memory import main; main(int(sys.argv[2]))"


def measure_growth(size: Size) -> Result:
    """Pull in processes of their own: 10,000 enrolments, or in the long form 100,000, against a thousand."""
    few = min(FEW, 2 * size.moodle_learners)
    many = few * (100 if os.environ.get(LONG) else 10)
    before, after = _most(few), _most(many)
    what = f"most memory for a first pull and the next of {many} enrolments, over that for {few}"
    return Result("pull.memory_growth", after, "MiB", before, after / before, what)


def _most(enrolments: int) -> float:
    tree = Path(__file__).resolve().parent.parent
    command = [sys.executable, "-c", PROGRAM, str(tree), str(enrolments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return float(json.loads(done.stdout))


def main(enrolments: int) -> None:
    """Print the most memory that this process had, in MiB, for the process that asked."""
    from bench.beside import ask
    from bench.pulling import moodle, open_source

    with moodle(enrolments) as line:
        cursor, found = None, 0
        with open_source(ask(line, "settings")) as source:
            for _ in range(2):
                for page in source.pull(cursor):
                    cursor, found = page.cursor or cursor, found + len(page.completions)
    if found != enrolments:
        raise RuntimeError(f"{found} completions were pulled, not {enrolments}")
    sys.stdout.write(json.dumps(most_memory()))
