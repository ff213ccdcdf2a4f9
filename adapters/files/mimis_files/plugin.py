"""Hooks of this adapter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mimis_core import hookimpl

if TYPE_CHECKING:
    from mimis_core import Source


@hookimpl
def mimis_sources() -> Sequence[type[Source[Any]]]:
    """Register the folder of lists."""
    from mimis_files.source import FilesSource

    return (FilesSource,)


@hookimpl
def mimis_commands() -> Sequence[tuple[str, str, str]]:
    """Name the commands for lists and for the catalogue in Excel."""
    text = "Templates, previews and meanings of lists; the catalogue in Excel."
    return (("files", text, "mimis_files.commands.root:app"),)


@hookimpl
def mimis_sandboxes() -> Sequence[tuple[str, str]]:
    """Name the stand-in of a school's folder of lists."""
    return (("files", "mimis_files.sandbox:FilesSandbox"),)
