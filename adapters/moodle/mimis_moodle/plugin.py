"""Hooks of the Moodle adapter."""

from __future__ import annotations

from typing import Any

from mimis_core import hookimpl


@hookimpl
def mimis_sources() -> tuple[type[Any], ...]:
    """Moodle as a place to pull completions from."""
    from mimis_moodle.source import MoodleSource

    return (MoodleSource,)


@hookimpl
def mimis_commands() -> tuple[tuple[str, str, str], ...]:
    """Setting a site up."""
    return (("moodle", "Connect a Moodle site, and see what its courses offer.", "mimis_moodle.commands:app"),)


@hookimpl
def mimis_sandboxes() -> tuple[tuple[str, str], ...]:
    """The stand-in of a Moodle site."""
    return (("moodle", "mimis_moodle.sandbox:MoodleSandbox"),)
