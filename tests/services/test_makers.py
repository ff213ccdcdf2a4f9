"""How many credentials are made at once: as many as there are cores, and more where a seal waits for others."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from mimis_core import Document, Sealed
from mimis_core.services import Services
from mimis_core.services import issuing as issuing_module
from mimis_core.services.issuing import REMOTE_MAKERS
from tests.school import HandSource, done, page, someone
from tests.services.conftest import NoSealer


class Crowd(NoSealer):
    """Notes how many it seals at once; ``wanted`` of them wait for each other."""

    def __init__(self, wanted: int, *, remote: bool) -> None:
        self.remote = remote
        self.gate = threading.Barrier(wanted, timeout=20)
        self.busy, self.most = 0, 0
        self._lock = threading.Lock()

    def seal(self, document: Document, signer: Any) -> Sealed:
        with self._lock:
            self.busy += 1
            self.most = max(self.most, self.busy)
        self.gate.wait()
        with self._lock:
            self.busy -= 1
        return super().seal(document, signer)


@pytest.mark.parametrize(("remote", "together"), [(True, REMOTE_MAKERS), (False, 2)])
def test_remote_seals_wait_together(
    yearly: Services, monkeypatch: pytest.MonkeyPatch, remote: bool, together: int
) -> None:
    monkeypatch.setattr(issuing_module.os, "cpu_count", lambda: 2)
    crowd = Crowd(together, remote=remote)
    yearly._opened["sealer", "jades"] = crowd  # type: ignore[assignment]  # all that is asked of it
    HandSource.pages = [page(*(done("course:1", someone(str(number))) for number in range(REMOTE_MAKERS)))]
    yearly.sync()
    yearly.drain()
    assert (crowd.most, len(yearly.sealed_files())) == (together, REMOTE_MAKERS)


def test_missing_key_is_told_by_each_award(yearly: Services) -> None:
    yearly.settings = yearly.settings.model_copy(update={"signer": None})
    HandSource.pages = [page(*(done("course:1", someone(key)) for key in "12"))]
    yearly.sync()
    assert yearly.drain().attention == 2
    assert all("No seal key is configured" in one["reason"] for one in yearly.attention())
