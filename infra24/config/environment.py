"""Reading settings from the environment, with errors that say what to do."""

import contextlib
import ipaddress
import json
import os
import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured


def flag(name: str) -> bool:
    """True for 1, true, yes or on; false when absent or anything else."""
    return os.environ.get(name, "").strip().lower() in {"1", "true", "yes", "on"}


def words(name: str, default: str) -> list[str]:
    """A comma-separated list, empty items dropped."""
    return [word.strip() for word in (os.environ.get(name) or default).split(",") if word.strip()]


def named_values(name: str) -> dict[str, str]:
    """A JSON object of texts: `{"POSTMARK_SERVER_TOKEN": "…"}`; empty when absent."""
    try:
        found = json.loads(os.environ.get(name) or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise ImproperlyConfigured(f'{name} is not a JSON object of texts, such as {{"POSTMARK_SERVER_TOKEN": "…"}}.')
    return found


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


def secret(name: str, kept_in: Path, make: Callable[[], str]) -> str:
    """The variable. Outside production, where it is absent, a secret of this installation's own, made once and kept.

    Where there is no data folder, as for checks of the sources, it lasts as long as the process.
    """
    if value := required_in_production(name, ""):
        return value
    if not kept_in.parent.is_dir():
        return make()
    if not kept_in.exists():
        _keep(kept_in, make())
    return kept_in.read_text().strip()


def _keep(file: Path, text: str) -> None:
    """Write a file that only its owner can read, all at once, unless another process has been first."""
    fresh = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    try:
        fresh.touch(mode=0o600, exist_ok=False)
        fresh.write_text(text)
        with contextlib.suppress(FileExistsError):
            file.hardlink_to(fresh)
    finally:
        fresh.unlink(missing_ok=True)


def refuse_unsafe_web(*, production: bool, base_url: str, var: Path) -> None:
    """Stop a web process that people would reach unprotected, or not at all.

    Raises ImproperlyConfigured, naming the variable and the cure.
    """
    if not production:
        if not _is_loopback(urlsplit(base_url).hostname or ""):
            raise ImproperlyConfigured(
                f"INFRA24_BASE_URL is {base_url}, where others can reach it. Set INFRA24_PRODUCTION=1 there;"
                " without it this serves only its own machine, such as http://localhost:8000."
            )
        if not var.is_dir():
            raise ImproperlyConfigured(f"There is no data folder {var}. Make it, or name another in INFRA24_VAR.")
    elif base_url.startswith("https://") and not os.environ.get("INFRA24_TRUSTED_PROXIES"):
        raise ImproperlyConfigured(
            "INFRA24_TRUSTED_PROXIES must say who speaks https: 1 when a proxy in front does (without it every page"
            " would redirect to itself for ever), or 0 when this server does so itself."
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_unsafe_production(*, demo: bool, debug: bool, secret_key: str, encryption_keys: Sequence[str]) -> None:
    """Stop a production process that would give away what it keeps.

    Raises ImproperlyConfigured, naming the variable and the cure.
    """
    if demo:
        raise ImproperlyConfigured("INFRA24_DEMO shows everybody's mail. Unset it in production.")
    if debug:
        raise ImproperlyConfigured("INFRA24_DEBUG shows the inside of the program. Unset it in production.")
    if len(secret_key) < 50:
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
