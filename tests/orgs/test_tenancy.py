"""The second wall: what PostgreSQL itself refuses, whatever the code forgets."""

import uuid

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.db.utils import ProgrammingError

from infra24.core.ids import new_id
from infra24.orgs.models import Key, Member, Organisation, User
from infra24.orgs.tenancy import acting_for, current_organisation_id
from infra24.people.models import Person
from tests.database import TestDatabase


def organisation(slug: str) -> Organisation:
    return Organisation.objects.create(slug=slug, name=slug.title(), time_zone="America/New_York")


@pytest.mark.django_db
def test_one_organisations_rows_do_not_exist_for_another() -> None:
    oolite, locust = organisation("oolite"), organisation("locust")
    with acting_for(oolite.pk):
        Person.objects.create(org_id=oolite.pk, name="Alice", sort_key="alice")

    with acting_for(locust.pk):
        assert list(Person.objects.all()) == []
    with acting_for(oolite.pk):
        assert [person.name for person in Person.objects.all()] == ["Alice"]


@pytest.mark.django_db
def test_a_row_cannot_be_written_into_another_organisation() -> None:
    oolite, locust = organisation("oolite"), organisation("locust")

    with pytest.raises(ProgrammingError, match="row-level security"), acting_for(oolite.pk):
        Person.objects.create(org_id=locust.pk, name="Charlie", sort_key="charlie")


@pytest.mark.django_db
def test_no_organisation_is_an_error_and_not_an_empty_answer() -> None:
    oolite = organisation("oolite")
    with acting_for(oolite.pk):
        Person.objects.create(org_id=oolite.pk, name="Alice", sort_key="alice")

    # In a session that never named one the setting is missing; after one it is empty, which is no uuid.
    with pytest.raises(DatabaseError, match=r"infra24\.org_id|uuid"), transaction.atomic():
        list(Person.objects.all())


@pytest.mark.django_db
def test_leaving_a_nested_block_restores_the_outer_organisation() -> None:
    oolite, locust = organisation("oolite"), organisation("locust")
    with acting_for(oolite.pk):
        with acting_for(locust.pk):
            assert current_organisation_id() == locust.pk
        assert current_organisation_id() == oolite.pk
        with pytest.raises(ValueError, match="on purpose"), acting_for(locust.pk):
            raise ValueError("on purpose")
        assert current_organisation_id() == oolite.pk


@pytest.mark.django_db
def test_a_key_cannot_point_into_another_organisation(database: TestDatabase) -> None:
    """Even the owner, whom no policy binds, cannot write such a row."""
    del database
    oolite, locust = organisation("oolite"), organisation("locust")
    alice = User.objects.create_user("alice@example.org")
    with acting_for(oolite.pk):
        member = Member.objects.create(org_id=oolite.pk, user=alice, role="staff")

    with (
        pytest.raises(Exception, match="orgs_key_member_id_in_org"),
        acting_for(locust.pk),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO orgs_key (id, org_id, kind, sha256, name, hint, member_id, scopes, per_minute, burst, created_at)"
            " VALUES (%s, %s, 'token', %s, '', '', %s, '[]', 1, 1, now())",
            [new_id(), locust.pk, b"x" * 32, member.pk],
        )
    with acting_for(locust.pk):
        assert Key.objects.count() == 0


@pytest.mark.django_db
def test_every_table_with_an_organisation_has_its_policy(database: TestDatabase) -> None:
    with database.as_owner() as owner:
        unwalled = owner.execute(
            """SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id'
                WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
                  AND (NOT c.relrowsecurity OR NOT EXISTS (
                       SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd = '*'
                          AND pg_get_expr(p.polqual, c.oid) = '(org_id = (current_setting(''infra24.org_id''::text))::uuid)'
                          AND pg_get_expr(p.polwithcheck, c.oid) = pg_get_expr(p.polqual, c.oid)))"""
        ).fetchall()
    assert unwalled == []


GLOBAL_TABLES = {
    "account_emailaddress": "a user's addresses; users belong to no organisation",
    "account_emailconfirmation": "belongs to an e-mail address",
    "auth_group": "Django's; empty",
    "auth_group_permissions": "Django's; empty",
    "auth_permission": "Django's; unused",
    "core_cache": "nothing about anybody: only what can be computed again",
    "core_ratebucket": "counters, written before the organisation is known",
    "django_content_type": "Django's; names of tables",
    "django_migrations": "history of the schema",
    "django_session": "sign-in sessions of users",
    "orgs_organisation": "the public row of each organisation",
    "orgs_user": "somebody who signs in, perhaps in several organisations",
}


@pytest.mark.django_db
def test_tables_without_an_organisation_are_known_and_have_a_reason(database: TestDatabase) -> None:
    with database.as_owner() as owner:
        found = owner.execute(
            """SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
                  AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'org_id')"""
        ).fetchall()
    assert {row[0] for row in found} == set(GLOBAL_TABLES)


@pytest.mark.django_db
def test_every_key_between_tables_of_an_organisation_carries_the_organisation(database: TestDatabase) -> None:
    with database.as_owner() as owner:
        leaky = owner.execute(
            """SELECT k.conname FROM pg_constraint k
                WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace
                  AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attname = 'org_id')
                  AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = k.confrelid AND a.attname = 'org_id')
                  AND (k.condeferrable OR NOT EXISTS (
                       SELECT FROM pg_attribute a
                        WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) AND a.attname = 'org_id'))"""
        ).fetchall()
        unkept = owner.execute(
            r"""SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0
                  AND EXISTS (SELECT FROM pg_attribute o WHERE o.attrelid = c.oid AND o.attname = 'org_id')
                  AND a.attname LIKE '%\_id' AND a.attname NOT IN ('org_id', 'subject_id', 'member_id', 'legacy_id')
                  AND NOT EXISTS (SELECT FROM pg_constraint k
                                   WHERE k.conrelid = c.oid AND k.contype = 'f' AND a.attnum = ANY (k.conkey))"""
        ).fetchall()
    assert (leaky, unkept) == ([], [])


@pytest.mark.django_db
def test_what_is_remembered_cannot_be_deleted_or_rewritten(database: TestDatabase) -> None:
    refused = {
        "facts_fact": ("UPDATE", "DELETE", "TRUNCATE"),
        "orgs_auditentry": ("UPDATE", "DELETE", "TRUNCATE"),
        "bookings_booking": ("DELETE", "TRUNCATE"),
        "people_person": ("DELETE", "TRUNCATE"),
        "orgs_organisation": ("DELETE", "TRUNCATE"),
    }
    with database.as_owner() as owner:
        allowed = [
            (table, privilege)
            for table, privileges in refused.items()
            for privilege in privileges
            if owner.execute(
                "SELECT has_table_privilege(%s, %s, %s)", [database.app["user"], table, privilege]
            ).fetchone()
            == (True,)
        ]
    assert allowed == []


@pytest.mark.django_db
def test_the_app_role_by_raw_sql_reads_nothing_of_another_organisation(database: TestDatabase) -> None:
    with database.as_app() as attacker:
        attacker.execute("SELECT set_config('infra24.org_id', %s, true)", [str(uuid.uuid4())])
        tables = attacker.execute(
            "SELECT DISTINCT table_name FROM information_schema.columns WHERE column_name = 'org_id' AND table_schema = 'public'"
        ).fetchall()
        counts = {
            name: attacker.execute(
                psycopg.sql.SQL("SELECT count(*) FROM {}").format(psycopg.sql.Identifier(name))
            ).fetchone()
            for (name,) in tables
        }
    assert counts
    assert set(counts.values()) == {(0,)}
