"""Credentials at rest: sealed with the first key of the environment, opened with any of them."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def seal(secret: str) -> str:
    """The secret as it may be stored."""
    return _fernet().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """The secret again. Raises ImproperlyConfigured when none of the keys fits."""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise ImproperlyConfigured(
            "A stored credential was sealed with a key that INFRA24_ENCRYPTION_KEYS no longer names. Add the old key"
            " behind the new one, run `manage.py rotate_keys`, then drop it."
        ) from None


def reseal(sealed: str) -> str:
    """The same secret under the first key. Raises ImproperlyConfigured when none of the keys fits."""
    return seal(unseal(sealed))


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])
