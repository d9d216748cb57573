"""What scripts say is translated by the page: the same keys and the same English on both sides."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from infra24.bookings.texts import calendar_texts
from infra24.core.texts import site_texts

FRONTEND = Path(__file__).resolve().parents[2] / "frontend"


@pytest.mark.parametrize(("file", "texts"), [("calendar", calendar_texts), ("site", site_texts)])
def test_pages_and_scripts_speak_the_same_words(file: str, texts: Callable[[], dict[str, str]]) -> None:
    source = (FRONTEND / file / "texts.ts").read_text()
    body = source.partition("const ENGLISH = {")[2].partition("\n};")[0]
    in_script = dict(re.findall(r'^  (\w+):\s*"((?:[^"\\]|\\.)*)",?$', body, re.MULTILINE))

    assert in_script
    assert texts() == in_script
