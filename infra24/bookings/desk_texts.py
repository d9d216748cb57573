"""The words of the request desk's island; keys and English are those of frontend/desk/texts.ts."""

from django.utils.translation import gettext as _


def desk_texts() -> dict[str, str]:
    """Each in the reader's language. {name} stands for a value the island fills in."""
    return {
        "confirming": _("Confirmed: {title}."),
        "declining": _("Declined: {title}."),
        "undo": _("Undo"),
        "undone": _("Undone: {title} waits again."),
        "nothing_to_undo": _("There is nothing left to undo."),
        "taken": _("The time of {title} is taken by now. Change it to another time, or decline it."),
        "kept": _("{title} was not decided."),
        "waiting": _("{count} waiting"),
        "close": _("Close"),
        "unreachable": _("The server cannot be reached. Check the connection and try again."),
        "failed": _("The server answered with an error. Try again in a moment."),
    }
