"""Listening to Open edX's event bus: entries of Redis Streams become hints, and are acknowledged once those are kept.

Whatever goes wrong, an entry is given again until its hint is kept: to this listener after a restart, or to another
one when this one never comes back. Hints may therefore come twice, which changes nothing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mimis_core import AuthenticationError, ConfigurationError, TemporaryError
from mimis_openedx.bus import read_entry
from mimis_openedx.settings import OpenEdxSettings

if TYPE_CHECKING:
    from redis import Redis

log = logging.getLogger(__name__)

Entry = tuple[bytes, Mapping[bytes, bytes] | None]
"""An entry's id and fields; None for one that the stream no longer holds."""

BATCH = 100
BLOCK_MS = 1000
"""How long one read waits for news, which is also how long the end of the listener may take."""

ABANDONED_MS = 10 * 60 * 1000
"""After so long an entry that another listener took and never acknowledged is taken over."""

PASSING = frozenset({"NOGROUP", "LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "OOM", "UNBLOCKED"})
"""Refusals that end by themselves; a group that was lost with its Redis is made anew."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds between two tries to reach a Redis that is away: doubled each time."""


def connect(settings: OpenEdxSettings) -> Redis:
    """A connection to the Redis of the event bus, made when it is first used.

    Raises ConfigurationError when no address is set, or the libraries are not installed.
    """
    try:
        import fastavro  # noqa: F401  # entries are read with it: better missed now than at the first entry
        import redis
    except ImportError:
        raise ConfigurationError(
            "Listening to the event bus needs redis and fastavro.",
            mend="Install them with: pip install 'mimis[openedx-events]'",
        ) from None
    if settings.bus_url is None:
        raise ConfigurationError("No event bus is set.", mend="Set bus_url in the table of the source in mimis.toml.")
    return redis.Redis.from_url(
        settings.bus_url.get_secret_value(), protocol=2, socket_timeout=10, socket_connect_timeout=5
    )


def stream_names(settings: OpenEdxSettings) -> list[str]:
    """Full names of the streams: the topics, after the prefix where there is one."""
    return [f"{settings.bus_prefix}-{topic}" if settings.bus_prefix else topic for topic in settings.bus_topics]


def missing_streams(settings: OpenEdxSettings) -> list[str]:
    """Streams of the event bus that are not there: no event was ever put on them.

    Raises AuthenticationError or TemporaryError when Redis cannot be asked, and ConfigurationError as :func:`connect`.
    """
    with connect(settings) as redis, _errors_of_redis():
        return [name for name in stream_names(settings) if not redis.exists(name)]


@dataclass
class Listener:
    """One consumer of a group.

    Attributes:
        redis: the connection; it connects anew by itself.
        settings: streams, group, and which courses are pulled.
        take: keeps hints for good; an entry is acknowledged only after it has returned.
        consumer: name of this listener within the group; the same after a restart.
        stop: set from outside to end the listener, at the latest after a read has ended.
        pause: waits so many seconds, or less when stopped; None waits on ``stop``.
    """

    redis: Any
    settings: OpenEdxSettings
    take: Callable[[tuple[str, ...]], object]
    consumer: str
    stop: threading.Event = field(default_factory=threading.Event)
    pause: Callable[[float], object] | None = None
    taken: int = 0

    def run(self) -> int:
        """Listen until stopped, through outages of Redis and of the store; gives how many hints were kept.

        Raises AuthenticationError when Redis refuses the password: waiting does not mend that.
        """
        wait = FIRST_PAUSE
        while not self.stop.is_set():
            try:
                self._begin()
                wait = FIRST_PAUSE
                while not self.stop.is_set():
                    self._take_over()
                    self._read(">", BLOCK_MS)
            except TemporaryError as error:
                log.warning("%s Next try in %d seconds.", error, wait)
                (self.pause or self.stop.wait)(wait)
                wait = min(2 * wait, LONGEST_PAUSE)
        return self.taken

    def run_once(self) -> int:
        """Take what is there now, for a timer; gives how many hints were kept. Raises TemporaryError without Redis."""
        self._begin()
        self._take_over()
        while not self.stop.is_set() and self._read(">", None):
            pass
        return self.taken

    def _begin(self) -> None:
        """Make the groups that are missing, and finish what this consumer began before."""
        for stream in stream_names(self.settings):
            self._make_group(stream)
        while not self.stop.is_set() and self._read("0", None):
            pass

    def _make_group(self, stream: str) -> None:
        """From now on: what came before the first listener is found by the next sync."""
        with _errors_of_redis():
            if not any(group["name"] == self.settings.bus_group.encode() for group in self._groups(stream)):
                self.redis.xgroup_create(stream, self.settings.bus_group, id="$", mkstream=True)

    def _groups(self, stream: str) -> Sequence[Mapping[str, Any]]:
        return self.redis.xinfo_groups(stream) if self.redis.exists(stream) else ()

    def _read(self, since: str, block: int | None) -> int:
        """Read a batch from all streams and finish it; gives how many entries there were."""
        streams = dict.fromkeys(stream_names(self.settings), since)
        with _errors_of_redis():
            found = self.redis.xreadgroup(self.settings.bus_group, self.consumer, streams, count=BATCH, block=block)
        return sum(self._finish(stream, entries) for stream, entries in found or ())

    def _take_over(self) -> None:
        """Finish what another listener took long ago and never acknowledged."""
        for stream in stream_names(self.settings):
            with _errors_of_redis():
                _, entries, *_ = self.redis.xautoclaim(
                    stream, self.settings.bus_group, self.consumer, ABANDONED_MS, count=BATCH
                )
            self._finish(stream, entries)

    def _finish(self, stream: str | bytes, entries: Sequence[Entry]) -> int:
        if not entries:
            return 0
        hints = tuple(dict.fromkeys(self._hints(entries)))
        if hints:
            self.take(hints)
            self.taken += len(hints)
        with _errors_of_redis():
            self.redis.xack(stream, self.settings.bus_group, *(number for number, _ in entries))
        return len(entries)

    def _hints(self, entries: Sequence[Entry]) -> Iterator[str]:
        for number, fields in entries:
            hint = read_entry(fields) if fields else None
            if hint is not None and self.settings.pulls(hint.course):
                yield str(hint)
            elif hint is None:
                log.debug("Entry %s concerns no completion, or cannot be read.", number.decode("ascii", "replace"))


@contextmanager
def _errors_of_redis() -> Iterator[None]:
    """What Redis answers, by what to do; its texts can hold an address with a password, and are left out."""
    from redis import exceptions

    try:
        yield
    except (exceptions.AuthenticationError, exceptions.AuthorizationError, exceptions.NoPermissionError):
        raise AuthenticationError(
            "The Redis of the event bus does not accept the user of bus_url, or allows it too little.",
            mend="Correct bus_url; the user needs XREADGROUP, XACK, XAUTOCLAIM, XGROUP, XINFO and EXISTS.",
        ) from None
    except (exceptions.ConnectionError, exceptions.TimeoutError) as error:
        raise _away(type(error).__name__) from None
    except exceptions.ResponseError as error:
        code = str(error).split(" ", 1)[0]
        if code in PASSING:
            raise _away(code) from None
        raise ConfigurationError(
            f"The Redis of the event bus refuses to be read ({code if code.isupper() else 'no code'}).",
            mend="Compare bus_prefix and bus_topics with the LMS: each must name a stream.",
        ) from None


def _away(code: str) -> TemporaryError:
    return TemporaryError(f"The Redis of the event bus is away ({code}).", mend="Entries wait there until it is back.")
