"""Which names lead to the public internet, and which into this network."""

from __future__ import annotations

import pytest

from mimis_core.services import leads_outside


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "::1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "224.0.0.1", "ff02::1",
    ],
)  # fmt: skip
def test_name_that_leads_into_this_network_is_refused(names: dict[str, list[str]], address: str) -> None:
    names["school.example"] = [address]
    assert not leads_outside("school.example")
    names["school.example"] = ["93.184.215.14", address]
    assert not leads_outside("school.example")


def test_public_name_is_let_through_and_one_that_leads_nowhere_is_not(names: dict[str, list[str]]) -> None:
    names["school.example"] = ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]
    assert leads_outside("school.example")
    assert not leads_outside("other.example")


@pytest.mark.parametrize(
    "address", ["64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:f5ff:fffe"]
)
def test_address_that_stands_for_one_in_this_network_is_refused(names: dict[str, list[str]], address: str) -> None:
    names["school.example"] = [address]
    assert not leads_outside("school.example")


def test_gateway_to_a_public_address_is_let_through(names: dict[str, list[str]]) -> None:
    names["school.example"] = ["64:ff9b::5db8:d70e"]
    assert leads_outside("school.example")
