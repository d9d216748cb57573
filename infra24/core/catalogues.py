"""Translations as Django reads them: `python -m infra24.core.catalogues` compiles what translators wrote.

gettext's own tools need not be installed; Django need not be set up.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import polib

FOLDER = Path(__file__).resolve().parents[1] / "locale"


def compile_catalogues(folder: Path = FOLDER) -> Iterator[Path]:
    """Write a `.mo` beside every `.po` below the folder; yield each written."""
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        # Beside it first, so that a process that starts meanwhile finds the old one or the new one whole.
        unfinished = target.with_suffix(f".{os.getpid()}.part")
        polib.pofile(str(source)).save_as_mofile(str(unfinished))
        unfinished.replace(target)
        yield target


if __name__ == "__main__":
    for _ in compile_catalogues():
        pass
