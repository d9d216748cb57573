"""The few words of site.js; keys and English are those of frontend/site/texts.ts."""

from django.utils.translation import gettext as _


def site_texts() -> dict[str, str]:
    """Each in the reader's language. {name} stands for a value the script fills in."""
    return {
        "close": _("Close"),
        "confirm": _("Yes, go on"),
        "cancel": _("No"),
        "failed": _("That did not work. Reload the page and try again."),
        "unreachable": _("The server cannot be reached. Check the connection and try again."),
        "yourTime": _("Where you are: {time}"),
    }
