"""The catalogue of facts, as published. Run as a module it writes the page anew."""

import os

from infra24.facts.catalogue import CATALOGUE
from tests.docs.pages import ROOT

FILE = ROOT / "docs" / "reference" / "facts.md"

INTRODUCTION = """\
# Facts

What the house records as having happened, and who reacts. This page is made from `infra24/facts/catalogue.py` and
`infra24/config/subscriptions.py`; nothing else may be recorded.

A fact is written in the transaction of what happened and is never changed or deleted. Each carries an id, its `type`, its
`version` (of the type's shape), the id of its subject, its `number` in the subject's line from 1, when it was recorded,
where the change came from (`source`), and the values below: ids, instants and reasons given, never copies of what people
are called or where they live. The subject's kind is the part of the name before the dot. [How facts travel](../design/outbox.md).

| Fact | Means | Carries besides | Reactions |
| --- | --- | --- | --- |
"""


def text() -> str:
    """The whole page. Reads the table of reactions, so Django must be set up."""
    from infra24.config.subscriptions import REACTIONS

    rows = []
    for fact in CATALOGUE.values():
        data = ", ".join(f"`{name}` ({meaning})" for name, meaning in (fact.data or {}).items())
        reactions = REACTIONS.subscriptions.get(fact.name, {})
        who = ", ".join(f"{kind.value}: `{handler}`" for kind, handler in reactions.items())
        rows.append(f"| `{fact.name}` | {fact.meaning} | {data or '–'} | {who or '–'} |\n")
    timers = sorted(
        set(REACTIONS.handlers) - {name for row in REACTIONS.subscriptions.values() for name in row.values()}
    )
    names = ", ".join(f"`{name}`" for name in timers)
    return f"{INTRODUCTION}{''.join(rows)}\nHandlers that only timers name: {names}.\n"


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "infra24.config.settings")
    django.setup()
    FILE.write_text(text())
