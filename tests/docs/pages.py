"""The documentation as the tests see it: pages, and what in them is code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])

_FENCE = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Fence:
    """A block of code: its language as named, its text without the block's indentation."""

    language: str
    text: str


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def read(name: str) -> str:
    return (ROOT / name).read_text()


def prose_of(page: Path) -> str:
    """The page without its blocks of code."""
    return _FENCE.sub("", page.read_text())


def fences_of(page: Path) -> list[Fence]:
    return [
        Fence(language, "\n".join(line.removeprefix(indent) for line in text.splitlines()))
        for indent, language, text in _FENCE.findall(page.read_text())
    ]


def spans_of(page: Path) -> list[str]:
    """What stands between single backticks."""
    return _SPAN.findall(prose_of(page))


def commands_in(page: Path) -> Iterator[str]:
    """Every line that might be typed: spans, and the lines of blocks."""
    yield from spans_of(page)
    for fence in fences_of(page):
        yield from (line.strip().removeprefix("$ ") for line in fence.text.splitlines())


def table_under(name: str, heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, its head left out. Code marks are taken off the first column."""
    section = read(name).partition(f"\n{heading}\n")[2].partition("\n#")[0]
    rows = [line.strip().strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[row[0].strip().strip("`"), *(cell.strip() for cell in row[1:])] for row in rows[2:]]
