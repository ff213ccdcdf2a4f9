"""What earlier pulls learnt, as the text of a cursor: who was asked when, and what the bulk answers said then."""

from __future__ import annotations

import base64
import heapq
import json
import math
import sys
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple, Self

VERSION = 1
OPEN, SOON, REFUSED = 1, 2, 4
"""Marks: something can still be earned; ask at the next pull whatever the bulk answers say; the course was refused."""
FRESH = 3600
"""Seconds before an asking in which a visit may still have gone on: Moodle notes a visit once a minute, and its clock
need not agree with ours."""
_FIELDS = {"users": "Q", "prints": "I", "visits": "I", "asked": "I", "marks": "B"}


class Signals(NamedTuple):
    """What the bulk answers say about one participant now.

    ``print`` sums up what she is called, how she is marked, and her grades; ``visit`` is her last access to the course
    in Unix seconds. Both are below 2**32.
    """

    user: int
    print: int
    visit: int


class Ledger:
    """One course: a line for each participant, by rising user number. ``asked`` 0 is never, in Unix seconds else."""

    def __init__(self, users: Sequence[int] = ()) -> None:
        size = len(users)
        self.users = array("Q", users)
        self.prints, self.visits, self.asked = (array("I", bytes(4 * size)) for _ in range(3))
        self.marks = array("B", bytes(size))

    def follow(self, users: Sequence[int]) -> Ledger:
        """The lines of these users, in their order; who is new has never been asked about."""
        places = {user: place for place, user in enumerate(self.users)}
        after = Ledger(users)
        for place, user in enumerate(users):
            if user in places:
                for name in ("prints", "visits", "asked", "marks"):
                    getattr(after, name)[place] = getattr(self, name)[places[user]]
        return after

    def due(self, place: int, now: Signals, *, blind: bool = False) -> bool:
        """Whether what is known of a line does not hold any more, or might not.

        ``blind`` says that the site tells no visits (:meth:`Memory.blind`): then one who has none may have worked.
        """
        if not self.asked[place] or self.prints[place] != now.print:
            return True
        if not self.marks[place] & OPEN:
            return False
        visited = self.visits[place] != now.visit or now.visit + FRESH > self.asked[place]
        return visited or bool(self.marks[place] & SOON) or (blind and not now.visit)

    def note(self, place: int, now: Signals, asked: int, marks: int) -> None:
        """Write down an answer that was handed on. Changed grades are asked about once more: cron may lag behind."""
        graded = bool(self.asked[place]) and self.prints[place] != now.print
        self.prints[place], self.visits[place], self.asked[place] = now.print, now.visit, asked
        self.marks[place] = marks | (SOON if graded else 0) if marks & OPEN else 0

    def refused(self) -> list[int]:
        """Places of those who could not be asked about because of something that concerns the whole course."""
        return [place for place, mark in enumerate(self.marks) if mark & REFUSED]

    def confirm(self, places: Iterable[int], asked: int) -> None:
        """Write down that nothing has changed for these."""
        for place in places:
            self.asked[place] = asked


