"""How somebody likes to look at a list or the calendar, under a name."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from infra24.core.models import DISPOSABLE, OrganisationModel
from infra24.orgs.models import Member

LONGEST_NAME, LONGEST_QUERY = 80, 2000
"""Characters."""


class ViewPage(models.TextChoices):
    """What can be looked at in saved ways."""

    BOOKINGS = "bookings", _("Bookings")
    CALENDAR = "calendar", _("Calendar")


class SavedView(OrganisationModel):
    """The query of a page, by a name. The member's own, or every colleague's to use."""

    app_may = DISPOSABLE

    owner = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    page = models.CharField(max_length=10, choices=ViewPage.choices)
    name = models.CharField(max_length=LONGEST_NAME)
    sort_key = models.CharField(max_length=240)
    query = models.CharField(max_length=LONGEST_QUERY, blank=True)
    """As in the page's address, without the question mark."""
    is_shared = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org_id", "owner", "page", "sort_key"], name="savedview_name_once"),
            models.CheckConstraint(condition=Q(page__in=ViewPage.values), name="savedview_page_known"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["org_id", "page", "sort_key", "id"], name="savedview_by_name"),
        ]

    def __str__(self) -> str:
        return self.name
