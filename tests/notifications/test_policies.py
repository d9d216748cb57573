"""Which fact leads to which mail."""

import pytest

from infra24.notifications.policies import Message, message_for


@pytest.mark.parametrize(
    ("fact", "status", "changed", "told_version", "message"),
    [
        ("confirmed", "confirmed", (), None, Message.CONFIRMED),
        ("requested", "pending", (), None, Message.REQUESTED),
        ("declined", "declined", (), 2, Message.DECLINED),
        ("cancelled", "cancelled", (), 2, Message.CANCELLED),
        # Overtaken: the booking stands otherwise by now, and a later fact tells of it.
        ("confirmed", "cancelled", (), None, None),
        ("requested", "confirmed", (), None, None),
        # What changed decides.
        ("changed", "confirmed", ("starts_at",), 2, Message.CHANGED),
        ("changed", "confirmed", ("legs", "note"), 2, Message.CHANGED),
        ("changed", "confirmed", ("note", "party_size", "visibility"), 2, None),
        ("changed", "pending", ("title",), 2, Message.CHANGED),
        # Somebody new hears of it for the first time.
        ("changed", "confirmed", ("person_id",), None, Message.CONFIRMED),
        ("changed", "pending", ("person_id",), None, Message.REQUESTED),
        ("transferred", "confirmed", (), None, Message.TRANSFERRED),
        ("transferred", "pending", (), None, Message.REQUESTED),
        ("transferred", "hold", (), None, None),
        # Holds are not mailed about; ended bookings do not change.
        ("changed", "hold", ("starts_at",), None, None),
        ("changed", "cancelled", ("starts_at",), 2, None),
        # An earlier mail told of this version already.
        ("changed", "confirmed", ("starts_at",), 3, None),
        ("confirmed", "confirmed", (), 3, None),
    ],
)
def test_a_mail_tells_how_a_booking_stands(
    fact: str, status: str, changed: tuple[str, ...], told_version: int | None, message: Message | None
) -> None:
    assert message_for(fact=fact, status=status, changed=changed, version=3, told_version=told_version) == message
