"""Run the bench: ``python bench/run.py [--quick] [--only NAME ...]`` from the folder that the results go to."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

if __name__ == "__main__":
    # Run as a script, Python looks for modules beside it only; last, so that an installed mimis goes before this tree.
    sys.path.append(str(Path(__file__).resolve().parent.parent))
    sys.exit(import_module("bench.suite").main())
