from collections.abc import Iterator
from typing import Any

import pytest

from tests.webhooks.receiver import receiving
from tests.webhooks.story import Story


@pytest.fixture
def story(transactional_db: None, settings: Any) -> Iterator[Story]:
    with receiving() as receiver:
        settings.WEBHOOK_ADDRESSES = [receiver.address]
        yield Story(receiver)
