"""A school whose one entry, awarded by rule, is valid for a year; and a format that only notes what it was asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mimis_core import Document, IssueOrder, Sealed
from mimis_core.services import CredentialView, Services
from tests.look_ups import names
from tests.school import HandSource, change_entry, done, page
from tests.services.histories import ROWS, write

__all__ = ["names"]


class NotingFormat:
    """Writes the order itself instead of a document, which takes no time; ``orders`` keeps them."""

    def __init__(self) -> None:
        self.orders: list[IssueOrder] = []

    def build(self, order: IssueOrder) -> Document:
        self.orders.append(order)
        return Document(urn=order.urn, format="order", media_type="application/json", content=order.urn.encode())

    def close(self) -> None:
        pass


class NoSealer:
    """Seals nothing."""

    remote = False

    def seal(self, document: Document, signer: Any) -> Sealed:
        shared = {name: getattr(document, name) for name in ("urn", "format", "media_type", "content")}
        return Sealed(**shared, filename="order.json")

    def close(self) -> None:
        pass


@pytest.fixture
def yearly(school_folder: Path, school: Services) -> Services:
    """The school with the yearly entry and the noting format; nothing is issued yet."""
    change_entry(school_folder, valid_months=12)
    school._opened["format", "elm"] = NotingFormat()  # type: ignore[assignment]  # all that is asked of it
    school._opened["sealer", "jades"] = NoSealer()  # type: ignore[assignment]  # likewise
    return school


@pytest.fixture
def orders(yearly: Services) -> list[IssueOrder]:
    """What the format was asked to build, in order."""
    format_: Any = yearly._format
    kept: list[IssueOrder] = format_.orders
    return kept


@pytest.fixture
def issued(yearly: Services) -> CredentialView:
    """The one credential that a first sync issued; its mail is sent."""
    HandSource.pages = [page(done("course:1"))]
    yearly.sync()
    yearly.drain()
    (view,) = yearly.all_credentials()
    return view


@pytest.fixture
def sqlite_school(school: Services) -> Services:
    if school.database.engine.dialect.name != "sqlite":
        pytest.skip("tampers with SQLite's triggers; what is found does not depend on the database")
    return school


@pytest.fixture
def written(sqlite_school: Services) -> Services:
    """A school with a sealed history."""
    write(sqlite_school)
    assert sqlite_school.seal_audit() == ROWS
    return sqlite_school
