"""The roles of the database: what the app role may do, and refusing more."""

import secrets
from pathlib import Path

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from psycopg import sql

from infra24.core.models import DISPOSABLE

_POWERS = """
    SELECT rolsuper, rolbypassrls,
           EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                    WHERE n.nspname = 'public' AND c.relkind = 'r' AND pg_has_role(current_user, c.relowner, 'MEMBER'))
      FROM pg_roles WHERE rolname = current_user
"""


def refuse_powerful_role() -> None:
    """Stop a web or worker process whose role row-level security would not bind.

    Raises ImproperlyConfigured for a superuser, an owner of tables, or BYPASSRLS.
    """
    with connection.cursor() as cursor:
        cursor.execute(_POWERS)
        superuser, bypasses, owns = cursor.fetchone()
    if superuser or bypasses or owns:
        fault = "is a superuser" if superuser else "has BYPASSRLS" if bypasses else "owns the tables"
        raise ImproperlyConfigured(
            f"This process connects as a role that {fault}, so organisations would not be kept apart. "
            "Run `manage.py prepare_database` as the owner; web and worker then use the app role."
        )


def ensure_app_role(role: str, password_file: Path) -> None:
    """Make the app role, or renew its password from the file. Runs as the owner.

    The password is made once and kept in `password_file` (mode 0600).
    """
    if password_file.exists():
        password = password_file.read_text().strip()
    else:
        password = secrets.token_urlsafe(32)
        password_file.parent.mkdir(parents=True, exist_ok=True)
        password_file.touch(mode=0o600)
        password_file.write_text(password)
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
        # A new role has no powers; since PostgreSQL 16 only a superuser may as much as mention them.
        verb = sql.SQL("CREATE" if cursor.fetchone() is None else "ALTER")
        cursor.execute(
            sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, sql.Identifier(role), sql.Literal(password))
        )


def grant_to_app(role: str) -> None:
    """Give the app role what each table declares in `app_may`, and no more. Runs as the owner, after migrations.

    All at once: processes that serve meanwhile have the old privileges until they have the new ones.
    """
    app = sql.Identifier(role)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}").format(app))
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(app))
        cursor.execute(sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(app))
        cursor.execute(sql.SQL("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {}").format(app))
        for model in apps.get_models(include_auto_created=True):
            if model._meta.managed and not model._meta.proxy:
                privileges = sql.SQL(", ").join(sql.SQL(word) for word in getattr(model, "app_may", DISPOSABLE))
                table = sql.Identifier(model._meta.db_table)
                cursor.execute(sql.SQL("GRANT {} ON {} TO {}").format(privileges, table, app))
        for table_name in ("core_cache", "django_migrations"):
            words = ("SELECT",) if table_name == "django_migrations" else DISPOSABLE
            privileges = sql.SQL(", ").join(sql.SQL(word) for word in words)
            cursor.execute(sql.SQL("GRANT {} ON {} TO {}").format(privileges, sql.Identifier(table_name), app))
