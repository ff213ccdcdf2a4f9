"""Hooks of the Open edX adapter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mimis_core import hookimpl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mimis_core import Source


@hookimpl
def mimis_sources() -> Sequence[type[Source[Any]]]:
    """The source ``openedx``."""
    from mimis_openedx.source import OpenEdxSource

    return (OpenEdxSource,)


@hookimpl
def mimis_commands() -> Sequence[tuple[str, str, str]]:
    """Listening to the event bus."""
    return (("openedx", "Listen to the event bus of Open edX.", "mimis_openedx.commands:app"),)


@hookimpl
def mimis_sandboxes() -> Sequence[tuple[str, str]]:
    """The stand-in of an Open edX site."""
    return (("openedx", "mimis_openedx.sandbox:OpenEdxSandbox"),)