class Memory:
    """Everything known of one site. ``recipe`` names the settings it was learnt with; with others it is worth nothing.

    ``badges`` are badges by the key of their completion, with Moodle's public hash of each.
    """

    def __init__(self, recipe: str, share: float) -> None:
        self.recipe = recipe
        self.badges: dict[str, str] = {}
        self.started = 0
        self._ledgers: dict[int, Ledger] = {}
        self._share = share
        self._starts: list[int] = []

    @classmethod
    def read(cls, cursor: str | None, recipe: str, share: float) -> Self:
        """What a cursor holds; nothing when there is none, or one of another version or for other settings."""
        memory = cls(recipe, share)
        try:
            memory._unpack(cursor or "")
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, zlib.error):
            return cls(recipe, share)
        return memory

    def write(self) -> str:
        """All of it as text: about a dozen characters for each participant."""
        head = {"version": VERSION, "recipe": self.recipe, "starts": self._starts, "badges": self.badges}
        sizes = {number: len(ledger.users) for number, ledger in self._ledgers.items()}
        packer = zlib.compressobj(6)
        parts = [packer.compress(json.dumps({**head, "sizes": sizes}).encode() + b"\n")]
        for name in _FIELDS:  # like beside like: that packs best
            parts += [packer.compress(_bytes(getattr(ledger, name), name)) for ledger in self._ledgers.values()]
        return base64.b64encode(b"".join([*parts, packer.flush()])).decode("ascii")

    def begin(self, now: int) -> frozenset[tuple[int, int]]:
        """Begin a pull at ``now``, in Unix seconds; gives who is to be asked about again, as (course, user).

        Those are a share of all who are open, whoever was asked longest ago first, and everyone who was last asked as
        many pulls ago as it takes to ask about all. So nobody waits for more pulls than that. ``started`` is then
        ``now``, or later when the pull before began in the same second or by a faster clock.
        """
        rounds = math.ceil(1 / self._share)
        self.started = max([now, *(start + 1 for start in self._starts[-1:])])
        self._starts = [*self._starts, self.started][-rounds:]
        limit = self._starts[0] if len(self._starts) == rounds else 0
        share = math.ceil(sum(1 for _ in self._open()) * self._share)
        oldest = heapq.nsmallest(share, self._open())
        late = [line for line in self._open() if line[0] < limit]
        return frozenset((course, user) for _, course, user in (*oldest, *late))

    def blind(self) -> bool:
        """Whether visits say nothing on this site: most who have completed something never came, as it tells.

        So it is where Moodle hides visits from the account, and where learning goes on outside of its pages.
        """
        settled = everyone = settled_unseen = unseen = 0
        for ledger in self._ledgers.values():
            for mark, visit in zip(ledger.marks, ledger.visits, strict=True):
                everyone, unseen = everyone + 1, unseen + (not visit)
                if not mark & OPEN:
                    settled, settled_unseen = settled + 1, settled_unseen + (not visit)
        return 2 * settled_unseen > settled if settled else 2 * unseen > everyone

    def ledger(self, course: int) -> Ledger:
        """What is known of a course."""
        return self._ledgers.get(course, Ledger())

    def keep(self, course: int, ledger: Ledger) -> None:
        """Put a ledger in the place of what was known of a course."""
        self._ledgers[course] = ledger

    def keep_only(self, courses: Sequence[int]) -> None:
        """Drop courses that are pulled no more."""
        self._ledgers = {number: self._ledgers[number] for number in courses if number in self._ledgers}

    def oldest(self) -> int | None:
        """When the open one that has waited longest was asked about; None when nobody is open."""
        return min((asked for asked, _, _ in self._open()), default=None)

    def _open(self) -> Iterator[tuple[int, int, int]]:
        """When each open one was asked about, course and user."""
        for course, ledger in self._ledgers.items():
            for place, user in enumerate(ledger.users):
                if ledger.asked[place] and ledger.marks[place] & OPEN:
                    yield ledger.asked[place], course, user

    def _unpack(self, cursor: str) -> None:
        text, _, body = zlib.decompress(base64.b64decode(cursor, validate=True)).partition(b"\n")
        head: dict[str, Any] = json.loads(text)
        if head["version"] != VERSION or head["recipe"] != self.recipe:
            raise ValueError("written by another version or for other settings")
        self._starts, self.badges = list(map(int, head["starts"])), dict(head["badges"])
        self._ledgers = {int(number): Ledger() for number in head["sizes"]}
        rest = memoryview(body)
        for name, kind in _FIELDS.items():
            for ledger, size in zip(self._ledgers.values(), head["sizes"].values(), strict=True):
                length = size * array(kind).itemsize
                setattr(ledger, name, _values(rest[:length], name, size))
                rest = rest[length:]
        if rest:
            raise ValueError("longer than it says")


def _bytes(values: array[int], name: str) -> bytes:
    """Little-endian, whatever the machine; user numbers as the steps between them."""
    if name == "users":
        values = array("Q", [after - before for before, after in zip([0, *values], values, strict=False)])
    return _little(values).tobytes()


def _values(data: memoryview, name: str, size: int) -> array[int]:
    values = array(_FIELDS[name])
    values.frombytes(data)
    if len(values) != size:
        raise ValueError("shorter than it says")
    values = _little(values)
    return array("Q", accumulate(values)) if name == "users" else values


def _little(values: array[int]) -> array[int]:
    if sys.byteorder == "little":
        return values
    turned = array(values.typecode, values)
    turned.byteswap()
    return turned
