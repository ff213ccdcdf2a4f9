"""What every courier must do."""

# ruff: noqa: D102  # fixtures are named to be set up; a test's name is its text

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from mimis_core.errors import AuthenticationError, MimisError, PermanentError, TemporaryError
from mimis_core.kinds import Courier
from mimis_core.model import Parcel
from mimis_core.testing.faults import FAULTS
from mimis_core.testing.sandbox import Sandbox
from mimis_core.testing.suites.base import (
    FOREVER,
    OpenedConformance,
    check_error,
    check_locked_out,
    overheard,
    secrets_of,
)

DOUBT = "doubt"
"""Code of the PermanentError that says: nobody knows whether it went out, so it is not sent again by itself."""


def deliver_as_mimis_does(courier: Courier[Any], parcel: Parcel) -> bool:
    """Deliver, and again after each TemporaryError; gives False when a doubt ended it."""
    for _ in range(5):
        try:
            courier.deliver(parcel)
        except TemporaryError:
            continue
        except PermanentError as error:
            if error.code != DOUBT:
                raise
            return False
        return True
    raise AssertionError("one fault was not over after five attempts")


class CourierConformance(OpenedConformance):
    """For a Courier.

    Fixtures: ``server`` (its sandbox), ``courier``, ``parcel`` (one that is accepted), ``locked_out`` (the courier with
    a wrong key or password).

    ``asks`` says how the promise "once" is kept. True: the other side knows its parcels, so a repeated one is found
    there (``Receipt.already``). False, as for a mailbox: it cannot be asked; a parcel whose fate is unknown raises
    PermanentError with the code ``doubt``, which mimis never repeats by itself, and the receipt's reference marks a
    double as one.
    """

    adapter_type: ClassVar[type[Courier[Any]]]
    asks: ClassVar[bool] = True

    @pytest.fixture
    def adapter(self, courier: Courier[Any]) -> Courier[Any]:
        return courier

    def test_delivered_twice_is_known_as_one(self, courier: Courier[Any], server: Sandbox, parcel: Parcel) -> None:
        first, second = courier.deliver(parcel), courier.deliver(parcel)
        assert first.reference == second.reference
        assert (first.already, second.already) == (False, self.asks)
        assert len(server.received()) == (1 if self.asks else 2)

    def test_receipt_names_courier_and_reference(self, courier: Courier[Any], parcel: Parcel) -> None:
        receipt = courier.deliver(parcel)
        assert receipt.courier == courier.name
        assert receipt.reference
        assert parcel.to not in receipt.reference

    @pytest.mark.parametrize("fault", FAULTS)
    def test_fault_never_doubles_a_parcel(
        self, courier: Courier[Any], server: Sandbox, parcel: Parcel, fault: str
    ) -> None:
        server.fail(fault)
        certain = deliver_as_mimis_does(courier, parcel)
        assert len(server.received()) == 1 or not certain
        assert len(server.received()) <= 1
        assert certain or not self.asks

    @pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "slow"])
    def test_error_gives_nobody_away(self, courier: Courier[Any], server: Sandbox, parcel: Parcel, fault: str) -> None:
        server.fail(fault, times=FOREVER)
        with pytest.raises((TemporaryError, PermanentError)) as caught:
            courier.deliver(parcel)
        assert caught.value.mend
        check_error(caught.value, [parcel.to, *secrets_of(courier.settings)])

    def test_lasting_fault_is_temporary_error(self, courier: Courier[Any], server: Sandbox, parcel: Parcel) -> None:
        server.fail("503", times=FOREVER)
        with pytest.raises(TemporaryError):
            courier.deliver(parcel)
        server.heal()
        deliver_as_mimis_does(courier, parcel)
        assert len(server.received()) == 1

    def test_wrong_key_delivers_nothing(self, locked_out: Courier[Any], server: Sandbox, parcel: Parcel) -> None:
        with pytest.raises(AuthenticationError) as caught:
            locked_out.deliver(parcel)
        assert caught.value.mend
        check_error(caught.value, [parcel.to, *secrets_of(locked_out.settings)])
        assert server.received() == []

    def test_check_names_mend_when_locked_out(self, locked_out: Courier[Any]) -> None:
        check_locked_out(locked_out)

    def test_check_delivers_nothing(self, courier: Courier[Any], server: Sandbox) -> None:
        list(courier.check())
        assert server.received() == []

    @pytest.mark.parametrize("to", ["", "no address", "a@b\r\nBcc: c@d", "../../other", "\x00"])
    def test_odd_address_is_refused(self, courier: Courier[Any], server: Sandbox, parcel: Parcel, to: str) -> None:
        with pytest.raises(MimisError) as caught:
            courier.deliver(parcel.model_copy(update={"to": to}))
        assert not isinstance(caught.value, TemporaryError)
        assert server.received() == []

    def test_logs_name_no_address(
        self, courier: Courier[Any], server: Sandbox, parcel: Parcel, caplog: pytest.LogCaptureFixture
    ) -> None:
        server.fail("503")
        with overheard(caplog, [parcel.to, *secrets_of(courier.settings)]):
            deliver_as_mimis_does(courier, parcel)
