"""typst, which sets the templates of the page: one compiler for each thread, logo folder and font folder."""

from __future__ import annotations

import json
import threading
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import typst

from mimis_core import ConfigurationError
from mimis_europass.picture.page import INK, Json, Look

_own = threading.local()
"""A typst compiler may not be used by two threads at once, so each thread has its own."""


def _compiler(root: str, fonts: Path | None) -> typst.Compiler:
    compilers: dict[tuple[str, Path | None], typst.Compiler] = _own.__dict__.setdefault("compilers", {})
    if (root, fonts) not in compilers:
        paths = [str(fonts)] if fonts else []
        compilers[root, fonts] = typst.Compiler(root=root, ignore_system_fonts=True, font_paths=paths)
    return compilers[root, fonts]


@lru_cache(maxsize=8)
def _families(folder: Path | None) -> tuple[str, ...]:
    if folder is None:
        return ()
    return tuple(
        typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)]).families()
    )


@lru_cache(maxsize=8)
def _template(name: str) -> bytes:
    # typst reads its input again each time: what the name does not need would add a third to drawing it.
    parts = ("base.typ", name) if name == "name.typ" else ("base.typ", "parts.typ", name)
    return b"".join((files(__package__) / part).read_bytes() for part in parts)


def typeset(name: str, data: Json, look: Look, file: str = "", **output: Any) -> bytes:
    """Set a template. Raises ConfigurationError when the logo or the fonts cannot be used."""
    root = str(look.logo.parent) if look.logo else "."
    tint = "#{:02x}{:02x}{:02x}".format(*look.tint)
    common = {"unit": 1, "colour": look.colour, "tint": tint, "ink": INK, "fonts": _families(look.fonts)}
    inputs = {"data": json.dumps({**common, **data}), "file": file}
    try:
        drawn = _compiler(root, look.fonts).compile(input=_template(name), sys_inputs=inputs, **output)
    except typst.TypstError as error:
        # The names of letters would be names of people: only a PDF complains of them, a picture draws boxes.
        reason = "no font has some of its letters" if "could not be displayed" in str(error) else str(error)
        raise ConfigurationError(
            f"The page cannot be drawn: {reason}.", mend="Check the files logo and fonts in the table [format]."
        ) from None
    return cast(bytes, drawn)
