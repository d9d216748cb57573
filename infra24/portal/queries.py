"""What several parts of the house know together, for one page."""

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from infra24.orgs.models import Organisation, User


def organisations_of(user: User) -> QuerySet[Organisation]:
    """The organisations in which the user has a place, by name."""
    mine = RawSQL("SELECT organisations_of_user(%s)", [user.pk])
    return Organisation.objects.filter(pk__in=mine).order_by("name")
