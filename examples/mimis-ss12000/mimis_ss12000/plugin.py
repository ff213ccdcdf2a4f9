"""Hooks of the SS12000 adapter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mimis_core import hookimpl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mimis_core import Source


@hookimpl
def mimis_sources() -> Sequence[type[Source[Any]]]:
    """The source ``ss12000``."""
    from mimis_ss12000.source import SS12000Source

    return (SS12000Source,)


@hookimpl
def mimis_sandboxes() -> Sequence[tuple[str, str]]:
    """The stand-in of a school register."""
    return (("ss12000", "mimis_ss12000.sandbox:SS12000Sandbox"),)
