"""Saved views as they come in and go out of the API."""

from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field, StrictBool, StringConstraints

from infra24.bookings.models import SavedView, ViewPage
from infra24.bookings.models.saved import LONGEST_NAME, LONGEST_QUERY
from infra24.bookings.saved_views import may_change
from infra24.bookings.services.saving import ViewChange
from infra24.core.inputs import Input
from infra24.core.paging import PageQuery
from infra24.orgs.models import Member

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME)]
QueryText = Annotated[str, StringConstraints(max_length=LONGEST_QUERY)]


class ViewsQuery(PageQuery):
    """Which views are asked for."""

    page: ViewPage | None = Field(default=None, description="Only those of this page.")


class ViewIn(Input):
    """A way to look at a page, under a name."""

    page: ViewPage
    name: Name
    query: QueryText = Field(default="", description="As in the page's address, without the question mark.")
    shared: StrictBool = Field(default=False, description="Whether colleagues see it too.")

    def to_wish(self) -> ViewChange:
        return ViewChange(self.name, self.query, self.shared)


class ViewPatch(Input):
    """What is to be different. What is left out stays as it is."""

    name: Name | None = None
    query: QueryText | None = None
    shared: StrictBool | None = None

    def to_wish(self) -> ViewChange:
        return ViewChange(self.name, self.query, self.shared)


class ViewOut(Schema):
    """A saved view."""

    id: UUID
    page: ViewPage
    name: str
    query: str = Field(description="As in the page's address, without the question mark.")
    shared: bool = Field(description="Whether colleagues see it too.")
    owner_id: UUID = Field(description="Whose it is: the id of a member.")
    owner: str
    may_change: bool = Field(description="Whether you may change it or take it away.")
    version: int


def view_out(view: SavedView, *, by: Member) -> dict[str, Any]:
    """A view in the shape of ViewOut."""
    return {
        "id": view.pk,
        "page": str(view.page),
        "name": view.name,
        "query": view.query,
        "shared": view.is_shared,
        "owner_id": view.owner_id,
        "owner": str(view.owner.user),
        "may_change": may_change(view, who=by),
        "version": view.version,
    }
