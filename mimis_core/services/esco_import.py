"""Taking a version of ESCO in, in the place of the one before."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mimis_core.errors import UserError
from mimis_core.services.esco import EscoServices
from mimis_core.services.esco_parts import STRUCTURE, EscoRelease, digest, languages, pack, unpack
from mimis_core.store.esco_tables import EscoPartRow, EscoReleaseRow
from mimis_core.store.revisions import next_number
from mimis_core.store.tables import new_id

_VERSION = re.compile(r"\d{1,3}(?:\.\d{1,3}){1,2}")
_LOCK = "esco"
"""Name of the state whose row an import holds: two at once take turns."""


@dataclass(frozen=True)
class EscoImport:
    """What an import did, or would do.

    Attributes:
        state: ``new``, ``same`` (nothing changed), or ``changed``.
        version: what stands now.
        before: the version that stood there; empty for none.
        languages: those that labels are in now.
        lost: languages that were there and are not any more: they belonged to other concepts.
        counts: skills, groups, occupations, broader and relations.
    """

    state: Literal["new", "same", "changed"]
    version: str
    before: str
    languages: tuple[str, ...]
    lost: tuple[str, ...]
    counts: dict[str, int]


class EscoImportServices(EscoServices):
    """Imports of ESCO."""

    def import_esco(self, release: EscoRelease, *, force: bool = False, dry_run: bool = False) -> EscoImport:
        """Take a version in. Further languages of the version that stands here are added to it.

        Raises UserError when the version's number is none, or is older than the one that stands here and not
        ``force``; DataError when a relation names what the release does not have.
        """
        version, parts = _order(release.version), pack(release)
        with self._transaction() as session:
            if not dry_run:
                next_number(session, self.organisation, _LOCK)
            row = session.scalar(select(EscoReleaseRow).where(EscoReleaseRow.organisation == self.organisation))
            if row is not None and version < _order(row.version) and not force:
                raise UserError(
                    f"ESCO {row.version} stands here, which is newer than {release.version}.",
                    mend="Take the older one only if you mean to, with --force.",
                )
            stored = {one.name: one.content for one in self._rows(session, EscoPartRow)}
            same = row is not None and _order(row.version) == version
            whole = {**(_kept(stored, parts) if same else {}), **parts}
            change = _change(release, row, stored, whole)
            if change.state != "same" and not dry_run:
                self._replace_esco(session, release.version, whole)
        return change

    def _replace_esco(self, session: Session, version: str, parts: Mapping[str, bytes]) -> None:
        for table in (EscoPartRow, EscoReleaseRow):
            session.execute(delete(table).where(table.organisation == self.organisation))
        for name, content in parts.items():
            session.add(EscoPartRow(organisation=self.organisation, name=name, content=content))
        row = EscoReleaseRow(
            id=new_id(),
            organisation=self.organisation,
            version=version,
            digest=digest(version, parts),
            imported_at=self.clock(),
        )
        session.add(row)
        self._audit(session, "administrator", "esco.import", row.id, version=version)


def _kept(stored: Mapping[str, bytes], parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """What stays of the same version: the languages, if they belong to the same concepts."""
    alike = all(unpack(stored[name]) == unpack(parts[name]) for name in STRUCTURE)
    return dict(stored) if alike else {}


def _change(
    release: EscoRelease, row: EscoReleaseRow | None, stored: Mapping[str, bytes], whole: Mapping[str, bytes]
) -> EscoImport:
    same = row is not None and row.digest == digest(release.version, whole)
    kinds = Counter(entry.kind for entry in release.entries)
    return EscoImport(
        state="new" if row is None else "same" if same else "changed",
        version=release.version,
        before=row.version if row else "",
        languages=languages(whole),
        lost=tuple(sorted(set(languages(stored)) - set(languages(whole)))),
        counts={
            "skills": kinds["skill"],
            "groups": kinds["group"],
            "occupations": kinds["occupation"],
            "broader": len(release.broader),
            "relations": len(release.relations),
        },
    )


def _order(version: str) -> tuple[int, ...]:
    """Versions by their numbers: 1.2 is 1.2.0, and 1.10 is after 1.9. Raises UserError for what is none."""
    if not _VERSION.fullmatch(version):
        raise UserError(f"{version!r} is no version of ESCO.", mend="Give it as in: --version 1.2.0")
    numbers = [int(part) for part in version.split(".")]
    return tuple(numbers + [0] * (3 - len(numbers)))
