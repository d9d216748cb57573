"""Reading settings from the environment, with errors that say what to do."""

import os
from collections.abc import Sequence
from datetime import timedelta

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


def seconds(*, days: int) -> int:
    return int(timedelta(days=days).total_seconds())
