"""Statistics for pages: counted anew only now and then, since counting a large school takes a second or more."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from threading import Lock

from mimis_core.services.stats import Statistics, StatsServices

LIFE = timedelta(minutes=10)
"""How old figures may be that a page shows."""
MOST_KEPT = 50
"""Periods that are remembered."""
Period = tuple[str | None, str | None]


class RecentStatsServices(StatsServices):
    """Keeps what was counted, for each period that was asked for."""

    def recent_statistics(self, start: str | None = None, end: str | None = None) -> Statistics:
        """As :meth:`statistics` with small counts left out; what was counted within :data:`LIFE` is given again."""
        now, period = self.clock(), (start, end)
        with self._counting:  # who asks at the same time waits for the one answer
            at, found = self._counted_lately.get(period, (None, None))
            if at is not None and found is not None and now - LIFE < at <= now:
                return found
            found = self.statistics(start, end)
            if len(self._counted_lately) >= MOST_KEPT:
                self._counted_lately.clear()
            self._counted_lately[period] = now, found
            return found

    @cached_property
    def _counting(self) -> Lock:
        return Lock()

    @cached_property
    def _counted_lately(self) -> dict[Period, tuple[datetime, Statistics]]:
        return {}
