"""The page about invariants says what the table of invariants says."""

from infra24.invariants.table import INFORMATION, INVARIANTS, SENTENCES
from tests.docs.pages import table_under


def test_the_page_lists_every_invariant_with_its_table_and_sentence() -> None:
    tables = {one.name: f"`{one.table}`" for one in (*INVARIANTS, *INFORMATION)}
    written = [tuple(row[:3]) for row in table_under("docs/design/invariants.md", "## What is always so")]

    in_order = [*SENTENCES]
    assert sorted(written) == sorted((name, tables.get(name, "every table"), str(SENTENCES[name])) for name in in_order)
