"""How pages call what is done to many bookings."""

from django.utils.translation import ngettext

from infra24.bookings.services.bulk import Action


def asked_title(action: Action, number: int) -> str:
    """`Move 3 bookings`."""
    match action:
        case Action.CONFIRM:
            words = ngettext("Confirm %(n)s booking", "Confirm %(n)s bookings", number)
        case Action.DECLINE:
            words = ngettext("Decline %(n)s request", "Decline %(n)s requests", number)
        case Action.CANCEL:
            words = ngettext("Cancel %(n)s booking", "Cancel %(n)s bookings", number)
        case Action.MOVE:
            words = ngettext("Move %(n)s booking", "Move %(n)s bookings", number)
        case Action.CHANGE_RESOURCE:
            words = ngettext("Change the resource of %(n)s booking", "Change the resource of %(n)s bookings", number)
        case Action.MESSAGE:
            words = ngettext("Write about %(n)s booking", "Write about %(n)s bookings", number)
    return words % {"n": number}


def done_title(action: Action, number: int) -> str:
    """`Moved 3 bookings`."""
    match action:
        case Action.CONFIRM:
            words = ngettext("Confirmed %(n)s booking", "Confirmed %(n)s bookings", number)
        case Action.DECLINE:
            words = ngettext("Declined %(n)s request", "Declined %(n)s requests", number)
        case Action.CANCEL:
            words = ngettext("Cancelled %(n)s booking", "Cancelled %(n)s bookings", number)
        case Action.MOVE:
            words = ngettext("Moved %(n)s booking", "Moved %(n)s bookings", number)
        case Action.CHANGE_RESOURCE:
            words = ngettext("Changed the resource of %(n)s booking", "Changed the resource of %(n)s bookings", number)
        case Action.MESSAGE:
            words = ngettext("Wrote about %(n)s booking", "Wrote about %(n)s bookings", number)
    return words % {"n": number}
