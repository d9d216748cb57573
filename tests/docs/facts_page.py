"""The catalogue of facts, as published: a page, and the schemas of events. Run as a module it writes both anew."""

import json
import os
from collections.abc import Mapping

from infra24.facts.catalogue import CATALOGUE, FactType
from infra24.facts.events import DIALECT, PUBLIC, event_schema
from infra24.facts.values import Value
from tests.docs.pages import ROOT

FILE = ROOT / "docs" / "reference" / "facts.md"
SCHEMA_FILE = ROOT / "docs" / "reference" / "facts.schema.json"

INTRODUCTION = """\
# Facts

What the house records as having happened, and who reacts. This page is made from `infra24/facts/catalogue.py` and
`infra24/config/subscriptions.py`; nothing else may be recorded.

A fact is written in the transaction of what happened and is never changed or deleted. Each carries an id, its `type`, its
`version` (of the type's shape), the id of its subject, its `number` in the subject's line from 1, when it was recorded,
where the change came from (`source`), and the values below: ids, instants and reasons given, never copies of what people
are called or where they live. The subject's kind is the part of the name before the dot. [How facts travel](../design/outbox.md).

Facts marked ● are also **events**: [webhooks](../guides/webhooks.md) may be told of them, without the values marked
*private*. [The schemas of all events](facts.schema.json), with an example of each, are a file of their own.

| Type | Is |
| --- | --- |
| id | a UUID |
| instant | a point in time, as `2026-12-01T15:00:00Z` |
| day | a date by the organisation's calendar, as `2026-12-01` |
| wall time | date and time as a clock on the organisation's wall shows it, as `2026-12-01T10:00:00` |
| count | a whole number, not below zero |
| yes or no | `true` or `false` |
| names, counts by name, values by name | a list of our own names; an object with a number, or a value, for each |
| text | what somebody typed; always private |
"""
TABLE = """
| Fact | | Means | Carries besides | Reactions |
| --- | --- | --- | --- | --- |
"""


def text() -> str:
    """The whole page. Reads the table of reactions, so Django must be set up."""
    from infra24.config.subscriptions import REACTIONS
    from infra24.outbox.models import Destination

    groups: dict[str, list[str]] = {}
    for fact in CATALOGUE.values():
        reactions = REACTIONS.subscriptions.get(fact.name, {})
        who = ", ".join(
            f"{kind.value}: `{handler}`" for kind, handler in reactions.items() if kind != Destination.Kind.WEBHOOK
        )
        groups.setdefault(fact.subject_kind, []).append(_row(fact, who))
    sections = [f"\n## {kind}\n{TABLE}{''.join(rows)}" for kind, rows in sorted(groups.items())]
    timers = sorted(
        {*REACTIONS.handlers, *REACTIONS.senders}
        - {name for row in REACTIONS.subscriptions.values() for name in row.values()}
    )
    names = ", ".join(f"`{name}`" for name in timers)
    return f"{INTRODUCTION}{''.join(sections)}\nHandlers that no fact names, but timers and services do: {names}.\n"


def schemas() -> str:
    """One JSON Schema that every event fits, and each of them by its type."""
    found = {name: event_schema(kind) for name, kind in sorted(PUBLIC.items())}
    for schema in found.values():
        del schema["$schema"]
    whole = {
        "$schema": DIALECT,
        "title": "Events of Infra24",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in found],
        "$defs": found,
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _row(fact: FactType, who: str) -> str:
    mark = "●" if fact.is_public else ""
    return f"| `{fact.name}` | {mark} | {fact.meaning} | {_carried(fact.data) or '–'} | {who or '–'} |\n"


def _carried(data: Mapping[str, Value]) -> str:
    return "; ".join(f"`{name}`, {_told(value)}" for name, value in data.items())


def _told(value: Value) -> str:
    kind = " / ".join(f"`{one}`" if one else "empty" for one in value.choices) or str(value.kind)
    more = ["may be null"] * value.may_be_null + ["*private*"] * (not value.is_public)
    return f"{', '.join([kind, *more])}: {value.meaning}"


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "infra24.config.settings")
    django.setup()
    FILE.write_text(text())
    SCHEMA_FILE.write_text(schemas())
