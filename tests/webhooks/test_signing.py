"""Signatures: the specification's own vector, a second implementation, and the turn from one secret to the next."""

from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from infra24.webhooks.signing import SignatureInvalid, new_secret, sign, signed_headers, verify

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = "msg_p5jXN8AQM9LWM0D4loKWxJek"
BODY = b'{"test": 2432232314}'
AT = datetime.fromtimestamp(1614265330, UTC)


def test_the_published_vector() -> None:
    assert signed_headers(BODY, message_id=MESSAGE, at=AT, secrets=[SECRET]) == {
        "webhook-id": MESSAGE,
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_another_implementation_agrees_both_ways() -> None:
    secret, now = new_secret(), datetime.now(UTC)
    theirs = Webhook(secret)

    assert theirs.verify(BODY, signed_headers(BODY, message_id=MESSAGE, at=now, secrets=[secret])) is not None
    assert theirs.sign(MESSAGE, now, BODY.decode()) == sign(
        BODY, message_id=MESSAGE, stamp=str(int(now.timestamp())), secret=secret
    )
    with pytest.raises(WebhookVerificationError):
        theirs.verify(BODY, signed_headers(BODY, message_id=MESSAGE, at=now, secrets=[new_secret()]))


def test_a_secret_is_new_each_time_and_256_bits_long() -> None:
    first, second = new_secret(), new_secret()

    assert first != second
    assert (first[:6], len(first)) == ("whsec_", 6 + 44)


def test_while_secrets_change_both_open_it() -> None:
    old, new = new_secret(), new_secret()
    headers = signed_headers(BODY, message_id=MESSAGE, at=AT, secrets=[new, old])

    for secret in (old, new):
        verify(BODY, headers, secret=secret, now=AT)


@pytest.mark.parametrize(
    ("change", "off"),
    [
        ({"webhook-signature": "v1,AAAA"}, timedelta()),
        ({"webhook-signature": "v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}, timedelta()),
        ({"webhook-signature": ""}, timedelta()),
        ({"webhook-id": "msg_other"}, timedelta()),
        ({"webhook-timestamp": "1614265331"}, timedelta()),
        ({"webhook-timestamp": "soon"}, timedelta()),
        ({}, timedelta(minutes=5, seconds=1)),
        ({}, -timedelta(minutes=5, seconds=1)),
    ],
)
def test_what_was_changed_or_is_old_is_refused(change: dict[str, str], off: timedelta) -> None:
    headers = {**signed_headers(BODY, message_id=MESSAGE, at=AT, secrets=[SECRET]), **change}

    with pytest.raises(SignatureInvalid):
        verify(BODY, headers, secret=SECRET, now=AT + off)


def test_one_changed_byte_is_noticed_and_a_missing_header() -> None:
    headers = signed_headers(BODY, message_id=MESSAGE, at=AT, secrets=[SECRET])

    verify(BODY, headers, secret=SECRET, now=AT + timedelta(minutes=5))
    with pytest.raises(SignatureInvalid):
        verify(BODY + b" ", headers, secret=SECRET, now=AT)
    del headers["webhook-id"]
    with pytest.raises(SignatureInvalid):
        verify(BODY, headers, secret=SECRET, now=AT)


def test_a_dot_in_the_id_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        signed_headers(BODY, message_id="a.b", at=AT, secrets=[SECRET])
