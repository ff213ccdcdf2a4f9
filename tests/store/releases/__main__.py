"""Writes the file of the version that is being made."""

from __future__ import annotations

import sys
from importlib.metadata import version

from tests.store.releases import write

write(sys.argv[1] if len(sys.argv) > 1 else version("mimis"))
