"""Hooks of the sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mimis_core import hookimpl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mimis_core import Source


@hookimpl
def mimis_sources() -> Sequence[type[Source[Any]]]:
    """The source ``sample``."""
    from mimis_sample.source import SampleSource

    return (SampleSource,)


@hookimpl
def mimis_commands() -> Sequence[tuple[str, str, str]]:
    """The command ``mimis sample``."""
    return (("sample", "Say hello from a third party", "mimis_sample.command:app"),)
