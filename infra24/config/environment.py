"""Reading settings from the environment, with errors that say what to do."""

import os
from collections.abc import Sequence
from datetime import timedelta

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured


def flag(name: str) -> bool:
    """True for 1, true, yes or on; false when absent or anything else."""
    return os.environ.get(name, "").strip().lower() in {"1", "true", "yes", "on"}


def words(name: str, default: str) -> list[str]:
    """A comma-separated list, empty items dropped."""
    return [word.strip() for word in (os.environ.get(name) or default).split(",") if word.strip()]


def one_of(name: str, choices: Sequence[str]) -> str:
    """One of the choices; the first when absent."""
    value = os.environ.get(name) or choices[0]
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}; choose one of {', '.join(choices)}.")
    return value


def required_in_production(name: str, development_default: str) -> str:
    """The variable; its development default unless INFRA24_PRODUCTION is set."""
    value = os.environ.get(name, "")
    if value:
        return value
    if flag("INFRA24_PRODUCTION"):
        raise ImproperlyConfigured(f"{name} must be set in production. docs/guides/operate.md says how to make one.")
    return development_default


def refuse_unsafe_production(*, demo: bool, debug: bool, secret_key: str, encryption_keys: Sequence[str]) -> None:
    """Stop a production process that would give away what it keeps.

    Raises ImproperlyConfigured, naming the variable and the cure.
    """
    if demo:
        raise ImproperlyConfigured("INFRA24_DEMO shows everybody's mail. Unset it in production.")
    if debug:
        raise ImproperlyConfigured("INFRA24_DEBUG shows the inside of the program. Unset it in production.")
    if len(secret_key) < 50 or "development-only" in secret_key:
        raise ImproperlyConfigured("INFRA24_SECRET_KEY needs at least 50 characters that nobody else knows.")
    for key in encryption_keys:
        try:
            Fernet(key)
        except ValueError:
            raise ImproperlyConfigured(
                "INFRA24_ENCRYPTION_KEYS holds something that is no Fernet key: 32 bytes as URL-safe base64."
            ) from None


def seconds(*, days: int) -> int:
    return int(timedelta(days=days).total_seconds())
