from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from emulators.bloomerang.server import DEFAULT_KEY, running


@pytest.fixture
def crm(tmp_path: Path) -> Iterator[httpx.Client]:
    """A client with the right key, against an empty CRM of its own."""
    with (
        running(tmp_path / "crm.sqlite") as url,
        httpx.Client(base_url=url, headers={"X-API-KEY": DEFAULT_KEY}, timeout=10) as client,
    ):
        yield client
