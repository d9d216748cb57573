"""How a process that lives long looks for garbage."""

import gc

YOUNGEST = 20_000
"""Objects that are made before any are looked through; Python's own 700 are a few pages of a template."""


def keep_what_is_loaded() -> None:
    """Call once everything is read that stays for good: hundreds of thousands of objects of code and settings.

    Python would walk through them again and again in search of garbage, in the
    middle of somebody's request. They are set aside, and the rest is looked
    through less often.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNGEST, 20, 20)
