from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def kept_mail(settings: Any, tmp_path: Path) -> None:
    """Mails are kept in a folder of the test's own."""
    settings.EMAIL_BACKEND = "infra24.notifications.kept_mail.KeptMailBackend"
    settings.VAR_DIR = tmp_path
    settings.BASE_URL = "https://rooms.example.org"
    settings.DEFAULT_FROM_EMAIL = "Infra24 <no-reply@rooms.example.org>"
