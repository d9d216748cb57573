"""Saved views: kept under a name, changed, taken away."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from infra24.bookings.errors import NotYours, ViewInvalid, ViewNameTaken, ViewNotFound
from infra24.bookings.models import SavedView, ViewPage
from infra24.bookings.models.saved import LONGEST_NAME, LONGEST_QUERY
from infra24.bookings.saved_views import may_change
from infra24.core.constraints import guarded_by
from infra24.core.errors import Stale
from infra24.core.sorting import sort_key
from infra24.core.wording import said
from infra24.facts.services import record
from infra24.orgs import audit
from infra24.orgs.models import Member


@dataclass(frozen=True)
class ViewChange:
    """What is to be different about a view; None stays as it is."""

    name: str | None = None
    query: str | None = None
    is_shared: bool | None = None


@transaction.atomic
def save_view(page: ViewPage, wish: ViewChange, *, by: Member, source: str) -> SavedView:
    """Keep a way to look at a page. Staff only.

    Raises NotYours, ViewInvalid, ViewNameTaken.
    """
    if not by.is_staff:
        raise NotYours
    now = timezone.now()
    view = SavedView(org_id=by.org_id, owner=by, page=page, changed_at=now)
    _set(view, ViewChange(wish.name or "", wish.query or "", bool(wish.is_shared)))
    with guarded_by(savedview_name_once=ViewNameTaken):
        view.save(force_insert=True)
    record(by.org_id, "view.saved", now=now, source=source, view_id=view.pk)
    _audit("view.create", view, by=by, source=source, now=now, after=_snapshot(view))
    return view


@transaction.atomic
def change_view(view: SavedView, wish: ViewChange, *, by: Member, source: str, version: int | None = None) -> SavedView:
    """Call it otherwise, show something else under its name, share it or no more.

    Raises NotYours, ViewInvalid, ViewNameTaken, ViewNotFound, Stale.
    """
    now = timezone.now()
    current = _locked(view, by, version)
    before = _snapshot(current)
    _set(current, wish)
    after = _snapshot(current)
    changed = sorted(name for name in after if after[name] != before[name])
    if not changed:
        return current
    current.version += 1
    current.changed_at = now
    with guarded_by(savedview_name_once=ViewNameTaken):
        current.save()
    record(by.org_id, "view.changed", now=now, source=source, view_id=current.pk, fields=changed)
    was, is_now = ({name: values[name] for name in changed} for values in (before, after))
    _audit("view.change", current, by=by, source=source, now=now, before=was, after=is_now)
    return current


@transaction.atomic
def remove_view(view: SavedView, *, by: Member, source: str, version: int | None = None) -> None:
    """Take it away, from everybody who used it. Raises NotYours, ViewNotFound, Stale."""
    now = timezone.now()
    current = _locked(view, by, version)
    before = _snapshot(current)
    record(by.org_id, "view.removed", now=now, source=source, view_id=current.pk)
    _audit("view.remove", current, by=by, source=source, now=now, before=before)
    current.delete()


def _locked(view: SavedView, by: Member, version: int | None) -> SavedView:
    current = SavedView.objects.select_for_update(of=("self",)).filter(org_id=by.org_id, pk=view.pk).first()
    if current is None:
        raise ViewNotFound
    if not may_change(current, who=by):
        raise NotYours
    if version is not None and version != current.version:
        raise Stale
    return current


def _set(view: SavedView, wish: ViewChange) -> None:
    faults = {}
    if wish.name is not None:
        view.name = " ".join(wish.name.split())
        view.sort_key = sort_key(view.name)
        if not view.sort_key or len(view.name) > LONGEST_NAME:
            faults["name"] = said("Give it a name of at most %(limit)s characters.", limit=LONGEST_NAME)
    if wish.query is not None:
        view.query = wish.query.removeprefix("?")
        if len(view.query) > LONGEST_QUERY or not view.query.isprintable():
            faults["query"] = said("This is not the query of an address.")
    if wish.is_shared is not None:
        view.is_shared = wish.is_shared
    if faults:
        raise ViewInvalid(fields=faults)


def _snapshot(view: SavedView) -> dict[str, Any]:
    return {"name": view.name, "page": view.page, "query": view.query, "is_shared": view.is_shared}


def _audit(action: str, view: SavedView, *, by: Member, source: str, now: datetime, **told: Any) -> None:
    audit.write(by.org_id, action, subject_id=view.pk, by=by, source=source, now=now, **told)
