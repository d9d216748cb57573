from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulators.bloomerang.server import DEFAULT_KEY, running
from tests.crm.story import Story


@pytest.fixture
def crm_url(tmp_path: Path, settings: Any) -> Iterator[str]:
    """An empty CRM of the test's own, which organisations may connect to."""
    with running(tmp_path / "crm.sqlite") as url:
        settings.CRM_ADDRESSES = [url]
        yield url


@pytest.fixture
def story(db: None, crm_url: str) -> Iterator[Story]:
    """Oolite, connected to that CRM."""
    with Story(crm_url, DEFAULT_KEY) as story:
        story.connect()
        yield story
