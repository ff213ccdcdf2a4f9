"""What names lead to, as a test says: nothing is looked up anywhere."""

from __future__ import annotations

import socket
from typing import Any

import pytest


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names lead to; other names lead nowhere."""
    known: dict[str, list[str]] = {}

    def look_up(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        if host not in known:
            raise socket.gaierror(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in known[host]]

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    return known
