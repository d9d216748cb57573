"""Statements written by hand and asked often, for half of what a cursor costs."""

import re
from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS, connections

Rows = list[tuple[Any, ...]]
_PLACE = re.compile(r"%(?:(%)|\((\w+)\)s)?")


class Statement:
    """One statement with values by name, written `%(name)s`; `%%` is a percent sign.

    Made once, where a module begins: the server prepares it once for each
    connection. Values go as text, and PostgreSQL sees from where they stand what
    they are; where it cannot tell, the statement casts.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.names: list[str] = []
        """Of the values, in the order of PostgreSQL's `$1`, `$2` and so on."""
        self.query = _PLACE.sub(self._numbered, text).encode()
        """As PostgreSQL reads it."""

    def rows(self, **values: Any) -> Rows:
        """Ask, and read every row."""
        return cast(Rows, cast(Any, connections[DEFAULT_DB_ALIAS]).ask(self, values))

    def row(self, **values: Any) -> tuple[Any, ...] | None:
        """Ask, and read the first row; None when there is none."""
        return next(iter(self.rows(**values)), None)

    def tell(self, **values: Any) -> None:
        """Have it carried out with whatever is asked next, and at the latest where a savepoint or the transaction ends.

        For writes of which nothing is read. What is wrong with it is raised there, or where another savepoint begins.
        """
        cast(Any, connections[DEFAULT_DB_ALIAS]).tell(self, values)

    def _numbered(self, place: re.Match[str]) -> str:
        percent, name = place.groups()
        if percent:
            return "%"
        if name is None:
            raise ValueError(f"Write %% for a percent sign: {self.text}")
        if name not in self.names:
            self.names.append(name)
        return f"${self.names.index(name) + 1}"
