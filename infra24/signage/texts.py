"""The words of the door display; keys and English are those of frontend/display/texts.ts."""

from django.utils.translation import gettext as _


def display_texts() -> dict[str, str]:
    """Each in the language of the house. {name} stands for a value the island fills in."""
    return {
        "lost": _("No connection since {time}. What is shown may be out of date."),
        "gone": _("This display was taken down. Ask staff for another address."),
    }
