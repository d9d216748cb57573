"""What goes over the wire, as libpq itself writes it down."""

import re
from pathlib import Path

from django.db import connection

from infra24.core.postgresql.wire import Wire


def wire() -> Wire:
    """This thread's connection."""
    connection.ensure_connection()
    assert isinstance(connection.connection, Wire)
    return connection.connection


class Tap:
    """Hears what is sent to PostgreSQL since it was asked last."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read = 0

    def statements(self) -> list[str]:
        """Those without values as they are, and `?` for each with some."""
        found = re.findall(r'^F\t\d+\t(?:Query\t "(.*)"|Execute\t.*)$', self._new(), re.MULTILINE)
        return [text or "?" for text in found]

    def messages(self) -> int:
        """How many that want an answer."""
        return len(re.findall(r"^F\t\d+\t(?:Query|Sync)\b", self._new(), re.MULTILINE))

    def _new(self) -> str:
        lines = self._file.read_text()[self._read :]
        self._read += len(lines)
        return lines
