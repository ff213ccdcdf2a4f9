"""The checked copy of the EU's trusted lists: which services were granted to issue certificates, and when.

``mimis seals trust update`` writes it; verification only reads it, so that it needs no network. Times and statuses
follow ETSI TS 119 612; the status at the moment of the seal decides.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from asn1crypto.x509 import Name

from mimis_core import ConfigurationError

FILENAME = "trusted-lists.json"
FORMAT = 1
Kind = Literal["seal", "timestamp"]


@dataclass(frozen=True)
class Period:
    """What a service was from ``since`` until the next period: granted or not, and whether for seals."""

    since: datetime
    granted: bool
    fit: bool


@dataclass(frozen=True)
class Service:
    """A trust service: certificates for seals (CA/QC) or qualified timestamps (TSA/QTST). Newest period first."""

    kind: Kind
    territory: str
    provider: str
    name: str
    certificates: tuple[bytes, ...]
    subjects: tuple[str, ...]
    history: tuple[Period, ...]

    def at(self, moment: datetime) -> Period | None:
        """The period that a moment falls into; None before the service was listed."""
        return next((period for period in self.history if period.since <= moment), None)

    def trusted_at(self, moment: datetime) -> bool:
        """Whether the service was granted, and for this purpose, at a moment."""
        period = self.at(moment)
        return period is not None and period.granted and period.fit


@dataclass(frozen=True)
class TrustedList:
    """One list as it was read: a country's, or the list of lists (territory EU, no services)."""

    territory: str
    sequence: int
    issued: datetime
    next_update: datetime | None
    fetched: datetime
    services: tuple[Service, ...] = ()

    def is_old(self, now: datetime) -> bool:
        """Whether its operator should have issued a newer one by now; a closed list, without an end, is old too."""
        return self.next_update is None or now > self.next_update


@dataclass(frozen=True)
class TrustedLists:
    """The whole copy."""

    lotl: TrustedList
    national: tuple[TrustedList, ...]

    @cached_property
    def _by_subject(self) -> dict[tuple[Kind, str], list[Service]]:
        found: dict[tuple[Kind, str], list[Service]] = {}
        for service in (service for one in self.national for service in one.services):
            for subject in service.subjects:
                found.setdefault((service.kind, subject), []).append(service)
        return found

    def services(self, subjects: Iterable[str], kind: Kind) -> Iterator[Service]:
        """Services of a kind, granted or not, whose certificates bear one of these names (:func:`name_key`)."""
        for subject in subjects:
            yield from self._by_subject.get((kind, subject), ())

    def old(self, now: datetime) -> list[str]:
        """Territories whose list is past its next update."""
        return [one.territory for one in (self.lotl, *self.national) if one.is_old(now)]

    def of(self, territory: str) -> TrustedList | None:
        """One country's list."""
        return next((one for one in self.national if one.territory == territory), None)


def name_key(name: Name) -> str:
    """A short key of a distinguished name, the same for spellings that RFC 5280 section 7.1 calls equal."""
    return sha256(name.hashable.encode()).hexdigest()[:32]


def load_lists(folder: str | None) -> TrustedLists | None:
    """The copy in a folder; None when no folder is configured or nothing was fetched yet.

    Raises ConfigurationError when the copy is damaged: it is fetched anew, never mended.
    """
    if folder is None:
        return None
    file = Path(folder) / FILENAME
    try:
        state = file.stat()
    except FileNotFoundError:
        return None
    return _read(file, state.st_mtime_ns, state.st_size)


def save_lists(folder: str, lists: TrustedLists) -> None:
    """Write the copy; a reader sees the old one or the new one, never half of it."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    draft = target / f"{FILENAME}.new"
    draft.write_text(json.dumps(_plain(lists), ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    os.replace(draft, target / FILENAME)


def kept(old: TrustedLists | None, territory: str) -> TrustedList | None:
    """The list of a territory as an earlier copy holds it, for when the newer one cannot be had."""
    return old.of(territory) if old is not None else None


@lru_cache(maxsize=4)
def _read(file: Path, changed: int, size: int) -> TrustedLists:
    try:
        value = json.loads(file.read_bytes())
        if value["format"] != FORMAT:
            raise ValueError
        return TrustedLists(_list(value["lotl"]), tuple(map(_list, value["national"])))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ConfigurationError(
            f"{file} is damaged or was written by another version of mimis.",
            mend="Delete it and fetch the lists anew: mimis seals trust update",
        ) from None


def _list(value: dict[str, Any]) -> TrustedList:
    return TrustedList(
        territory=str(value["territory"]),
        sequence=int(value["sequence"]),
        issued=_moment(value["issued"]),
        next_update=_moment(value["next_update"]) if value["next_update"] else None,
        fetched=_moment(value["fetched"]),
        services=tuple(_service(value["territory"], one) for one in value["services"]),
    )


def _service(territory: str, value: dict[str, Any]) -> Service:
    return Service(
        kind="seal" if value["kind"] == "seal" else "timestamp",
        territory=territory,
        provider=str(value["provider"]),
        name=str(value["name"]),
        certificates=tuple(b64decode(one, validate=True) for one in value["certificates"]),
        subjects=tuple(map(str, value["subjects"])),
        history=tuple(Period(_moment(since), bool(granted), bool(fit)) for since, granted, fit in value["history"]),
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


def _plain(lists: TrustedLists) -> dict[str, Any]:
    """The file's content; ``fetched`` and ``next_update`` stand at its head for ``mimis check``."""
    every = (lists.lotl, *lists.national)
    # A closed list has no next update: nobody will renew it, so it is due since it was issued.
    due = min(one.next_update or one.issued for one in every)
    head = {"format": FORMAT, "fetched": lists.lotl.fetched.isoformat(), "next_update": due.isoformat()}
    return {**head, "lotl": _plain_list(lists.lotl), "national": [_plain_list(one) for one in lists.national]}


def _plain_list(one: TrustedList) -> dict[str, Any]:
    head = {name: value for name, value in vars(replace(one, services=())).items() if name != "services"}
    plain = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in head.items()}
    return {**plain, "services": [_plain_service(service) for service in one.services]}


def _plain_service(service: Service) -> dict[str, Any]:
    return {
        "kind": service.kind,
        "provider": service.provider,
        "name": service.name,
        "certificates": [b64encode(one).decode() for one in service.certificates],
        "subjects": list(service.subjects),
        "history": [[period.since.isoformat(), period.granted, period.fit] for period in service.history],
    }
