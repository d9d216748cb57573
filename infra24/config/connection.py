"""Which PostgreSQL, and as whom.

Two roles share one database. The *owner* migrates and sees across
organisations; the *app* role serves requests and is bound by row-level
security. `DATABASE_URL` names the owner, and the app role's password lies in
the data folder; or, where roles cannot be created, `DATABASE_URL` names the
app role and `DATABASE_OWNER_URL` the owner.
"""

import os
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

STATEMENT_TIMEOUT = "15s"
LOCK_TIMEOUT = "5s"
IDLE_IN_TRANSACTION_TIMEOUT = "60s"
NETWORK = {
    "connect_timeout": 10,
    "tcp_user_timeout": 20_000,
    "keepalives_idle": 60,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
"""How soon a server that has gone without a word is given up: in seconds, but `tcp_user_timeout` in milliseconds."""


def app_password_file(var: Path) -> Path:
    return var / "app_role_password"


def owner_url(var: Path) -> str:
    """The owner's address: from the environment, or as the embedded server left it."""
    url = os.environ.get("DATABASE_OWNER_URL") or os.environ.get("DATABASE_URL")
    left_by_embedded = var / "database_url"
    if not url and left_by_embedded.exists():
        url = left_by_embedded.read_text().strip()
    if not url:
        # Building, checking and translating need settings, not a server.
        url = "postgresql://infra24@localhost/infra24"
    return url


def connection_settings(*, role: str, var: Path, production: bool) -> dict[str, Any]:
    """Django's DATABASES entry for one process.

    Raises ImproperlyConfigured in production when no address is given.
    """
    if production and not os.environ.get("DATABASE_URL"):
        raise ImproperlyConfigured("DATABASE_URL must be set in production: postgresql://user:password@host/database.")
    separate_owner = bool(os.environ.get("DATABASE_OWNER_URL"))
    url = os.environ["DATABASE_URL"] if separate_owner and role == "app" else owner_url(var)
    parts = {key: str(value) for key, value in conninfo_to_dict(url).items()}
    name = parts.pop("dbname", "infra24")
    user, password = parts.pop("user", ""), parts.pop("password", "")
    if role == "app" and not separate_owner:
        user = f"{name}_app"
        file = app_password_file(var)
        password = file.read_text().strip() if file.exists() else ""
    timeouts = (
        f"-c statement_timeout={STATEMENT_TIMEOUT} -c lock_timeout={LOCK_TIMEOUT}"
        f" -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_TIMEOUT}"
    )
    options: dict[str, Any] = dict(NETWORK)
    if role == "app":
        # Many short statements at once: parallel workers would only take the cores from each other.
        options["options"] = f"{timeouts} -c max_parallel_workers_per_gather=0"
        if os.environ.get("INFRA24_PREPARE") != "0":
            # More than half of what short statements cost is planning them.
            options |= {"server_side_binding": True, "prepare_threshold": 5}
    for extra in ("sslmode", "sslrootcert", "application_name", *NETWORK):
        if extra in parts:
            options[extra] = parts[extra]
    return {
        "ENGINE": "infra24.core.postgresql",
        "NAME": name,
        "USER": user,
        "PASSWORD": password,
        "HOST": parts.get("host", ""),
        "PORT": parts.get("port", ""),
        "OPTIONS": options,
        # One for each thread, made anew once an hour.
        "CONN_MAX_AGE": 3600,
        # A restarted server has closed it meanwhile. Looking first saves everybody who comes afterwards a failure.
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
