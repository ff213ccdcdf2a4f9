"""Everything that is answered about credentials without knowing whose they are, as files for any static host."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from mimis_core.errors import UserError
from mimis_core.services.public_page import credential_page, start_page
from mimis_core.services.status import PURPOSES, StatusServices, encode_list
from mimis_core.services.views import PublicCredential
from mimis_core.store.tables import CredentialRow

MARK = "mimis.json"
"""Says that a folder is made by mimis: only in such a folder is anything removed."""
PLACES = ("status", "c")
"""Folders that belong to mimis altogether; the rest of a published folder is left alone."""
AT_ONCE = 500


@dataclass
class Published:
    """What one run wrote: ``kept`` was still good, ``removed`` is no longer answered for."""

    credentials: int = 0
    lists: int = 0
    written: int = 0
    kept: int = 0
    removed: int = 0
    files: set[str] = field(default_factory=set, repr=False)

    def counts(self) -> dict[str, int]:
        """The numbers alone, for people and scripts."""
        return {name: value for name, value in asdict(self).items() if name != "files"}


class PublishServices(StatusServices):
    """Writes the public answers of one organisation into a folder."""

    def publish(self, folder: Path, *, dry_run: bool = False) -> Published:
        """Bring a folder up to date so that a static host gives the answers of this mimis, at the same addresses.

        ``status/<id>`` holds signed answers that may be relied on for ``[status] published_days``, ``status/list/...``
        the status lists, ``c/<id>/index.html`` the pages. Each file is replaced at once or not at all. An answer that
        says what is so, by the key of today, is kept during the first half of its life: run this daily, and after a
        change at once. With ``dry_run`` it counts and writes nothing.

        Raises UserError for a folder with other things in it, or one that cannot be written.
        """
        done = Published()
        try:
            self._refuse_foreign(folder)
            if not dry_run and not (folder / MARK).exists():
                # First of all, or the run after one that was cut off would not know the folder.
                _write(folder / MARK, self._said_of_itself())
            for credential, public_id in self._public_credentials():
                done.credentials += 1
                self._publish_status(folder, credential, public_id, done, dry_run)
                page = credential_page(credential).encode()
                _replace(folder, f"c/{public_id}/index.html", page, done, dry_run)
            self._publish_lists(folder, done, dry_run)
            _remove_others(folder, done, dry_run)
            if not dry_run:
                self._write_cover(folder, done)
        except OSError as error:
            raise UserError(
                f"{folder} cannot be written: {error.strerror or error}.", mend="Give a folder that mimis may write to."
            ) from None
        return done

    def _refuse_foreign(self, folder: Path) -> None:
        if not folder.is_dir() or not any(folder.iterdir()):
            return
        try:
            issuer = json.loads((folder / MARK).read_bytes())["issuer"]
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            issuer = None
        if issuer != self.settings.organisation.registration:
            raise UserError(
                f"{folder} holds other things than what mimis publishes for this organisation.",
                mend="Give an empty folder or a new one.",
            )

    def _public_credentials(self) -> Iterator[tuple[PublicCredential, str]]:
        """All credentials, some at a time, as anyone may see them."""
        last = ""
        while True:
            query = (
                select(CredentialRow)
                .where(CredentialRow.organisation == self.organisation, CredentialRow.public_id > last)
                .order_by(CredentialRow.public_id)
                .limit(AT_ONCE)
            )
            with self._transaction() as session:
                found = [(self._public(row), row.public_id) for row in session.scalars(query)]
            if not found:
                return
            yield from found
            last = found[-1][1]

    def _publish_status(
        self, folder: Path, credential: PublicCredential, public_id: str, done: Published, dry_run: bool
    ) -> None:
        view, name = credential.status, f"status/{public_id}"
        known = _read_token(folder / name)
        same = {"sub": view.urn, "status": view.status.value, "changed_at": view.changed_at.isoformat()}
        if known and same.items() <= known.claims.items() and self._is_fresh(known):
            _keep(name, done)
        else:
            answer = b"" if dry_run else self._sign_status(view, self._published_life)
            _replace(folder, name, answer, done, dry_run)

    def _publish_lists(self, folder: Path, done: Published, dry_run: bool) -> None:
        with self.database.reading() as session:
            last = self._last_list(session)
        for list_no in range(1, last + 1):
            for purpose in PURPOSES:
                done.lists += 1
                name = f"status/list/{list_no}/{purpose}"
                known = _read_token(folder / name)
                encoded = encode_list(self._taken_places(list_no, purpose))
                said = known.claims.get("credentialSubject", {}).get("encodedList") if known else None
                if known and said == encoded and self._is_fresh(known):
                    _keep(name, done)
                else:
                    answer = b"" if dry_run else self.signed_status_list(list_no, purpose, self._published_life)
                    _replace(folder, name, answer, done, dry_run)

    @property
    def _published_life(self) -> timedelta:
        return timedelta(days=self.settings.status.published_days)

    def _is_fresh(self, known: Token) -> bool:
        """Whether an answer is in the first half of its life and was signed by the certificate of today."""
        certificate = base64.b64encode(self._signer.chain()[0]).decode()
        return known.certificate == certificate and known.start <= self.clock() < known.start + known.life / 2

    def _write_cover(self, folder: Path, done: Published) -> None:
        now = self.clock()
        _write(folder / "index.html", start_page(self.settings.organisation, now).encode())
        _write(folder / MARK, self._said_of_itself(published_at=now.isoformat(), **done.counts()))

    def _said_of_itself(self, **told: Any) -> bytes:
        issuer = self.settings.organisation.registration
        return json.dumps({"base_url": self.settings.base_url, "issuer": issuer, **told}, indent=2).encode() + b"\n"


@dataclass(frozen=True)
class Token:
    """A signed answer that lies in the folder, as it says itself: enough to see whether to write it anew."""

    certificate: str
    claims: dict[str, Any]
    start: datetime
    life: timedelta


def _read_token(file: Path) -> Token | None:
    """The answer in a file; None for none, or one that cannot be read and is then written anew."""
    try:
        header, claims = (_part(part) for part in file.read_bytes().split(b".")[:2])
        if "iat" in claims:
            start, end = (datetime.fromtimestamp(claims[name]).astimezone() for name in ("iat", "exp"))
        else:
            start, end = (datetime.fromisoformat(claims[name]) for name in ("validFrom", "validUntil"))
        return Token(str(header["x5c"][0]), claims, start, end - start)
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return None


def _part(part: bytes) -> dict[str, Any]:
    value = json.loads(base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)))
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _keep(name: str, done: Published) -> None:
    done.files.add(name)
    done.kept += 1


def _replace(folder: Path, name: str, content: bytes, done: Published, dry_run: bool) -> None:
    """Write a file unless it says the same already."""
    done.files.add(name)
    file = folder / name
    if file.is_file() and file.read_bytes() == content:
        done.kept += 1
        return
    done.written += 1
    if not dry_run:
        _write(file, content)


def _write(file: Path, content: bytes) -> None:
    """Whoever reads meanwhile gets the old file or the new one, never half of one.

    Another account's static host reads them, whatever mask this process keeps for all else that it writes.
    """
    missing = [one for one in (file.parent, *file.parent.parents) if not one.exists()]
    file.parent.mkdir(parents=True, exist_ok=True)
    for one in missing:
        one.chmod(0o755)
    unfinished = file.with_name(f".{file.name}.new")
    unfinished.write_bytes(content)
    unfinished.chmod(0o644)
    os.replace(unfinished, file)


def _remove_others(folder: Path, done: Published, dry_run: bool) -> None:
    """Remove what is not answered for any more, and what an interrupted run left."""
    for place in PLACES:
        # Deepest first, so that a folder is empty when its turn comes.
        for path in sorted((folder / place).rglob("*"), reverse=True):
            if path.is_dir():
                if not dry_run and not any(path.iterdir()):
                    path.rmdir()
            elif path.relative_to(folder).as_posix() not in done.files:
                done.removed += 1
                if not dry_run:
                    path.unlink()
