"""Fetches the EU's list of trusted lists and the national lists that it points to, and keeps a checked copy.

Trust starts at the certificates pinned in ``[trust] lotl_certificates``; the list of lists then says who may sign each
national list. A country whose list cannot be had keeps its earlier copy, and the others go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from mimis_core import TemporaryError
from mimis_seals.lists.copy import TrustedList, TrustedLists, kept, load_lists, save_lists
from mimis_seals.lists.parsing import LARGEST_LIST, ListError, Pointer, read_list, read_pointers, read_signed
from mimis_seals.revocation.fetching import Bounds, FetchError, fetch

BOUNDS = Bounds("The trusted list's publisher", 60.0, LARGEST_LIST)
WORKERS = 4
"""National lists fetched at once: there are some thirty, on servers of different speed."""

_SILENT = {
    "address": "its address is no web address",
    "silent": "nobody answers at its address",
    "refused": "its publisher refused ({status})",
    "large": "it is far larger than a trusted list",
}


@dataclass(frozen=True)
class Outcome:
    """One list after an update. ``failure`` says why the newer one could not be had; ``kept`` that an older stays."""

    territory: str
    found: TrustedList | None
    failure: str | None = None
    kept: bool = False


def update(address: str, signers: tuple[bytes, ...], folder: str, now: datetime) -> Iterator[Outcome]:
    """Fetch everything, write the copy into ``folder``, and tell of each list.

    Raises TemporaryError when the list of lists itself cannot be had or believed: the earlier copy is then untouched.
    """
    before = load_lists(folder)
    try:
        root = read_signed(_get(address), signers)
        lotl, pointers = read_list(root, now), read_pointers(root)
        _refuse_older(lotl, before.lotl if before else None)
    except ListError as error:
        raise TemporaryError(
            f"The EU's list of trusted lists cannot be used: {error}.",
            mend="Try again later. When the EU has changed its signers, pin the new certificates that the Official "
            "Journal names under [trust] lotl_certificates.",
        ) from None
    yield Outcome("EU", lotl)
    with ThreadPoolExecutor(WORKERS) as pool:
        outcomes = list(pool.map(lambda pointer: _national(pointer, before, now), pointers))
    save_lists(folder, TrustedLists(lotl, tuple(one.found for one in outcomes if one.found is not None)))
    yield from outcomes


def _national(pointer: Pointer, before: TrustedLists | None, now: datetime) -> Outcome:
    older = kept(before, pointer.territory)
    try:
        found = read_list(read_signed(_get(pointer.address), pointer.signers), now)
        if found.territory != pointer.territory:
            raise ListError("it is another country's")
        _refuse_older(found, older)
    except ListError as error:
        return Outcome(pointer.territory, older, str(error), kept=older is not None)
    return Outcome(pointer.territory, found)


def _refuse_older(found: TrustedList, before: TrustedList | None) -> None:
    # A list of yesterday, played back, would hide that a service was withdrawn today.
    if before is not None and found.sequence < before.sequence:
        raise ListError("it is older than the copy that is here")


def _get(address: str) -> bytes:
    try:
        return fetch(address, BOUNDS, {"Accept": "application/vnd.etsi.tsl+xml, application/xml;q=0.9, */*;q=0.5"}).body
    except FetchError as error:
        raise ListError(_SILENT[error.kind].format(status=error.status)) from None
