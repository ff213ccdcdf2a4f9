"""Several workers on one school, each as a process of its own would be, but for the process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from mimis_core import Courier, Parcel, Receipt
from mimis_core.services import Services
from mimis_core.services.hand import Job
from mimis_core.store.tables import OutboxRow
from tests.school import opened


@contextmanager
def colleague(school: Services) -> Iterator[Services]:
    """Another worker on the same database, with the same clock and settings."""
    with opened(school.settings, school.clock) as other:
        yield other


def row_of(school: Services, job: Job) -> OutboxRow:
    """The job's row as it stands."""
    with school._transaction() as session:
        return school._get(session, OutboxRow, job.id, "job")


def queue_deliveries(school: Services, *addresses: str) -> None:
    """Let the first credential go to a wallet for each address."""
    view = school.all_credentials()[0]
    for address in addresses:
        school.request_delivery(view.learner_id, view.id, "europass", address)


def deliver_by(school: Services, deliver: Callable[[Parcel], Receipt], name: str = "europass") -> None:
    """Put a test's own function in the place of a courier."""
    school._courier(name)
    courier: Courier[object] = school._opened["courier", name]  # type: ignore[assignment]  # opened just now
    courier.deliver = deliver  # type: ignore[method-assign]


def set_pace(school: Services, **limits: Any) -> None:
    """Limit the wallet; before the first drain of a worker."""
    couriers = {**school.settings.couriers, "europass": {**school.settings.couriers["europass"], **limits}}
    school.settings = school.settings.model_copy(update={"couriers": couriers})


def addresses(count: int) -> list[str]:
    """So many wallets."""
    return [f"a{number}@b.example" for number in range(count)]
