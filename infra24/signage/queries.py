"""Reading displays, starting from who is looking; and the one a secret opens."""

from uuid import UUID

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse

from infra24.orgs.keys import digest, mailed_secret
from infra24.orgs.models import Key, Member, Organisation
from infra24.resources.models import Resource
from infra24.resources.queries import visible_resources
from infra24.signage.errors import DisplayNotFound
from infra24.signage.models import Display


def visible_displays(viewer: Member) -> QuerySet[Display]:
    """Those of the viewer's organisation, each with when it was seen last and its live key."""
    keys = Key.objects.filter(kind=Key.Kind.DISPLAY, subject_id=OuterRef("pk"), revoked_at=None).order_by("-id")
    return (
        Display.objects.filter(org_id=viewer.org_id)
        .select_related("resource", "sighting", "made_by__user")
        .annotate(key_id=Subquery(keys.values("id")[:1]), key_sha256=Subquery(keys.values("sha256")[:1]))
        .order_by("id")
    )


def display_for(viewer: Member, display_id: UUID) -> Display:
    """Raises DisplayNotFound."""
    try:
        return visible_displays(viewer).get(pk=display_id)
    except Display.DoesNotExist:
        raise DisplayNotFound from None


def display_by_secret(organisation: Organisation, secret: str) -> Display:
    """The display an address opens. Raises DisplayNotFound for a secret that is unknown, or works no longer."""
    keys = Key.objects.filter(org_id=organisation.pk, kind=Key.Kind.DISPLAY, sha256=digest(secret), revoked_at=None)
    displays = Display.objects.filter(org_id=organisation.pk).select_related("resource", "sighting")
    found = displays.filter(pk__in=keys.values("subject_id")).first()
    if found is None:
        raise DisplayNotFound
    return found


def address_of(display: Display, organisation: Organisation) -> str:
    """Where the display is; empty when its address can no longer be shown."""
    key_id, sha256 = getattr(display, "key_id", None), getattr(display, "key_sha256", None)
    if key_id is None or sha256 is None:
        return ""
    secret = mailed_secret(key_id)
    # After a change of the installation's secret the old address works on, but can no longer be shown.
    if digest(secret) != bytes(sha256):
        return ""
    path = reverse("display_board", kwargs={"org": organisation.slug, "display_key": secret})
    return f"{settings.BASE_URL}{path}"


def places_of(viewer: Member) -> list[str]:
    """Where the resources of the house are, by name: floors, buildings, the yard."""
    places = visible_resources(viewer).exclude(location="").order_by("location").values_list("location", flat=True)
    return list(places.distinct())


def resources_at(viewer: Member, place: str = "") -> list[Resource]:
    """The live resources the viewer sees, by name; of one place where it is named."""
    resources = visible_resources(viewer)
    return list(resources.filter(location=place) if place else resources)
