"""Hooks of this adapter."""

from __future__ import annotations

from collections.abc import Sequence

from mimis_core import hookimpl


@hookimpl
def mimis_commands() -> Sequence[tuple[str, str, str]]:
    """Importing ESCO's files, and looking things up."""
    text = "The EU's classification of skills and occupations: import, search, show."
    return (("esco", text, "mimis_esco.commands:app"),)
