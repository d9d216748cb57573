"""Reading organisations, members and keys, starting from who is looking."""

from typing import cast
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import QuerySet

from infra24.orgs.models import Organisation


def organisation_ids_of(user: AbstractBaseUser | AnonymousUser) -> list[UUID]:
    """The organisations in which the user is an active member, through the door in the wall."""
    if not user.is_authenticated:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT organisations_of_user(%s)", [user.pk])
        return [cast(UUID, row[0]) for row in cursor.fetchall()]


def organisations_of(user: AbstractBaseUser | AnonymousUser) -> "QuerySet[Organisation]":
    """The same as rows, by name."""
    return Organisation.objects.filter(pk__in=organisation_ids_of(user)).order_by("name", "id")
