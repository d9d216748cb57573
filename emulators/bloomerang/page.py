"""The page at `/`: who the CRM knows and what it has received, newest first. For people; nothing can be changed on it.

In English alone, like the vendor's API; the product's own pages are the translated ones.
"""

import json
import sqlite3
from html import escape

from emulators.bloomerang.answers import USER_FULL_NAME
from emulators.bloomerang.routes import DATABASE_NAME
from emulators.bloomerang.shapes import Query

CONSTITUENTS_A_PAGE = 25
INTERACTIONS_EACH = 20
CHANNEL_WORDS = {"MassEmail": "mass email", "TextMessage": "text message", "InPerson": "in person"}
PURPOSE_WORDS = {"ImpactCultivation": "impact cultivation", "SpecialEvent": "special event"}


class PageQuery(Query):
    page: int = 1


def render(connection: sqlite3.Connection, query: PageQuery) -> str:
    """The whole document. Constituents with the newest interaction come first, then the newest constituents."""
    page = min(max(query.page, 1), 10**9)
    (people,) = connection.execute("SELECT count(*) FROM constituent").fetchone()
    (interactions,) = connection.execute("SELECT count(*) FROM interaction").fetchone()
    (faults,) = connection.execute("SELECT count(*) FROM fault").fetchone()
    rows = connection.execute(
        "SELECT * FROM constituent ORDER BY"
        " coalesce((SELECT max(i.id) FROM interaction i WHERE i.account_id = constituent.id), 0) DESC, id DESC"
        " LIMIT ? OFFSET ?",
        (CONSTITUENTS_A_PAGE, (page - 1) * CONSTITUENTS_A_PAGE),
    ).fetchall()
    cards = "".join(_card(connection, row) for row in rows) or (
        "<p class='empty'>Nothing here yet. What Infra24 sends to the CRM appears on this page.</p>"
    )
    notice = (
        f"<p class='notice' role='status'>{_count(faults, 'fault')} switched on: some requests fail on purpose.</p>"
        if faults
        else ""
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Demo CRM</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header>
<p class="kicker">Demo CRM · emulates Bloomerang</p>
<h1>{escape(DATABASE_NAME)}</h1>
<p>{_count(people, "constituent")}, {_count(interactions, "interaction")}. <a href="/">Refresh</a></p>
</header>
<main>
{notice}
{cards}
</main>
{_pages(page, people)}
<footer><p>A stand-in for the real CRM, on this machine only. Everything was written here as “{escape(USER_FULL_NAME)}”.
<a href="/_emulator/journal">Journal</a></p></footer>
</body>
</html>
"""


def _card(connection: sqlite3.Connection, row: sqlite3.Row) -> str:
    document = json.loads(row["document"])
    name = document.get("FullName") or f"{document['FirstName']} {document['LastName']}"
    email = connection.execute(
        "SELECT document FROM contact WHERE constituent_id = ? AND kind = 'Email' AND is_primary", (row["id"],)
    ).fetchone()
    about = [f"Account {row['account_number']}", document["Status"]]
    if email:
        about.insert(0, json.loads(email["document"])["Value"])
    items = connection.execute(
        "SELECT * FROM interaction WHERE account_id = ? ORDER BY id DESC LIMIT ?", (row["id"], INTERACTIONS_EACH + 1)
    ).fetchall()
    more = "<p class='more'>Older interactions are not shown.</p>" if len(items) > INTERACTIONS_EACH else ""
    listed = "".join(_item(connection, item) for item in items[:INTERACTIONS_EACH])
    return f"""<article>
<h2>{escape(name)}</h2>
<p class="about">{" · ".join(map(escape, about))}</p>
{f"<ol>{listed}</ol>" if listed else "<p class='empty'>No interactions yet.</p>"}
{more}
</article>
"""


def _item(connection: sqlite3.Connection, row: sqlite3.Row) -> str:
    document = json.loads(row["document"])
    words = [
        CHANNEL_WORDS.get(row["channel"], row["channel"].lower()),
        PURPOSE_WORDS.get(row["purpose"], row["purpose"].lower()),
        "inbound" if document["IsInbound"] else "outbound",
    ]
    fields = connection.execute(
        "SELECT f.name, v.value FROM custom_value v JOIN custom_field f ON f.id = v.field_id"
        " WHERE f.record_type = 'Interaction' AND v.record_id = ? ORDER BY v.id",
        (row["id"],),
    ).fetchall()
    note = f"<p class='note'>{escape(document['Note'])}</p>" if document.get("Note") else ""
    custom = "".join(f"<p class='field'>{escape(f['name'])}: {escape(f['value'])}</p>" for f in fields)
    return f"""<li>
<time datetime="{row["day"]}">{row["day"]}</time>
<div><h3>{escape(document["Subject"])}</h3>
<p class="about">{escape(" · ".join(words))}</p>{note}{custom}</div>
</li>
"""


def _pages(page: int, people: int) -> str:
    links = []
    if page > 1:
        links.append(f'<a rel="prev" href="/?page={page - 1}">Newer</a>')
    if page * CONSTITUENTS_A_PAGE < people:
        links.append(f'<a rel="next" href="/?page={page + 1}">Older</a>')
    return f'<nav aria-label="Pages">{" ".join(links)}</nav>' if links else ""


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
