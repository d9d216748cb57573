"""Reading saved views, starting from who is looking."""

from uuid import UUID

from django.db.models import Q, QuerySet

from infra24.bookings.errors import ViewNotFound
from infra24.bookings.models import SavedView
from infra24.orgs.models import Member
from infra24.orgs.policies import Role


def visible_views(viewer: Member, *, page: str = "") -> QuerySet[SavedView]:
    """One's own and what colleagues share, by name; of one page or of all. They are for staff: others see none."""
    views = SavedView.objects.filter(Q(owner=viewer) | Q(is_shared=True), org_id=viewer.org_id)
    if page:
        views = views.filter(page=page)
    views = views.select_related("owner__user").order_by("sort_key", "id")
    return views if viewer.is_staff else views.none()


def view_for(viewer: Member, view_id: UUID) -> SavedView:
    """Raises ViewNotFound both for a missing view and for one the viewer may not see."""
    try:
        return visible_views(viewer).get(pk=view_id)
    except SavedView.DoesNotExist:
        raise ViewNotFound from None


def may_change(view: SavedView, *, who: Member) -> bool:
    """Whose it is; and managers, what is shared: colleagues leave."""
    return view.owner_id == who.pk or (view.is_shared and who.rank.includes(Role.MANAGER))
