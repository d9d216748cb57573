"""Tables as CSV: how a table is read and written, whatever is in it."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Final

from django.utils.translation import gettext as _

from infra24.core.errors import Invalid, TooLarge

MOST_BYTES, MOST_ROWS, MOST_COLUMNS = 1024 * 1024, 2000, 500
_DELIMITERS: Final = (",", ";", "\t")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the start of a formula, or skips to look for one."""


class TableUnreadable(Invalid):
    """This table cannot be read. Send CSV in UTF-8 with the names of the columns in the first line."""


class TableTooLarge(TooLarge):
    """At most 1 MB and 2,000 rows can be imported at once. Split the file."""


@dataclass(frozen=True)
class Row:
    """One row: the line of the file on which it begins, and its cells by the name of the column."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    columns: Sequence[str]
    rows: Sequence[Row]


def read_table(data: bytes, *, most_bytes: int = MOST_BYTES, most_rows: int = MOST_ROWS) -> Table:
    """A table from CSV in UTF-8, with `,`, `;` or tabs between the cells, as its first line shows.

    Cells lose the spaces around them, and the apostrophe that `write_table` may
    have put in front. Rows without any text are left out. Raises TableUnreadable, TableTooLarge.
    """
    if len(data) > most_bytes:
        raise TableTooLarge
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableUnreadable(_("This is not UTF-8. Save the table as “CSV UTF-8”.")) from error
    if "\0" in text:
        raise TableUnreadable
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    columns: list[str] = []
    line = 1
    try:
        for cells in reader:
            words = [harmful(cell.strip()) for cell in cells]
            if any(words) and not columns:
                columns = _columns(words)
            elif any(words):
                rows.append(_row(line, columns, words))
            line = reader.line_num + 1
            if len(rows) > most_rows:
                raise TableTooLarge
    except csv.Error as error:
        told = _("Line %(line)s cannot be read: a quotation mark is open or out of place.") % {"line": line}
        raise TableUnreadable(told) from error
    if not columns:
        raise TableUnreadable(_("The file is empty. Its first line has to name the columns."))
    return Table(columns, rows)


def write_table(columns: Sequence[str], rows: Iterable[Sequence[str | int | float | None]]) -> str:
    """CSV with commas. Text that a spreadsheet would take for a formula gets an apostrophe in front."""
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return out.getvalue()


def harmless(text: str) -> str:
    """Text as a spreadsheet may have it."""
    # An apostrophe of its own gets a second one, so that reading gives back exactly what was written.
    return f"'{text}" if text.startswith(_FORMULA) or harmful(text) != text else text


def harmful(text: str) -> str:
    """The text that `harmless` was given."""
    return text[1:] if text.startswith("'") and text[1:].lstrip("'").startswith(_FORMULA) else text


def _columns(words: Sequence[str]) -> list[str]:
    columns = [word.casefold() for word in words]
    while columns and not columns[-1]:
        columns.pop()  # spreadsheets like to add empty columns at the end
    if len(columns) > MOST_COLUMNS:
        raise TableTooLarge
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise TableUnreadable(_("These columns are there twice: %(columns)s.") % {"columns": ", ".join(twice)})
    return columns


def _row(line: int, columns: Sequence[str], words: Sequence[str]) -> Row:
    if any(words[len(columns) :]):
        raise TableUnreadable(_("Line %(line)s has more cells than there are columns.") % {"line": line})
    return Row(line, dict(zip(columns, words, strict=False)))
