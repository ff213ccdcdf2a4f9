"""What holds for every kind of adapter, and what the suites of the kinds share."""

# ruff: noqa: D102  # fixtures are named to be set up; a test's name is its text

from __future__ import annotations

import logging
import random
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, ClassVar, TypeVar

import pytest
from pydantic import BaseModel, SecretStr

from mimis_core.errors import MimisError
from mimis_core.kinds import Adapter

T = TypeVar("T")

SECRET_WORDS = ("token", "secret", "password", "key")
FOREVER = 500
"""How often a lasting fault comes back: more answers than any test asks for."""
WAYS_TO_PROVE = ("real system: ", "vendor documents: ", "third-party reports: ")


def secrets_of(settings: BaseModel) -> list[str]:
    """Every secret in some settings, however deep it stands."""
    found = []
    for value in vars(settings).values():
        if isinstance(value, SecretStr):
            found.append(value.get_secret_value())
        elif isinstance(value, BaseModel):
            found += secrets_of(value)
    return [one for one in found if one]


def leaks(text: str, private: Iterable[str | None]) -> list[str]:
    """What of some private texts stands in a log line or an error; letters of either case."""
    return [one for one in private if one and one.casefold() in text.casefold()]


def told(error: BaseException) -> str:
    """All that an error tells whoever logs it: its text, its arguments, its mend."""
    return " ".join(
        (str(error), repr(error.args), str(getattr(error, "mend", None)), str(getattr(error, "code", None)))
    )


def in_threads(function: Callable[[int], T], times: int = 16) -> list[T]:
    """Results of ``function(0)`` to ``function(times - 1)``, called from four threads at once."""
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(function, range(times)))


def hostile(sample: bytes = b"") -> Iterator[bytes]:
    """Contents that no reader may fall over: broken, cut, deep, huge and foreign; the same ones in every run."""
    yield from (
        b"",
        b"\x00",
        b"null",
        b"[]",
        b"{}",
        b'"text"',
        b"1e999",
        b"\xff\xfe{\x00",
        b"\xef\xbb\xbf{}",
        b"%PDF-1.7\n",
    )
    yield from (b"PK\x03\x04" + bytes(60), b"<?xml version='1.0'?><a/>", b"a.b.c", b"....", b"e30.e30.e30")
    yield from (b"[" * 100_000, b'{"a":' * 20_000, b'{"payload":' + b"9" * 5_000 + b"}", b'{"id":"\\ud800"}')
    chance = random.Random(4711)
    for _ in range(40 if sample else 0):
        place = chance.randrange(len(sample))
        yield sample[:place]
        yield sample[:place] + bytes([chance.randrange(256)]) + sample[place + 1 :]
        yield sample[:place] + chance.randbytes(8) + sample[place:]


@contextmanager
def overheard(caplog: pytest.LogCaptureFixture, private: Iterable[str | None]) -> Iterator[None]:
    """Fails when anything that is done meanwhile logs a private text, at whatever level."""
    with caplog.at_level(logging.DEBUG):
        yield
    assert not leaks(caplog.text, private), "a log line holds a name, an address or a secret"


class AdapterConformance:
    """What holds for every kind. ``adapter_type``: the class under test."""

    adapter_type: ClassVar[type[Adapter[Any]]]

    def test_every_setting_is_described(self) -> None:
        for name, field in self.adapter_type.Settings.model_fields.items():
            assert field.description, f"{name} has no description"

    def test_secrets_are_secret_strings(self) -> None:
        for name, field in self.adapter_type.Settings.model_fields.items():
            if any(word in name.split("_") for word in SECRET_WORDS):
                assert SecretStr.__name__ in str(field.annotation), f"{name} must be a SecretStr"

    def test_kind_can_stand_in_a_table(self) -> None:
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]*", self.adapter_type.kind)

    def test_proof_says_on_what_it_rests(self) -> None:
        proven = self.adapter_type.proven
        assert proven is None or (proven.startswith(WAYS_TO_PROVE) and len(proven) > 30)


class OpenedConformance(AdapterConformance):
    """What holds for every adapter that is open. Fixture: ``adapter``, which each kind's suite takes from its own."""

    @pytest.fixture
    def adapter(self) -> Adapter[Any]:
        raise NotImplementedError

    def test_adapter_is_of_the_type(self, adapter: Adapter[Any]) -> None:
        assert type(adapter) is self.adapter_type

    def test_secrets_never_show(self, adapter: Adapter[Any]) -> None:
        shown = " ".join((repr(adapter), str(adapter.settings), repr(adapter.settings), repr(vars(adapter.settings))))
        assert not leaks(shown, secrets_of(adapter.settings))

    def test_closing_twice_does_no_harm(self, adapter: Adapter[Any]) -> None:
        adapter.close()
        adapter.close()

    def test_sound_connection_passes_its_check(self, adapter: Adapter[Any]) -> None:
        assert "error" not in {finding.status for finding in adapter.check()}

    def test_findings_name_subject_and_mend(self, adapter: Adapter[Any]) -> None:
        for finding in adapter.check():
            assert finding.subject
            assert finding.message
            assert finding.mend or finding.status == "ok", f"{finding.subject} needs a mend"


def check_locked_out(adapter: Adapter[Any]) -> None:
    """Hold the check of an adapter with a wrong key to what an administrator needs: an error, its mend, no secret."""
    wrong = [finding for finding in adapter.check() if finding.status == "error"]
    assert wrong
    assert all(finding.mend for finding in wrong)
    assert not leaks(" ".join(finding.message for finding in wrong), secrets_of(adapter.settings))


def check_error(error: MimisError, private: Iterable[str | None]) -> None:
    """Hold an error to what the person who reads it needs: a sentence that gives nobody away."""
    assert str(error).strip()
    assert "<html>" not in str(error)
    assert not leaks(told(error), private), "the error holds a name, an address or a secret"
