"""Bitstring status lists, read by a decoder that shares nothing with what writes them."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from hypothesis import given
from hypothesis import strategies as st

from mimis_core import IssueOrder, NotFoundError
from mimis_core.services import CredentialView, Services, status
from mimis_core.services.status import encode_list
from tests.school import Clock, HandSource, done, page, someone

INDEX = st.integers(0, 131_071)


def unpad(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def bits_of(encoded: str) -> set[int]:
    """Places of the set bits, by way of a string of ones and noughts; the list must have its full length."""
    assert encoded[0] == "u"
    raw = zlib.decompress(unpad(encoded[1:]), wbits=16 + zlib.MAX_WBITS)
    written = "".join(format(byte, "08b") for byte in raw)
    assert len(written) == 131_072
    return {place for place, bit in enumerate(written) if bit == "1"}


def opened(token: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and payload of a token whose signature fits the certificate that it carries."""
    head, body, signature = token.decode().split(".")
    header = json.loads(unpad(head))
    key = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0])).public_key()
    data, raw = f"{head}.{body}".encode(), unpad(signature)
    if isinstance(key, ec.EllipticCurvePublicKey):
        der = utils.encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        key.verify(der, data, ec.ECDSA(hashes.SHA256()))
    else:
        key.verify(raw, data, padding.PKCS1v15(), hashes.SHA256())  # type: ignore[union-attr,call-arg]  # an RSA key
    return header, json.loads(unpad(body))


def listed(school: Services, purpose: str) -> set[int]:
    return bits_of(opened(school.signed_status_list(1, purpose))[1]["credentialSubject"]["encodedList"])


@given(st.sets(INDEX, max_size=50))
def test_set_bits_are_read_back(places: set[int]) -> None:
    assert bits_of(encode_list(places)) == places


def test_same_places_give_same_text() -> None:
    assert encode_list({5, 9}) == encode_list([9, 5])
    assert len(encode_list(())) < 100


def test_list_is_a_signed_credential(yearly: Services, issued: CredentialView, clock: Clock) -> None:
    header, payload = opened(yearly.signed_status_list(1, "revocation"))
    address = "http://127.0.0.1:9/status/list/1/revocation"
    assert (header["typ"], payload["id"]) == ("vc+jwt", address)
    assert payload["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
    assert (payload["validFrom"], payload["validUntil"]) == ("2026-11-24T09:00:00Z", "2026-11-25T09:00:00Z")
    subject = payload["credentialSubject"]
    assert (subject["id"], subject["statusPurpose"]) == (f"{address}#list", "revocation")


def test_bits_follow_the_status(yearly: Services, issued: CredentialView, orders: list[IssueOrder]) -> None:
    place = {orders[0].status_index}
    assert (listed(yearly, "revocation"), listed(yearly, "suspension")) == (set(), set())
    yearly.suspend_credential(issued.id, "Kontroll.", "Rektor")
    assert (listed(yearly, "revocation"), listed(yearly, "suspension")) == (set(), place)
    yearly.reinstate_credential(issued.id, "Rektor")
    assert (listed(yearly, "revocation"), listed(yearly, "suspension")) == (set(), set())
    yearly.reissue_credential(issued.id, "Fel.", "Rektor")
    assert (listed(yearly, "revocation"), listed(yearly, "suspension")) == (place, place)


def test_revoked_stands_in_both_lists(yearly: Services, issued: CredentialView, orders: list[IssueOrder]) -> None:
    """Who looks only at the list of suspensions must not take it for one in force."""
    yearly.suspend_credential(issued.id, "Kontroll.", "Rektor")
    yearly.revoke_credential(issued.id, "Fel.", "Rektor")
    assert [listed(yearly, purpose) for purpose in ("revocation", "suspension")] == [{orders[0].status_index}] * 2


def test_order_names_its_list(issued: CredentialView, orders: list[IssueOrder]) -> None:
    assert orders[0].status_list_url == "http://127.0.0.1:9/status/list/1"
    assert orders[0].status_index in range(131_072)


@pytest.mark.parametrize(
    ("number", "purpose"), [(0, "revocation"), (2, "revocation"), (1, "refresh"), (-1, "suspension")]
)
def test_unknown_list_is_not_found(yearly: Services, issued: CredentialView, number: int, purpose: str) -> None:
    with pytest.raises(NotFoundError):
        yearly.signed_status_list(number, purpose)


def test_school_without_credentials_has_no_list(yearly: Services) -> None:
    with pytest.raises(NotFoundError):
        yearly.signed_status_list(1, "revocation")


def test_places_are_not_in_order_of_issue(yearly: Services, orders: list[IssueOrder]) -> None:
    HandSource.pages = [page(*(done("course:1", someone(str(number))) for number in range(12)))]
    yearly.sync()
    yearly.drain()
    places = [order.status_index for order in orders]
    assert (len(set(places)), places == sorted(places)) == (12, False)


def test_half_full_list_is_followed_by_next(
    yearly: Services, orders: list[IssueOrder], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a list of eight places, thirty credentials need several, and no place is given twice."""
    monkeypatch.setattr(status, "LIST_LENGTH", 8)
    for number in range(30):
        HandSource.pages = [page(done("course:1", someone(str(number))))]
        yearly.sync()
        yearly.drain()
    places = {(order.status_list_url, order.status_index) for order in orders}
    assert len(places) == len(yearly.all_credentials()) == 30
    assert len({address for address, _ in places}) >= 4


def test_taken_place_is_tried_again(yearly: Services, issued: CredentialView, monkeypatch: pytest.MonkeyPatch) -> None:
    with yearly.database.transaction() as session:
        row = yearly._by_public_id(session, issued.public_id)
    monkeypatch.setattr(yearly, "_free_places", lambda session, count: [(row.status_list, row.status_index)] * count)
    HandSource.pages = [page(done("course:1", someone("2")))]
    yearly.sync()
    assert yearly.drain().postponed == 1
