"""Several organisations in one installation: ``installation.toml`` lists their folders, each with its ``mimis.toml``.

The organisations may share a database or have one each; each is asked and decided by :class:`Services` of its own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mimis_core.errors import ConfigurationError, NotFoundError
from mimis_core.settings import FILENAME, Settings, load_settings

if TYPE_CHECKING:
    from mimis_core.services import Services
    from mimis_core.services.base import ServicesBase

INSTALLATION = "installation.toml"


@dataclass(frozen=True)
class Place:
    """Where an organisation's pages are: host with port, as browsers send it, and path without a slash at the end."""

    host: str
    path: str

    @classmethod
    def of(cls, base_url: str) -> Place:
        """The place that a ``base_url`` names."""
        parts = urlsplit(base_url)
        return cls(plain_host(parts.netloc, parts.scheme), parts.path.rstrip("/"))


def plain_host(host: str, scheme: str) -> str:
    """A host as it is compared: in lower case, without the port that its scheme has anyway."""
    usual = {"https": ":443", "http": ":80"}.get(scheme, "")
    return host.lower().removesuffix(usual)


@dataclass(frozen=True)
class Installation:
    """The open organisations of one installation, in the order of its file."""

    services: tuple[Services, ...]

    def of(self, organisation: str) -> Services:
        """The services of one. Raises NotFoundError."""
        for one in self.services:
            if one.organisation == organisation:
                return one
        known = ", ".join(one.organisation for one in self.services)
        raise NotFoundError(f"No organisation here is called {organisation!r}.", mend=f"There are: {known}.")


def is_installation(path: Path) -> bool:
    """Whether a folder or file is an installation and not one organisation's configuration."""
    return (path / INSTALLATION).is_file() if path.is_dir() else path.name == INSTALLATION


def load_installation(path: Path) -> tuple[Settings, ...]:
    """The settings of all organisations of an installation, or of the one that a ``mimis.toml`` describes.

    Raises ConfigurationError naming the file when it is wrong, or two organisations have one id or one address.
    """
    if not is_installation(path):
        return (load_settings(path),)
    file = path / INSTALLATION if path.is_dir() else path
    found = tuple(load_settings(folder) for folder in _folders(file))
    _refuse_equal(file, "id", [one.organisation.id for one in found])
    _refuse_equal(file, "base_url", [Place.of(one.base_url) for one in found])
    if len({one.trusted_proxy for one in found}) > 1:
        raise ConfigurationError(
            f"{file}: the organisations name different proxies, but one server serves them.",
            mend="Give trusted_proxy the same value in each mimis.toml.",
        )
    return found


@dataclass(frozen=True)
class Neighbours:
    """The organisations of one installation: their folders by id, and folders of which nobody can tell whose they are.

    Whoever asks whether somebody is here gets no answer as long as one of these is left: it may be hers.
    """

    known: Mapping[str, Path]
    broken: tuple[Path, ...] = ()

    @property
    def broken_names(self) -> str:
        """The files to mend, as an error names them."""
        return ", ".join(str(folder / FILENAME) for folder in self.broken)


@contextmanager
def open_installation(path: Path) -> Iterator[Installation]:
    """Open every organisation of an installation, or the one that a ``mimis.toml`` describes; closed at the end."""
    from mimis_core.services import open_services

    with ExitStack() as stack:
        yield Installation(tuple(stack.enter_context(open_services(one)) for one in load_installation(path)))


def neighbours(folder: Path) -> Neighbours:
    """All organisations of the installation that this folder belongs to, itself too; none when it belongs to none.

    It is looked for in the folders above, so that a command that was given one organisation's folder knows as much as
    a server that was given the installation. Raises ConfigurationError when the installation's own file is broken.
    """
    folder = folder.resolve()
    for above in folder.parents:
        file = above / INSTALLATION
        if file.is_file() and folder in (folders := _folders(file)):
            named = [(_organisation_id(one), one) for one in folders]
            known = {id: one for id, one in named if id is not None}
            return Neighbours(known, tuple(one for id, one in named if id is None))
    return Neighbours({})


@contextmanager
def open_neighbour(services: ServicesBase, organisation: str) -> Iterator[Services]:
    """Another organisation of the same installation, by its own services. Raises NotFoundError."""
    from mimis_core.services import open_services

    found = neighbours(services.settings.folder)
    folder = found.known.get(organisation)
    if folder is None or organisation == services.organisation:
        raise NotFoundError(
            f"No other organisation of this installation is called {organisation!r}.",
            mend=f"Mend {found.broken_names}, and try again." if found.broken else "See: mimis organisations",
        )
    with open_services(load_settings(folder)) as opened:
        yield opened


def _folders(file: Path) -> list[Path]:
    try:
        raw: dict[str, Any] = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{file} cannot be read: {type(error).__name__}.", mend="Correct the file.") from None
    names = raw.get("organisations")
    good = isinstance(names, list) and names and all(isinstance(name, str) for name in names)
    if not good or set(raw) != {"organisations"}:
        raise ConfigurationError(
            f"{file} must hold a list of folders called organisations, and nothing else.",
            mend='Write: organisations = ["schools/a", "schools/b"]',
        )
    return [(file.parent / name).resolve() for name in raw["organisations"]]


def _organisation_id(folder: Path) -> str | None:
    """The id alone, without the secrets that its file may name."""
    try:
        id = tomllib.loads((folder / FILENAME).read_text("utf-8"))["organisation"]["id"]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError):
        return None
    return id if isinstance(id, str) and id else None


def _refuse_equal(file: Path, what: str, values: Sequence[object]) -> None:
    if len(set(values)) < len(values):
        raise ConfigurationError(
            f"{file}: two organisations have the same {what}.", mend=f"Give each a {what} of its own."
        )
