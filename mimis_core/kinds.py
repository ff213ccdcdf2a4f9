"""The base types that an adapter implements.

An adapter registers *types* through the hooks; mimis opens one with its settings and calls it with ordinary
calls and ordinary errors (:mod:`mimis_core.errors`). Instances are context managers and are closed by mimis.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from types import TracebackType
from typing import Any, ClassVar, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict

from mimis_core.errors import ConfigurationError
from mimis_core.model import (
    Candidate,
    CredentialFacts,
    Document,
    FeedReceipt,
    Finding,
    IssueOrder,
    Parcel,
    Person,
    PulledPage,
    Receipt,
    Sealed,
    TalentEntry,
    Trust,
    Verdict,
)


class AdapterSettings(BaseModel):
    """Base of an adapter's settings: one table of ``mimis.toml``.

    Every field has a description; a secret is a ``SecretStr`` and is written in the file as a reference,
    ``{env = "NAME"}`` or ``{file = "PATH"}``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


S = TypeVar("S", bound=AdapterSettings)


class Adapter(ABC, Generic[S]):
    """One connection to the outside. ``name`` is the configured name, ``kind`` the adapter's own."""

    kind: ClassVar[str]
    Settings: ClassVar[type[AdapterSettings]]
    proven: ClassVar[str | None] = None
    """What it was built and tried against, for ``mimis adapters``: ``real system``, ``vendor documents`` or
    ``third-party reports``, and which, such as ``real system: recorded answers of Moodle 4.5``."""

    def __init__(self, name: str, settings: S) -> None:
        self.name = name
        self.settings = settings

    def check(self) -> Iterable[Finding]:
        """Say whether this connection works, for ``mimis check``; what is wrong comes with its mend."""
        return ()

    def close(self) -> None:
        """Release connections. Called once."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Source(Adapter[S]):
    """A place that completions are pulled from: an LMS, a list, a register."""

    @abstractmethod
    def pull(self, cursor: str | None) -> Iterator[PulledPage]:
        """Yield all that is completed now, in batches.

        Arguments:
            cursor: the last one that an earlier pull gave, or None for everything. One that cannot be read, such as
                that of an older version, counts as None.

        With a cursor, what is known to be unchanged is left out. The same record has the same key at every pull. A bad
        record becomes a SetAside and the rest go on; what is absent is never reported as "not completed". Raises
        AuthenticationError or PermissionDeniedError when nothing can be pulled, and TemporaryError when it is worth
        trying later: pages yielded before it stay valid.
        """

    def read_event(self, body: bytes, content_type: str) -> tuple[str, ...]:
        """Hints in what the source sent to our event address; what they say is never believed, only asked about.

        A hint is a short text of this source's own making, without personal data where that can be. Raises DataError
        for a body that is none of its events.
        """
        raise ConfigurationError(f"Sources of the kind {self.kind!r} send no events.")

    def follow(self, hint: str) -> Iterator[PulledPage]:
        """Pull what a hint of :meth:`read_event` points to, now. Raises as :meth:`pull` does."""
        raise ConfigurationError(f"Sources of the kind {self.kind!r} follow no hints.")


class Format(Adapter[S]):
    """A credential format that can be built from an award and read back."""

    media_type: ClassVar[str]

    @abstractmethod
    def build(self, order: IssueOrder) -> Document:
        """Build the document; the same order gives the same bytes. Called from several threads at once.

        Raises DataError, with all findings in the text, when the document would not conform: nothing is then issued.
        """

    @abstractmethod
    def read(self, content: bytes) -> CredentialFacts:
        """Read a document of this format, sealed or not, ours or not. Raises DataError when it is none."""


class Signer(Adapter[S]):
    """A private key and its certificate chain: PKCS#12, PKCS#11 or a remote signing service."""

    @property
    @abstractmethod
    def algorithms(self) -> tuple[str, ...]:
        """JOSE names of what :meth:`sign` can do, best first: ``RS256``, ``ES256``."""

    @property
    @abstractmethod
    def trial(self) -> bool:
        """True for a key that mimis made for practice; it is never trusted by default."""

    @property
    def remote(self) -> bool:
        """True when signing waits for another machine: more is then made at once than there are cores."""
        return False

    @abstractmethod
    def sign(self, data: bytes, algorithm: str) -> bytes:
        """Sign ``data``; called from several threads at once. ES256 gives the raw 64-byte form of JOSE.

        Raises TemporaryError when the key is away.
        """

    @abstractmethod
    def chain(self) -> tuple[bytes, ...]:
        """The certificates as DER, signing certificate first."""


class Sealer(Adapter[S]):
    """A way to seal a document so that anyone can check who issued it and that nothing was changed."""

    @abstractmethod
    def seal(self, document: Document, signer: Signer[Any]) -> Sealed:
        """Seal the document's exact bytes; called from several threads at once.

        Raises ConfigurationError when the key may not be used now.
        """

    @property
    def remote(self) -> bool:
        """True when sealing waits for another machine, such as a time-stamping authority's."""
        return False

    def lacks(self, content: bytes, level: str, ahead: timedelta) -> bool:
        """Whether a sealed file is below ``level``, or has it by something that ends within ``ahead`` of now.

        Raises DataError for a file that is none of this seal's, or that falls short and does not hold.
        """
        raise self._no_levels()

    def extend(self, content: bytes, level: str, anchors: Sequence[str] = ()) -> bytes:
        """The sealed file with what ``level`` adds to it; called from several threads at once.

        Nothing that :meth:`fixed` gives is changed. ``anchors`` are PEM texts of authorities that the file leaves out.
        Raises DataError when the file does not hold or has the level, TemporaryError when an authority is away, and
        ConfigurationError when it cannot be done as things are set up.
        """
        raise self._no_levels()

    def fixed(self, content: bytes) -> tuple[bytes, ...]:
        """What of a sealed file no level may change: content, header and signature. Raises DataError."""
        raise self._no_levels()

    def _no_levels(self) -> ConfigurationError:
        return ConfigurationError(f"Seals of the kind {self.kind!r} have no levels that a file could be raised to.")


class Verifier(ABC):
    """Checks one kind of sealed file. Offered through ``mimis_verifier``."""

    @abstractmethod
    def verify(self, content: bytes, trust: Trust) -> Verdict:
        """Check the file and say why; never raises for a bad file: that is a Verdict.

        Valid needs format, seal and owner ok and none in error; what could not be asked is skipped and makes the
        verdict unknown.
        """


class Courier(Adapter[S]):
    """A wallet or mailbox that parcels are delivered to."""

    @abstractmethod
    def deliver(self, parcel: Parcel) -> Receipt:
        """Deliver once; called again with the same key after a doubt, it finds the parcel already there.

        Raises PermanentError (refused; the text says why), TemporaryError (try again), AuthenticationError.
        """


class TalentFeed(Adapter[S]):
    """A way into one ATS or HR system. Run by the employer or a hub, which holds the keys."""

    @abstractmethod
    def find(self, person: Person) -> tuple[Candidate, ...]:
        """All candidates that the ATS knows by this address: none, one or several. Never creates one."""

    @abstractmethod
    def put(self, entry: TalentEntry, earlier: FeedReceipt | None) -> FeedReceipt:
        """Write the entry or renew what ``earlier`` wrote, never twice. NotFoundError ``candidate``: she is gone."""

    @abstractmethod
    def remove(self, receipt: FeedReceipt) -> None:
        """Remove what was written; already gone is a success. Raises PermanentError when it cannot be removed."""
