"""The words of the week editor; keys and English are those of frontend/week/texts.ts."""

from django.utils.translation import gettext as _


def week_texts() -> dict[str, str]:
    """Each in the reader's language. {name} stands for a value the island fills in."""
    return {
        "draw": _("Draw the hours"),
        "help": _(
            "Drag on a day to add hours, drag a block to move it, its edges to change it. With the keyboard: "
            "Enter on a day adds, arrow keys move a block, Shift and an arrow key change its end, Delete removes it."
        ),
        "copy": _("Copy"),
        "copy_label": _("Copy {day} to all weekdays"),
        "copy_help": _("Copy puts the hours of a day on Monday to Friday."),
        "add_label": _("{day}, add hours"),
        "day_label": _("{day}: {hours}"),
        "block_label": _("{day}, {opens} to {closes}"),
        "next_day": _("{clock} the next day"),
        "closed": _("closed"),
        "unreadable": _("cannot be read"),
        "next_day_rule": _("next day"),
        "added": _("Added: {hours}."),
        "changed": _("{hours}."),
        "removed": _("Removed. {day} is {hours} now."),
        "merged": _("Joined: {hours}."),
        "copied": _("{day} is on all weekdays now."),
        "no_room": _("There is no room left on {day}."),
        "at_the_edge": _("It goes no further."),
    }
