"""Which hosts stand in measures by name: those of the settings.

A certificate or a file from elsewhere names hosts too, such as its status address. Each would be a series of its own
for as long as the process lives, and whoever sends files chooses how many.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

OTHER = "other"
"""All hosts that no settings name."""
_known: set[str] = set()


def know_hosts(settings: Any) -> None:
    """Have the hosts of all web addresses in these settings, however deep they stand, told by name from now on."""
    _known.update(_hosts(settings))


def told_host(host: str) -> str:
    """The host as it stands in a measure."""
    return host if host in _known else OTHER


def _hosts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for one in value:
            yield from _hosts(one)
    elif isinstance(value, str) and value.startswith(("http://", "https://")):
        yield urlsplit(value).netloc
