"""The signature of webhooks: only what was signed with the secret, within minutes, is believed."""

from __future__ import annotations

import pytest

from mimis_core import AuthenticationError
from mimis_core.services import signature_headers, verify_signature

SECRET, OTHER = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_" + "A" * 32
BODY = b'{"test": 2432232314}'
AT = 1614265330
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
KNOWN = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
"""What the libraries of Standard Webhooks give for this secret, message and body (their own test vector)."""


def test_signature_is_that_of_standard_webhooks() -> None:
    assert signature_headers([SECRET], ID, AT, BODY)["webhook-signature"] == KNOWN


@pytest.mark.parametrize("off", [-300, 0, 300])
def test_signed_message_is_believed(off: int) -> None:
    assert verify_signature(SECRET, signature_headers([SECRET], ID, AT, BODY), BODY, AT + off) == ID


def test_names_of_headers_may_be_in_any_case() -> None:
    headers = {name.title(): value for name, value in signature_headers([SECRET], ID, AT, BODY).items()}
    assert verify_signature(SECRET, headers, BODY, AT) == ID


def test_either_of_two_signatures_will_do() -> None:
    headers = signature_headers([OTHER, SECRET], ID, AT, BODY)
    assert {verify_signature(secret, headers, BODY, AT) for secret in (SECRET, OTHER)} == {ID}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"webhook-id": "msg_other"}, "signature", id="another id"),
        pytest.param({"webhook-id": ""}, "headers", id="no id"),
        pytest.param({"webhook-id": "x" * 201}, "headers", id="an endless id"),
        pytest.param({"webhook-timestamp": str(AT + 1)}, "signature", id="another time"),
        pytest.param({"webhook-timestamp": "soon"}, "headers", id="a word for a time"),
        pytest.param({"webhook-timestamp": "٣"}, "headers", id="a foreign digit"),
        pytest.param({"webhook-timestamp": "9" * 5000}, "stale", id="an endless time"),
        pytest.param({"webhook-timestamp": str(AT - 301)}, "stale", id="stale"),
        pytest.param({"webhook-timestamp": str(AT + 301)}, "stale", id="from the future"),
        pytest.param({"webhook-signature": ""}, "signature", id="no signature"),
        pytest.param({"webhook-signature": KNOWN.replace("v1,", "v2,")}, "signature", id="another version"),
        pytest.param({"webhook-signature": "v1,"}, "signature", id="an empty signature"),
        pytest.param({"webhook-signature": "v1,å"}, "signature", id="no base64"),
    ],
)
def test_changed_message_is_refused(changes: dict[str, str], code: str) -> None:
    headers = {**signature_headers([SECRET], ID, AT, BODY), **changes}
    with pytest.raises(AuthenticationError) as refused:
        verify_signature(SECRET, headers, BODY, AT)
    assert refused.value.code == code


def test_changed_body_is_refused() -> None:
    with pytest.raises(AuthenticationError):
        verify_signature(SECRET, signature_headers([SECRET], ID, AT, BODY), BODY.replace(b" ", b""), AT)


def test_other_secret_is_refused() -> None:
    with pytest.raises(AuthenticationError):
        verify_signature(OTHER, signature_headers([SECRET], ID, AT, BODY), BODY, AT)


def test_secret_that_is_none_is_told() -> None:
    with pytest.raises(AuthenticationError) as refused:
        verify_signature("not base64!", signature_headers([SECRET], ID, AT, BODY), BODY, AT)
    assert refused.value.code == "secret"
