"""Reads an earlier export of the audit, line by line: it may be as long as the audit itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mimis_core.errors import UserError
from mimis_core.services.audit_chain import is_head

Line = dict[str, Any]
"""One line of an export."""


class EarlierExport:
    """An export that was kept elsewhere: its ``heads``, and the number of its ``last`` row.

    Raises UserError for a file that cannot be read, is none, or whose rows are not in order.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.heads: list[Line] = []
        self.last = 0
        for line in self._lines():
            if is_head(line):
                self.heads.append(line)
            elif line["seq"] <= self.last:
                raise self._refused()
            else:
                self.last = line["seq"]

    def links(self) -> Iterator[tuple[int, str]]:
        """Number and link of each row, in order; the file is read as they are asked for."""
        return ((line["seq"], line["chain"]) for line in self._lines() if not is_head(line))

    def _lines(self) -> Iterator[Line]:
        try:
            with self.file.open(encoding="utf-8") as lines:
                for text in lines:
                    line: Line = json.loads(text)
                    if not is_head(line) and not (isinstance(line["seq"], int) and isinstance(line["chain"], str)):
                        raise ValueError("neither a row nor a head")
                    yield line
        except OSError as error:
            text = f"{self.file} cannot be read: {error.strerror or error}."
            raise UserError(text, mend="Give an export.") from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise self._refused() from None

    def _refused(self) -> UserError:
        return UserError(f"{self.file} is no export of an audit.", mend="Make one with: mimis audit export")
