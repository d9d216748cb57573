"""What the documentation points at exists."""

import fnmatch
import re
from functools import cache
from pathlib import Path

import pytest

from launch.bootstrap import files_in
from tests.docs.pages import PAGES, ROOT, commands_in, fences_of, name_of, prose_of, spans_of

pages = pytest.mark.parametrize("page", PAGES, ids=name_of)

LINK = re.compile(r"\]\(([^)\s]+)\)")
ELSEWHERE = re.compile(r"^(https?|mailto):")
FOLDERS = ("infra24", "frontend", "tests", "docs", "launch", "bench", "chaos", "emulators", "requirements")
PATH = re.compile(r"[\w.*-]+(/[\w.*-]+)*/?")
SOURCE_FILE = re.compile(r"\.(py|sql|ts|mjs|md|in)$")
MADE = ("docs/images", "infra24/core/static/built")
"""Folders whose files are made, and perhaps not yet."""


def anchors_of(page: Path) -> set[str]:
    """The fragments that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", prose_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def leads_somewhere(page: Path, link: str) -> bool:
    target, _, anchor = link.partition("#")
    file = (page.parent / target).resolve() if target else page
    return file.exists() and (not anchor or anchor in anchors_of(file))


@pages
def test_every_link_leads_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(prose_of(page)) if not ELSEWHERE.match(link)]

    assert [link for link in links if not leads_somewhere(page, link)] == []


@cache
def known_paths() -> list[str]:
    """Every source file and folder, with a slash in front."""
    files = [file for folder in FOLDERS for file in files_in(ROOT / folder)]
    files += [file for file in ROOT.iterdir() if file.is_file()]
    return [
        f"/{path.relative_to(ROOT)}" for file in files for path in (file, *file.parents) if path.is_relative_to(ROOT)
    ]


def exists(path: str) -> bool:
    """People leave the first part out where it is clear: `core/errors.py`, `services/creating.py`."""
    return path.startswith(MADE) or bool(fnmatch.filter(known_paths(), f"*/{path.rstrip('/')}"))


@pages
def test_every_file_mentioned_exists(page: Path) -> None:
    paths = [
        span
        for span in spans_of(page)
        if PATH.fullmatch(span) and (SOURCE_FILE.search(span) or ("/" in span and span.split("/")[0] in FOLDERS))
    ]

    assert [path for path in paths if not exists(path)] == []


@pages
def test_every_make_target_named_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        found[1] for line in commands_in(page) if (found := re.match(r"(?:[A-Z0-9_]+=\S+ )*make ([a-z][a-z-]*)", line))
    }

    assert named - targets == set()


QUOTED_FROM = re.compile(r"(?:#|--|//) (\S+/\S+\.\w+)")


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def contains(lines: list[str], part: list[str]) -> bool:
    return any(lines[start : start + len(part)] == part for start in range(len(lines) - len(part) + 1))


@pages
def test_quoted_code_is_the_code(page: Path) -> None:
    """A block whose first line is a comment with a path quotes that file; `# …` leaves something out."""
    changed = []
    for fence in fences_of(page):
        first, _, rest = fence.text.partition("\n")
        quoted = QUOTED_FROM.fullmatch(first.strip())
        if quoted:
            source = lines_of((ROOT / quoted[1]).read_text())
            parts = re.split(r"^\s*(?:#|--|//) …$", rest, flags=re.MULTILINE)
            changed += [f"{quoted[1]}: {part.strip()}" for part in parts if not contains(source, lines_of(part))]
    assert changed == []
